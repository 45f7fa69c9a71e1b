//! What a client is told while its request runs, and how long it waits for a card.

use std::time::Duration;

use apdu_tests::bench::{log_in, page, reader, settings};
use apdu_tests::person::Reply::{Agrees, Types};
use apdu_tests::{Bench, ORIGIN, Shelf};
use jpki_virtual_card::VirtualReader;
use jpkid::ipc::progress::Progressed;
use jpkid::ipc::request::RequestId;
use jpkid::ipc::{Asking, ErrorCode, Failure, Progress, Stage};
use jpkid::service::Hold;
use jpkid::settings::Settings;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use Stage::{Signing, WaitingForCard, WaitingForPin};

/// For what comes at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that listens to the stages of its request.
fn listening() -> (Asking<Hold>, UnboundedReceiver<Progressed>) {
    let (listener, stages) = unbounded_channel();
    let id = RequestId::from_json(&json!(1)).unwrap();
    let asking = Asking {
        progress: Progress::of(id, listener),
        ..Asking::of(page())
    };
    (asking, stages)
}

fn told(stages: &mut UnboundedReceiver<Progressed>) -> Vec<Stage> {
    std::iter::from_fn(|| stages.try_recv().ok())
        .map(|progressed| progressed.stage)
        .collect()
}

async fn stages_of(bench: &Bench, method: &str, params: Value) -> Vec<Stage> {
    let (asking, mut stages) = listening();
    bench.begin_as(asking, method, params).await.unwrap();
    bench.service.finish().await;
    told(&mut stages)
}

fn waiting(method: &str) -> Value {
    let mut params = match method {
        "authenticate" => log_in(),
        "sign" => apdu_tests::bench::sign(1),
        _ => json!({"kind": "signature", "origin": ORIGIN}),
    };
    params["waitForCard"] = json!(true);
    params
}

#[tokio::test]
async fn each_stage_is_told_when_it_begins() {
    let bench = Bench::new("", [Types("1234")]);
    assert_eq!(
        stages_of(&bench, "authenticate", log_in()).await,
        [WaitingForCard, WaitingForPin, Signing]
    );
    bench.person.will([Types("9999"), Types("1234")]);
    assert_eq!(
        stages_of(&bench, "authenticate", log_in()).await,
        [
            WaitingForCard,
            WaitingForPin,
            Signing,
            WaitingForPin,
            Signing
        ],
        "a wrong PIN is asked for again"
    );
}

#[tokio::test]
async fn a_window_that_asks_to_agree_is_a_stage_as_well() {
    let bench = Bench::new("[tries]\nsignature = 1", [Agrees, Types("ABC123"), Agrees]);
    assert_eq!(
        stages_of(&bench, "sign", apdu_tests::bench::sign(1)).await,
        [WaitingForCard, WaitingForPin, WaitingForPin, Signing]
    );
    let certificate = json!({"kind": "authentication", "origin": ORIGIN});
    assert_eq!(
        stages_of(&bench, "certificate", certificate).await,
        [WaitingForPin, WaitingForCard]
    );
}

#[tokio::test]
async fn a_request_that_waits_goes_on_when_a_card_comes() {
    for (method, pin) in [
        ("authenticate", "1234"),
        ("sign", "ABC123"),
        ("certificate", "ABC123"),
    ] {
        let bench = Bench::new("", [Types(pin)]);
        let card = bench.reader.remove().unwrap();
        let (asking, mut stages) = listening();
        let request = tokio::spawn(bench.begin_as(asking, method, waiting(method)));
        assert_eq!(stages.recv().await.unwrap().stage, WaitingForCard);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!request.is_finished(), "{method} waits");
        bench.reader.insert(card);
        let answer = timeout(PATIENCE, request).await.expect("a card came");
        answer.unwrap().unwrap();
        bench.service.finish().await;
        assert_eq!(told(&mut stages), [WaitingForPin, Signing], "{method}");
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_request_that_waits_goes_on_when_a_reader_with_a_card_comes() {
    let shelf = Shelf::default();
    let mine = reader("New", "");
    let bench = Bench::over(shelf.clone(), mine.clone(), [Types("1234")]);
    for wanted in [None, Some("New")] {
        let mut params = waiting("authenticate");
        if let Some(name) = wanted {
            params["reader"] = json!(name);
            bench.person.will([Types("1234")]);
        }
        let request = tokio::spawn(bench.begin("authenticate", params));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!request.is_finished());
        shelf.plug_in(mine.clone());
        let answer = timeout(PATIENCE, request).await.expect("a reader came");
        answer.unwrap().unwrap();
        bench.service.finish().await;
        shelf.unplug("New");
    }
}

#[tokio::test]
async fn a_request_waits_no_longer_than_a_window_would() {
    let short = Settings {
        prompt_timeout: Duration::from_millis(50),
        ..settings()
    };
    let bench = Bench::new("", []).restarted_with(short);
    bench.reader.remove();
    let answer: Result<Value, Failure> = bench.call("authenticate", waiting("authenticate")).await;
    assert_eq!(answer.unwrap_err().code(), ErrorCode::NoCard);
}

#[tokio::test]
async fn a_request_that_waits_and_is_withdrawn_touches_no_card() {
    let empty = VirtualReader::new("Reader");
    let bench = Bench::over(empty.clone(), empty, []);
    let request = tokio::spawn(bench.begin("authenticate", waiting("authenticate")));
    tokio::time::sleep(Duration::from_millis(20)).await;
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    bench.reader.insert(apdu_tests::bench::card(""));
    bench.status().await.unwrap();
    assert_eq!(bench.person.asked(), [""; 0]);
    assert_eq!(bench.commands().len(), 6, "those of the status alone");
}
