//! What the person is told of earlier uses: a site's first one in the window, all of them on demand.

use std::sync::Arc;

use apdu_tests::Bench;
use apdu_tests::ORIGIN;
use apdu_tests::bench::{NONCE, page};
use apdu_tests::person::Reply::{Cancels, Types};
use jpkid::history::{Action, AskedBy, History, Key, Recorded, Use};
use jpkid::ipc::{Asking, Call, ErrorCode, Methods as _};
use serde_json::{Value, json};
use tempfile::TempDir;

const FIRST_TIME: &str = "authentication PIN, 3 tries left, for the first time";

struct Told {
    _directory: TempDir,
    history: Arc<History>,
    bench: Bench,
}

fn told() -> Told {
    let directory = tempfile::tempdir().unwrap();
    let history = Arc::new(History::at(directory.path().join("history.jsonl")));
    let bench = Bench::new("", []).remembering(&history);
    Told {
        _directory: directory,
        history,
        bench,
    }
}

fn entry(asked_by: AskedBy, origin: &str, result: &str) -> Use {
    Use {
        time: "2026-11-23T12:00:00Z".parse().unwrap(),
        action: Action::Authenticate,
        key: Key::Authentication,
        asked_by,
        origin: Some(origin.to_owned()),
        program: None,
        result: result.to_owned(),
    }
}

async fn history(bench: &Bench, params: Value) -> Value {
    let asking = Asking::of(page());
    bench.begin_as(asking, "history", params).await.unwrap()
}

#[tokio::test]
async fn a_site_is_new_until_it_got_what_it_asked_for() {
    let Told { history, bench, .. } = &told();
    let not_yet = [
        entry(AskedBy::Website, ORIGIN, "user_cancelled"),
        entry(AskedBy::Website, "https://www.example.com", "done"),
        entry(AskedBy::Program, ORIGIN, "done"),
    ];
    for earlier in not_yet {
        history.append(&earlier).unwrap();
        bench.person.will([Types("1234")]);
        bench.log_in().await.unwrap();
        assert_eq!(bench.person.asked().pop().unwrap(), FIRST_TIME);
    }
    history
        .append(&entry(AskedBy::Website, ORIGIN, "done"))
        .unwrap();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    let asked = bench.person.asked().pop().unwrap();
    assert_eq!(asked, "authentication PIN, 3 tries left");
}

#[tokio::test]
async fn what_opens_no_window_pushes_out_no_use() {
    let Told { history, bench, .. } = &told();
    let recorded = Recorded::new(Arc::clone(&bench.service), Arc::clone(history));
    let log_in_to = async |origin: &str| {
        let params = json!({"challengeNonce": NONCE, "origin": origin});
        let call = Call::parse("authenticate", params.as_object().unwrap().clone());
        let call = call.unwrap().unwrap();
        let answer = Arc::clone(&recorded).call(Asking::of(page()), call).await;
        bench.service.finish().await;
        answer
    };
    bench.person.will([Types("1234"), Cancels]);
    log_in_to(ORIGIN).await.unwrap();
    log_in_to(ORIGIN).await.unwrap_err();
    let card = bench.reader.remove().unwrap();
    for (origin, code) in [
        (ORIGIN, ErrorCode::NoCard),
        ("http://localhost", ErrorCode::OriginRefused),
    ] {
        let refused = log_in_to(origin).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    bench.reader.insert(card);
    let results: Vec<_> = history
        .read()
        .unwrap()
        .into_iter()
        .map(|entry| entry.result)
        .collect();
    assert_eq!(results, ["done", "user_cancelled"]);
}

#[tokio::test]
async fn where_no_history_is_kept_nothing_is_said_of_a_first_time() {
    let bench = Bench::new("", [Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.person.asked(), ["authentication PIN, 3 tries left"]);
    let none = json!({"enabled": false, "uses": []});
    assert_eq!(history(&bench, json!({})).await, none);
}

#[tokio::test]
async fn the_newest_uses_come_first_and_no_more_than_are_asked_for() {
    let told = told();
    for number in 0..120 {
        let origin = format!("https://site-{number}.example.jp");
        let entry = entry(AskedBy::Website, &origin, "done");
        told.history.append(&entry).unwrap();
    }
    for (params, expected) in [
        (json!({}), 20),
        (json!({"limit": 3}), 3),
        (json!({"limit": 100}), 100),
    ] {
        let answer = history(&told.bench, params).await;
        assert_eq!(answer["enabled"], true);
        let uses = answer["uses"].as_array().unwrap();
        assert_eq!(uses.len(), expected);
        assert_eq!(uses[0]["origin"], "https://site-119.example.jp");
        assert_eq!(uses[2]["origin"], "https://site-117.example.jp");
    }
    assert!(told.bench.trace().is_empty(), "no card is touched");
}

#[tokio::test]
async fn an_answer_of_the_longest_uses_fits_a_frame() {
    let told = told();
    let long = Use {
        program: Some(format!("/{}", "x".repeat(4000)).into()),
        ..entry(AskedBy::Program, ORIGIN, "done")
    };
    for _ in 0..30 {
        told.history.append(&long).unwrap();
    }
    let answer = history(&told.bench, json!({"limit": 100})).await;
    assert!(answer.to_string().len() < 60_000);
    assert_eq!(answer["uses"].as_array().unwrap().len(), 11);
}
