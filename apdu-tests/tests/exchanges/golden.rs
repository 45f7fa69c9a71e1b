//! The golden results of docs/protocol/ have the shape of what a card makes the daemon answer.

use std::fs;
use std::path::Path;

use apdu_tests::person::Reply::Types;
use apdu_tests::source::Tapped;
use apdu_tests::{Bench, Shelf};
use jpki_virtual_card::VirtualReader;
use serde_json::Value;
use zeroize::Zeroizing;

fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/protocol/{name}.json"));
    let message: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    message["result"].clone()
}

/// The value with what differs from card to card taken out: long texts, which are base64, names and versions.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match name.as_str() {
                "appVersion"
                | "certificate"
                | "name"
                | "signature"
                | "unverifiedCertificate"
                | "version"
                    if value.is_string() =>
                {
                    (name.clone(), "text".into())
                }
                "signatures" => (name.clone(), value.as_array().unwrap().len().into()),
                _ => (name.clone(), shape(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        other => other.clone(),
    }
}

fn assert_shape(answer: &Value, name: &str) {
    assert_eq!(shape(answer), shape(&golden(name)), "{name}");
}

#[tokio::test]
async fn results_look_as_the_golden_messages_say() {
    let bench = Bench::new("", [Types("1234"), Types("ABC123"), Types("ABC123")]);
    assert_shape(&bench.log_in().await.unwrap(), "authenticate-result");
    assert_shape(&bench.sign(2).await.unwrap(), "sign-result");
    assert_shape(
        &bench.certificate("signature").await.unwrap(),
        "certificate-result",
    );
    bench.person.will([Types("ABC123")]);
    let hold = serde_json::json!({"kind": "signature", "origin": apdu_tests::ORIGIN, "hold": true});
    assert_shape(
        &bench.call("certificate", hold).await.unwrap(),
        "certificate-hold-result",
    );
}

#[test]
fn a_history_looks_as_the_golden_message_says() {
    let uses = golden("history-result")["uses"].clone();
    for entry in uses.as_array().unwrap() {
        let parsed: jpkid::history::Use = serde_json::from_value(entry.clone()).unwrap();
        assert_eq!(serde_json::to_value(parsed).unwrap(), *entry);
    }
}

#[tokio::test]
async fn a_status_looks_as_the_golden_messages_say() {
    let bench = Bench::new("", []);
    let shelf = Shelf::new([bench.reader.clone(), VirtualReader::new("empty")]);
    let bench = Bench::over(shelf, bench.reader, []);
    assert_shape(&bench.status().await.unwrap(), "status-result");

    let reader = bench.reader.clone();
    let of_another_kind = Tapped::new(reader.clone(), |_| Ok(Zeroizing::new(vec![0x6A, 0x82])));
    let bench = Bench::over(of_another_kind, reader, []);
    let status = bench
        .call("status", serde_json::json!({"lang": "en"}))
        .await
        .unwrap();
    assert_eq!(
        shape(&status),
        shape(&golden("status-result-unreadable-card"))
    );
}

#[tokio::test]
async fn a_status_with_dates_looks_as_the_golden_message_says() {
    let bench = Bench::new(
        "[validity]\nfrom = 2026-07-01\nuntil = 2031-07-01",
        [Types("ABC123")],
    );
    bench.certificate("signature").await.unwrap();
    let status = bench.call("status", serde_json::json!({"validity": true}));
    assert_shape(&status.await.unwrap(), "status-validity-result");
}
