//! Who waits for whom: one request a card, one window at a time, and a queue with an end.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use apdu_tests::bench::{log_in, reader, sign};
use apdu_tests::person::Reply::{self, Agrees, Cancels, Types, Waits};
use apdu_tests::trace::{ASK_AUTHENTICATION_TRIES, SELECT_APPLET, pins_sent};
use apdu_tests::{Bench, ORIGIN, Shelf};
use futures_util::future::{join, join_all};
use jpkid::ipc::ErrorCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How many requests may wait for a card that another one has.
const MAX_WAITING: usize = 9;

/// For what is not to happen; long enough for many exchanges with the software card.
const A_WHILE: Duration = Duration::from_millis(100);

fn on(reader: &str, mut params: Value) -> Value {
    params["reader"] = json!(reader);
    params
}

#[tokio::test]
async fn two_requests_on_one_card_run_one_after_the_other() {
    let (tell, first_reply) = Reply::when_told(Types("1234"));
    let bench = Bench::new("", [first_reply, Types("ABC123")]);
    let first = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    let second = tokio::spawn(bench.begin("sign", sign(1)));
    assert!(
        timeout(A_WHILE, bench.person.sees(2)).await.is_err(),
        "the second window waits"
    );
    assert_eq!(
        bench.commands().len(),
        9,
        "the second request sends nothing while the first has the card"
    );

    tell.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    bench.service.finish().await;
    assert_eq!(bench.commands().len(), 5 + 16);
    assert_eq!(bench.person.most_windows_at_once(), 1);
    bench.assert_closed();
}

#[tokio::test]
async fn the_tenth_waiting_request_is_told_that_the_card_is_busy() {
    let (tell, first_reply) = Reply::when_told(Types("1234"));
    let bench = Bench::new("", [first_reply]);
    let first = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    let waiting: Vec<_> = (0..MAX_WAITING)
        .map(|_| tokio::spawn(bench.begin("authenticate", log_in())))
        .collect();
    settle(&waiting).await;
    for _ in 0..2 {
        let busy = bench.begin("authenticate", log_in()).await.unwrap_err();
        assert_eq!(busy.code(), ErrorCode::CardBusy);
    }
    bench.person.will((0..MAX_WAITING).map(|_| Types("1234")));
    tell.send(()).unwrap();
    first.await.unwrap().unwrap();
    for request in waiting {
        request.await.unwrap().unwrap();
    }
    assert_eq!(bench.person.most_windows_at_once(), 1);
}

#[tokio::test]
async fn a_request_cancelled_while_it_waits_leaves_its_place_to_another() {
    let (tell, first_reply) = Reply::when_told(Cancels);
    let bench = Bench::new("", [first_reply]);
    let first = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    let mut waiting: Vec<_> = (0..MAX_WAITING)
        .map(|_| tokio::spawn(bench.begin("authenticate", log_in())))
        .collect();
    settle(&waiting).await;
    for _ in 0..2 {
        let cancelled = waiting.remove(0);
        cancelled.abort();
        assert!(cancelled.await.unwrap_err().is_cancelled());
    }
    waiting.extend((0..2).map(|_| tokio::spawn(bench.begin("authenticate", log_in()))));
    settle(&waiting).await;
    assert_eq!(
        bench
            .begin("authenticate", log_in())
            .await
            .unwrap_err()
            .code(),
        ErrorCode::CardBusy
    );

    bench.person.will((0..MAX_WAITING).map(|_| Types("1234")));
    tell.send(()).unwrap();
    assert_eq!(
        first.await.unwrap().unwrap_err().code(),
        ErrorCode::UserCancelled
    );
    for request in waiting {
        request.await.unwrap().unwrap();
    }
    assert_eq!(
        bench.person.unasked(),
        0,
        "nobody was asked for those who left"
    );
}

#[tokio::test]
async fn a_card_that_cannot_be_had_is_told_in_time_to_whoever_asks_and_to_those_behind() {
    let cases = [
        ("authenticate", log_in()),
        ("sign", sign(1)),
        (
            "certificate",
            json!({"kind": "authentication", "origin": ORIGIN}),
        ),
        ("certificate", json!({"kind": "signature"})),
        ("certificate", json!({"kind": "authentication-ca"})),
        ("certificate", json!({"kind": "signature-ca"})),
        ("status", json!({})),
    ];
    let told = cases.map(async |(method, params)| {
        let (held, gate) = std::sync::mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let bench = Bench::tapped("", [Agrees], move |mut exchange| {
            // Until the other end is dropped.
            gate.lock().unwrap().recv().ok();
            exchange.pass_on()
        });
        let begin = Instant::now();
        let first = bench.begin(method, params.clone());
        let behind = (0..3).map(|_| bench.begin("certificate", json!({"kind": "signature-ca"})));
        let (first, behind) = join(first, join_all(behind)).await;
        for answer in behind
            .into_iter()
            .chain((method != "status").then_some(first))
        {
            let place = format!("{method} {params}");
            assert_eq!(answer.unwrap_err().code(), ErrorCode::CardBusy, "{place}");
        }
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{method} {params}"
        );
        drop(held);
        bench.service.finish().await;
        assert_eq!(bench.pins_sent(), 0);
        bench.certificate("signature-ca").await.unwrap();
        bench.assert_closed();
    });
    join_all(told).await;
}

