//! When the certificates begin and end, as `status` tells it.

use apdu_tests::Bench;
use apdu_tests::person::Reply::Types;
use apdu_tests::trace::reads;
use serde_json::{Value, json};

const PROFILE: &str = "[validity]\nfrom = 2026-07-01\nuntil = 2031-07-01";

/// The last second of the last day is Japan's.
fn authentication() -> Value {
    json!({"notBefore": "2026-07-01T00:00:00Z", "notAfter": "2031-07-01T14:59:59Z"})
}

/// It is issued four seconds later.
fn signature() -> Value {
    json!({"notBefore": "2026-07-01T00:00:04Z", "notAfter": "2031-07-01T14:59:59Z"})
}

async fn validity(bench: &Bench) -> Value {
    let status = bench.call("status", json!({"validity": true})).await;
    status.unwrap()["readers"][0]["card"]["validity"].clone()
}

#[tokio::test]
async fn the_authentication_certificate_is_read_for_its_dates_once_for_each_insertion() {
    let bench = Bench::new(PROFILE, []);
    let of_certificate = reads(
        0x0A,
        bench.card(|card| card.authentication_certificate().len()),
    );
    for _ in 0..2 {
        assert_eq!(
            validity(&bench).await,
            json!({"authentication": authentication()})
        );
        let first = bench.commands();
        assert_eq!(first.len(), 6 + of_certificate.len());
        assert_eq!(first[5..5 + of_certificate.len()], of_certificate);

        assert_eq!(
            validity(&bench).await,
            json!({"authentication": authentication()})
        );
        assert_eq!(bench.commands().len(), 6, "it is remembered");
        bench.insert_again();
    }
    assert_eq!((bench.pins_sent(), bench.tries()), (0, (3, 5)));
    bench.assert_closed();
}

#[tokio::test]
async fn nobody_who_does_not_ask_is_told_the_dates_or_pays_for_them() {
    let bench = Bench::new(PROFILE, []);
    let status = bench.status().await.unwrap();
    assert_eq!(status["readers"][0]["card"]["validity"], Value::Null);
    assert_eq!(bench.commands().len(), 6);
}

#[tokio::test]
async fn the_signature_certificates_dates_are_known_from_its_reading_until_the_card_goes() {
    for method in ["sign", "certificate"] {
        let bench = Bench::new(PROFILE, [Types("ABC123")]);
        match method {
            "sign" => bench.sign(1).await,
            _ => bench.certificate("signature").await,
        }
        .unwrap();
        let both = json!({"authentication": authentication(), "signature": signature()});
        assert_eq!(validity(&bench).await, both, "{method}");
        bench.insert_again();
        assert_eq!(
            validity(&bench).await,
            json!({"authentication": authentication()})
        );
    }
}

#[tokio::test]
async fn a_log_in_after_the_dates_reads_no_certificate_again() {
    let bench = Bench::new(PROFILE, [Types("1234")]);
    validity(&bench).await;
    bench.reader.clear_trace();
    bench.log_in().await.unwrap();
    assert_eq!(bench.commands().len(), 5);
}

#[tokio::test]
async fn a_certificate_behind_a_pin_has_no_dates() {
    let bench = Bench::new("kind = 'android'", []);
    assert_eq!(validity(&bench).await, json!({}));
    bench.assert_closed();
}

#[tokio::test]
async fn an_expired_certificate_has_dates() {
    let bench = Bench::new("[validity]\ndays = -1", []);
    let validity = validity(&bench).await;
    assert!(
        validity["authentication"]["notAfter"].is_string(),
        "{validity}"
    );
}
