//! However a request ends, nobody can use the card after it.

use std::future::poll_fn;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use apdu_tests::Bench;
use apdu_tests::bench::{log_in, settings, sign};
use apdu_tests::person::Reply::{self, Cancels, CannotBeAsked, Panics, Types, Waits};
use futures_util::future::BoxFuture;
use jpkid::ipc::{ErrorCode, Failure};
use jpkid::settings::Settings;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

#[tokio::test]
async fn every_request_leaves_the_card_closed_however_it_ends() {
    use ErrorCode::{
        CertificateMissing, PinBlocked, PinIncorrect, PromptUnavailable, UserCancelled,
    };
    let blocked = "[tries]\nauthentication = 0\nsignature = 0";
    let child = "[certificates]\nsignature = false";
    for (profile, replies, authenticate, sign) in [
        ("", &[][..], None, None),
        ("", &["cancel"], Some(UserCancelled), Some(UserCancelled)),
        (
            "",
            &["wrong", "cancel"],
            Some(PinIncorrect),
            Some(PinIncorrect),
        ),
        (
            "",
            &["nobody"],
            Some(PromptUnavailable),
            Some(PromptUnavailable),
        ),
        (blocked, &[], Some(PinBlocked), Some(PinBlocked)),
        (child, &[], None, Some(CertificateMissing)),
    ] {
        for (request, pin, wrong, expected) in [
            ("authenticate", "1234", "9999", authenticate),
            ("sign", "ABC123", "ABC999", sign),
        ] {
            let replies: Vec<_> = match replies {
                [] if expected.is_none() => vec![Types(pin)],
                replies => replies
                    .iter()
                    .map(|reply| match *reply {
                        "cancel" => Cancels,
                        "nobody" => CannotBeAsked,
                        _ => Types(wrong),
                    })
                    .collect(),
            };
            let bench = Bench::new(profile, replies);
            let answer = match request {
                "sign" => bench.sign(3).await,
                _ => bench.log_in().await,
            };
            assert_eq!(
                answer.err().map(|failure| failure.code()),
                expected,
                "{request}, {profile}"
            );
            assert_eq!(bench.person.unasked(), 0);
            bench.assert_closed();
        }
    }
}

#[tokio::test]
async fn a_person_who_never_answers_leaves_the_card_closed() {
    let settings = Settings {
        prompt_timeout: Duration::from_millis(20),
        ..settings()
    };
    let bench = Bench::new("", [Waits, Waits]).restarted_with(settings);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::UserTimeout
    );
    bench.assert_closed();
    assert_eq!(
        bench.sign(1).await.unwrap_err().code(),
        ErrorCode::UserTimeout
    );
    bench.assert_closed();
    assert_eq!(bench.person.open_windows(), 0);
    assert_eq!(bench.pins_sent(), 0);
}

#[tokio::test]
async fn a_prompt_that_panics_ends_one_request_and_leaves_the_card_closed() {
    let bench = Bench::new("", [Panics, Types("1234")]);
    let request = bench.begin("authenticate", log_in());
    assert!(tokio::spawn(request).await.unwrap_err().is_panic());
    bench.service.finish().await;
    bench.assert_closed();
    bench.log_in().await.unwrap();
    bench.assert_closed();
}

#[tokio::test]
async fn a_fault_of_our_own_after_the_pin_leaves_the_card_closed() {
    // PSO: COMPUTE DIGITAL SIGNATURE.
    const SIGN: u8 = 0x2A;
    for (method, params, pin) in [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(2), "ABC123"),
    ] {
        let faulty = AtomicBool::new(true);
        let bench = Bench::tapped("", [Types(pin), Types(pin)], move |mut exchange| {
            let strikes = exchange.instruction() == SIGN && faulty.swap(false, Ordering::SeqCst);
            assert!(!strikes, "a fault, as the test wants");
            exchange.pass_on()
        });
        let failed = bench.call(method, params.clone()).await.unwrap_err();
        assert_eq!(failed.code(), ErrorCode::Internal, "{method}");
        assert_eq!(bench.pins_sent(), 1, "{method}");
        bench.assert_closed();
        bench.call(method, params).await.unwrap();
        bench.assert_closed();
        assert_eq!(bench.tries(), (3, 5), "{method}");
    }
}

