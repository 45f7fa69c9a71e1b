//! A site or program whose window was closed waits before it may open the next.

use std::sync::Arc;
use std::time::Duration;

use apdu_tests::bench::{self, NONCE, log_in};
use apdu_tests::person::Reply;
use apdu_tests::person::Reply::{Cancels, CannotBeAsked, Obliges, Refuses, Types, Waits};
use apdu_tests::{Bench, ORIGIN, Shelf};
use jpkid::ipc::{Asking, Call, Caller, ErrorCode, Failure, Methods as _};
use jpkid::language::Language;
use jpkid::settings::Settings;
use serde_json::{Value, json};

/// A service under which one closed window costs a minute: no test lasts so long.
fn strict(profile: &str, replies: impl IntoIterator<Item = Reply>) -> Bench {
    Bench::new(profile, replies).restarted_with(strict_settings())
}

fn strict_settings() -> Settings {
    Settings {
        cancelled_wait: Duration::from_secs(60),
        ..Settings::default()
    }
}

fn assert_too_soon(result: Result<Value, Failure>) {
    let failure = result.unwrap_err();
    assert_eq!(failure.code(), ErrorCode::RateLimited);
    let seconds = failure.data(Language::English)["retryAfterSeconds"].as_u64();
    assert!((58..=61).contains(&seconds.unwrap()), "{failure}");
}

async fn of_another_site(bench: &Bench) -> Result<Value, Failure> {
    let params = json!({"challengeNonce": NONCE, "origin": "https://www.example.com"});
    bench.call("authenticate", params).await
}

async fn of_a_program(bench: &Bench, origin: &str) -> Result<Value, Failure> {
    let params = json!({"challengeNonce": NONCE, "origin": origin});
    let call = Call::parse("authenticate", params.as_object().unwrap().clone());
    let caller = Caller::Program {
        path: Some("/usr/bin/program".into()),
    };
    let answer = Arc::clone(&bench.service).call(Asking::of(caller), call.unwrap().unwrap());
    let answer = answer.await;
    bench.service.finish().await;
    answer
}

#[tokio::test]
async fn a_site_whose_window_was_closed_opens_none_for_a_while_and_does_not_touch_the_card() {
    for (profile, replies) in [
        ("", vec![Cancels]),
        ("", vec![Types("9999"), Cancels]),
        ("[tries]\nauthentication = 1", vec![Refuses]),
    ] {
        let bench = strict(profile, replies);
        bench.log_in().await.unwrap_err();
        bench.reader.clear_trace();
        assert_too_soon(bench.log_in().await);
        assert_too_soon(bench.sign(1).await);
        assert_too_soon(bench.certificate("authentication").await);
        assert!(bench.trace().is_empty());
        assert_eq!(bench.person.unasked(), 0);
    }
}

#[tokio::test]
async fn requests_that_wait_while_a_window_is_closed_open_none() {
    let (tell, reply) = Reply::when_told(Cancels);
    let (left, right) = (bench::reader("Left", ""), bench::reader("Right", ""));
    let shelf = Shelf::new([left.clone(), right.clone()]);
    let bench = Bench::over(shelf.clone(), left, [reply]).restarted_over(shelf, strict_settings());
    let on = |reader: &str| {
        let mut params = log_in();
        params["reader"] = json!(reader);
        tokio::spawn(bench.begin("authenticate", params))
    };
    let first = on("Left");
    bench.person.sees(1).await;
    // Some wait for the card, one has its own and waits for the window.
    let mut waiting: Vec<_> = (0..7).map(|_| on("Left")).collect();
    waiting.push(on("Right"));
    while right.trace().len() < 9 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bench.reader.clear_trace();
    tell.send(()).unwrap();
    assert_eq!(
        first.await.unwrap().unwrap_err().code(),
        ErrorCode::UserCancelled
    );
    for request in waiting {
        assert_too_soon(request.await.unwrap());
    }
    bench.service.finish().await;
    assert_eq!(bench.person.asked().len(), 1);
    let commands = bench.commands();
    assert!(
        commands.len() <= 1,
        "the card is left and not touched: {commands:?}"
    );
    bench.assert_closed();
}

#[tokio::test]
async fn a_wrong_pin_is_asked_for_again_though_another_window_was_closed_meanwhile() {
    let (tell, reply) = Reply::when_told(Types("9999"));
    let bench = strict("", [reply, Cancels, Obliges]);
    let first = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    // Waits for the window, not for the card: it closes before the first one's second.
    let certificate = json!({"kind": "authentication", "origin": ORIGIN});
    let second = tokio::spawn(bench.begin("certificate", certificate));
    tokio::time::sleep(Duration::from_millis(100)).await;
    tell.send(()).unwrap();
    assert_eq!(
        second.await.unwrap().unwrap_err().code(),
        ErrorCode::UserCancelled
    );
    first.await.unwrap().unwrap();
    assert_eq!(bench.person.unasked(), 0);
}

#[tokio::test]
async fn a_page_that_withdraws_its_own_window_waits_as_well() {
    let bench = strict("", [Waits]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    bench.service.finish().await;
    assert_too_soon(bench.log_in().await);
}

#[tokio::test]
async fn what_opens_no_window_goes_on() {
    let bench = strict("", [Cancels]);
    bench.log_in().await.unwrap_err();
    bench.status().await.unwrap();
    bench.certificate("authentication-ca").await.unwrap();
}

#[tokio::test]
async fn no_other_site_waits() {
    let bench = strict("", [Cancels, Obliges]);
    bench.log_in().await.unwrap_err();
    of_another_site(&bench).await.unwrap();
    assert_too_soon(bench.log_in().await);
}

#[tokio::test]
async fn a_program_does_not_get_round_it_by_naming_another_site() {
    let bench = strict("", [Cancels, Obliges]);
    of_a_program(&bench, ORIGIN).await.unwrap_err();
    assert_too_soon(of_a_program(&bench, "https://www.example.com").await);
    bench.log_in().await.unwrap();
}

#[tokio::test]
async fn nobody_waits_for_what_was_not_the_persons_choice() {
    let bench = strict("", [CannotBeAsked]);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::PromptUnavailable
    );
    bench.person.will([Obliges]);
    bench.log_in().await.unwrap();

    let bench = strict("", [Waits]);
    // Torn out while its certificate is read and the window opens.
    bench.reader.tear_at(5);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardRemoved
    );
    bench.insert_again();
    bench.person.will_only([Obliges]);
    bench.log_in().await.unwrap();
}