#[tokio::test]
async fn a_card_that_falls_silent_as_it_is_read_is_told_to_whoever_asks_and_to_those_behind() {
    let (reached, mut at_command) = mpsc::unbounded_channel();
    let (go_on, gate) = std::sync::mpsc::channel();
    let gate = Mutex::new(gate);
    let bench = Bench::tapped("", [], move |mut exchange| {
        if exchange.nth == 4 {
            reached.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
        }
        exchange.pass_on()
    });
    let read = || tokio::spawn(bench.begin("certificate", json!({"kind": "signature-ca"})));
    let first = read();
    at_command.recv().await.unwrap();
    let behind = read();
    settle(std::slice::from_ref(&behind)).await;
    tokio::time::pause();
    let silent = first.await.unwrap().unwrap_err();
    assert_eq!(silent.code(), ErrorCode::CardError);
    let busy = behind.await.unwrap().unwrap_err();
    assert_eq!(busy.code(), ErrorCode::CardBusy);
    tokio::time::resume();
    go_on.send(()).unwrap();
    bench.service.finish().await;
    bench.assert_closed();
    bench.certificate("signature-ca").await.unwrap();
}

#[tokio::test]
async fn cards_in_two_readers_are_read_at_once_and_their_windows_come_one_by_one() {
    let (left, right) = (reader("Left", ""), reader("Right", ""));
    let (tell, first_reply) = Reply::when_told(Types("1234"));
    let shelf = Shelf::new([left.clone(), right.clone()]);
    let bench = Bench::over(shelf, left.clone(), [first_reply, Types("1234")]);
    let first = tokio::spawn(bench.begin("authenticate", on("Left", log_in())));
    bench.person.sees(1).await;
    let second = tokio::spawn(bench.begin("authenticate", on("Right", log_in())));
    assert!(
        timeout(A_WHILE, bench.person.sees(2)).await.is_err(),
        "the second window waits"
    );
    assert_eq!(
        right.trace().len(),
        9,
        "the second card is read while the first one's window is open"
    );

    tell.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    bench.service.finish().await;
    assert_eq!((left.trace().len(), right.trace().len()), (14, 14));
    assert_eq!(
        (pins_sent(&left.trace()), pins_sent(&right.trace())),
        (1, 1)
    );
    assert_eq!(bench.person.most_windows_at_once(), 1);
}

#[tokio::test]
async fn status_answers_while_a_window_is_open_and_does_not_disturb_it() {
    let (tell, reply) = Reply::when_told(Types("1234"));
    let bench = Bench::new("", [reply]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    for _ in 0..3 {
        let status = bench.status().await.unwrap();
        assert_eq!(
            status["readers"][0]["card"]["pins"]["authentication"]["triesLeft"],
            3
        );
        bench.assert_closed();
    }
    bench.reader.clear_trace();
    tell.send(()).unwrap();
    request.await.unwrap().unwrap();
    bench.service.finish().await;
    let commands = bench.commands();
    assert_eq!(commands[..2], [SELECT_APPLET, ASK_AUTHENTICATION_TRIES]);
    assert_eq!(commands.len(), 5);
    bench.assert_closed();
}

#[tokio::test]
async fn a_request_whose_window_waits_for_another_is_cancelled_without_one() {
    let (left, right) = (reader("Left", ""), reader("Right", ""));
    let bench = Bench::over(Shelf::new([left, right.clone()]), right, [Waits]);
    let first = tokio::spawn(bench.begin("authenticate", on("Left", log_in())));
    bench.person.sees(1).await;
    let second = tokio::spawn(bench.begin("sign", on("Right", sign(1))));
    assert!(timeout(A_WHILE, bench.person.sees(2)).await.is_err());
    second.abort();
    second.await.ok();
    bench.service.finish().await;
    bench.assert_closed();
    assert_eq!(bench.person.asked().len(), 1);
    first.abort();
    first.await.ok();
    assert_eq!(bench.person.open_windows(), 0);
}

/// Lets requests get as far as they can, which is the queue.
async fn settle<T>(requests: &[tokio::task::JoinHandle<T>]) {
    tokio::time::sleep(A_WHILE).await;
    assert!(
        requests.iter().all(|request| !request.is_finished()),
        "a request did not wait"
    );
}