#[tokio::test]
async fn closing_the_window_ends_the_request_at_once_though_the_card_is_still_read() {
    let (bench, mut at_command, go_on) = held_up_at(8, [Cancels]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    let ended = timeout(SOON, request)
        .await
        .expect("the card is waited for");
    let cancelled = ended.unwrap().unwrap_err();
    assert_eq!(cancelled.code(), ErrorCode::UserCancelled);
    at_command.recv().await.unwrap();
    go_on.send(()).unwrap();
    bench.service.finish().await;
    assert_eq!(bench.pins_sent(), 0);
    bench.assert_closed();
}

#[tokio::test]
async fn a_pin_is_not_kept_for_a_card_that_does_not_end_what_it_began() {
    let (bench, mut at_command, go_on) = held_up_at(8, [Types("1234")]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    at_command.recv().await.unwrap();
    bench.person.sees(1).await;
    tokio::time::pause();
    let failed = request.await.unwrap().unwrap_err();
    tokio::time::resume();
    assert_eq!(failed.code(), ErrorCode::CardError);
    go_on.send(()).unwrap();
    bench.service.finish().await;
    assert_eq!(bench.pins_sent(), 0, "a PIN was sent after its time");
    bench.assert_closed();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
}

/// Within which nothing that waits for a card is done.
const SOON: Duration = Duration::from_secs(2);

/// A card that does not answer its `nth` command until it is told to.
fn held_up_at(
    nth: usize,
    replies: impl IntoIterator<Item = Reply>,
) -> (
    Bench,
    mpsc::UnboundedReceiver<()>,
    std::sync::mpsc::Sender<()>,
) {
    let (reached, at_command) = mpsc::unbounded_channel();
    let (go_on, gate) = std::sync::mpsc::channel();
    let gate = Mutex::new(gate);
    let bench = Bench::tapped("", replies, move |mut exchange| {
        if exchange.nth == nth {
            reached.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
        }
        exchange.pass_on()
    });
    (bench, at_command, go_on)
}

#[tokio::test]
async fn a_request_dropped_at_any_await_leaves_the_card_closed() {
    for (method, params, pin) in [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(2), "ABC123"),
        ("certificate", json!({"kind": "signature-ca"}), ""),
        ("status", json!({}), ""),
    ] {
        let mut awaits = 0;
        loop {
            let bench = Bench::new("", [Types(pin)]);
            let done = polled(bench.begin(method, params.clone()), awaits).await;
            bench.service.finish().await;
            bench.assert_closed();
            assert_eq!(bench.tries(), (3, 5), "{method}, dropped at await {awaits}");
            if done {
                break;
            }
            awaits += 1;
        }
        assert!(awaits > 0, "{method} was never dropped");
    }
}

#[tokio::test]
async fn a_request_dropped_during_any_command_leaves_the_card_closed() {
    // The PIN is typed at once: the commands of the first half run while it waits to be sent.
    for (method, params, pin, first_half, commands) in [
        ("authenticate", log_in(), "1234", 9, 14),
        ("sign", sign(2), "ABC123", 3, 16),
        ("certificate", json!({"kind": "signature-ca"}), "", 8, 8),
        ("status", json!({}), "", 6, 6),
    ] {
        for nth in 1..=commands {
            let (bench, mut at_command, go_on) = held_up_at(nth, [Types(pin)]);
            let request = tokio::spawn(bench.begin(method, params.clone()));
            at_command.recv().await.unwrap();
            request.abort();
            // Gone once it is joined; only then does the card answer.
            request.await.ok();
            go_on.send(()).unwrap();
            bench.service.finish().await;
            if nth <= first_half {
                assert_eq!(
                    bench.pins_sent(),
                    0,
                    "{method}, dropped during command {nth}"
                );
            }
            bench.assert_closed();
            assert_eq!(
                bench.tries(),
                (3, 5),
                "{method}, dropped during command {nth}"
            );
        }
    }
}

/// Polls a request so many times and then drops it; tells whether it was done before.
async fn polled(mut request: BoxFuture<'static, Result<Value, Failure>>, times: usize) -> bool {
    let mut left = times;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match request.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
