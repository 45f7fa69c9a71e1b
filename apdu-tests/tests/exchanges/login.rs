//! What the card is sent for each request, and how it is left.

use apdu_tests::bench::NONCE;
use apdu_tests::person::Reply::{self, Agrees, Cancels, Types};
use apdu_tests::trace::{
    ASK_AUTHENTICATION_TRIES, ASK_SIGNATURE_TRIES, SELECT_APPLET, SELECT_ISSUER_DOMAIN,
    SIGN_WITH_AUTHENTICATION_KEY, SIGN_WITH_SIGNATURE_KEY, VERIFY_AUTHENTICATION_PIN,
    VERIFY_SIGNATURE_PIN, reads,
};
use apdu_tests::{Bench, ORIGIN, proof};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpkid::ipc::ErrorCode;
use serde_json::json;

const READ_AVAILABLE_CERTIFICATES: &str = "00 B0 88 00";
const READ_TOKEN_INFO: &str = "00 B0 86 00";

fn sequence(parts: &[&[&str]]) -> Vec<String> {
    parts.concat().into_iter().map(ToOwned::to_owned).collect()
}

fn as_strs(commands: &[String]) -> Vec<&str> {
    commands.iter().map(String::as_str).collect()
}

/// The certificate's reads: 1.6 kB are seven commands.
fn authentication_certificate(bench: &Bench) -> Vec<String> {
    let length = bench.card(|card| card.authentication_certificate().len());
    assert!(
        (1537..=1792).contains(&length),
        "{length} bytes are not 1.6 kB"
    );
    reads(0x0A, length)
}

fn signature_certificate(bench: &Bench) -> Vec<String> {
    reads(
        0x01,
        bench.card(|card| card.signature_certificate().unwrap().len()),
    )
}

#[tokio::test]
async fn the_first_login_costs_14_commands_and_each_later_one_5() {
    let bench = Bench::new("", [Types("1234"), Types("1234"), Types("1234")]);
    let certificate = authentication_certificate(&bench);
    let after_the_pin = [
        SELECT_APPLET,
        ASK_AUTHENTICATION_TRIES,
        VERIFY_AUTHENTICATION_PIN,
        SIGN_WITH_AUTHENTICATION_KEY,
        SELECT_ISSUER_DOMAIN,
    ];

    bench.log_in().await.unwrap();
    let first = bench.commands();
    let before_the_pin = [SELECT_APPLET, ASK_AUTHENTICATION_TRIES];
    assert_eq!(
        first,
        sequence(&[&before_the_pin, &as_strs(&certificate), &after_the_pin])
    );
    assert_eq!(first.len(), 14);

    for _ in 0..2 {
        bench.log_in().await.unwrap();
        assert_eq!(bench.commands(), after_the_pin);
    }
}

#[tokio::test]
async fn a_login_after_another_insertion_is_a_first_one() {
    let bench = Bench::new("", [Types("1234"), Types("1234")]);
    bench.log_in().await.unwrap();
    let first = bench.commands();
    bench.insert_again();
    bench.log_in().await.unwrap();
    assert_eq!(bench.commands(), first);
}

#[tokio::test]
async fn a_login_signs_what_web_eid_signs() {
    let bench = Bench::new("", [Types("1234")]);
    let token = bench.log_in().await.unwrap();
    let certificate = bench.card(|card| card.authentication_certificate().to_vec());
    assert!(proof::is_token_of(&token, &certificate, ORIGIN, NONCE));
    assert!(!proof::is_token_of(
        &token,
        &certificate,
        "https://other.example",
        NONCE
    ));
    assert_eq!(token["format"], "web-eid:1.0");
    assert_eq!(token["algorithm"], "RS256");
}

#[tokio::test]
async fn one_password_signs_as_many_hashes_as_were_asked() {
    for documents in [1, 3, 16] {
        let bench = Bench::new("", [Types("ABC123")]);
        let answer = bench.sign(documents).await.unwrap();
        let certificate = bench.card(|card| card.signature_certificate().unwrap().to_vec());
        assert_eq!(proof::bytes(&answer["certificate"]), certificate);
        let signatures = answer["signatures"].as_array().unwrap();
        assert_eq!(signatures.len(), usize::from(documents));
        for (number, signature) in (0..documents).zip(signatures) {
            assert!(proof::is_signature(
                &certificate,
                &[number; 32],
                &proof::bytes(signature)
            ));
        }
        let signing = vec![SIGN_WITH_SIGNATURE_KEY; usize::from(documents)];
        let expected = sequence(&[
            &[
                SELECT_APPLET,
                READ_AVAILABLE_CERTIFICATES,
                ASK_SIGNATURE_TRIES,
            ],
            &[SELECT_APPLET, ASK_SIGNATURE_TRIES, VERIFY_SIGNATURE_PIN],
            &as_strs(&signature_certificate(&bench)),
            &signing,
            &[SELECT_ISSUER_DOMAIN],
        ]);
        assert_eq!(bench.commands(), expected);
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_second_signature_does_not_ask_again_what_the_card_holds() {
    let bench = Bench::new("", [Types("ABC123"), Types("ABC123")]);
    bench.sign(1).await.unwrap();
    bench.reader.clear_trace();
    bench.sign(1).await.unwrap();
    let expected = sequence(&[
        &[SELECT_APPLET, ASK_SIGNATURE_TRIES, VERIFY_SIGNATURE_PIN],
        &as_strs(&signature_certificate(&bench)),
        &[SIGN_WITH_SIGNATURE_KEY, SELECT_ISSUER_DOMAIN],
    ]);
    assert_eq!(bench.commands(), expected);
}

#[tokio::test]
async fn a_longer_hash_is_signed_as_what_it_is() {
    for (function, length) in [("SHA-384", 48), ("SHA-512", 64)] {
        let bench = Bench::new("", [Types("ABC123")]);
        let hash = STANDARD.encode(vec![0xA5; length]);
        let params = json!({"hash": hash, "hashFunction": function, "origin": ORIGIN});
        let answer = bench.call("sign", params).await.unwrap();
        assert_eq!(answer["signatureAlgorithm"]["hashFunction"], function);
        let lc = format!("80 2A 00 9A Lc={}", length + 19);
        assert_eq!(
            bench
                .commands()
                .iter()
                .filter(|command| **command == lc)
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn status_asks_no_person_and_spends_no_try() {
    let bench = Bench::new("[tries]\nauthentication = 1\nsignature = 0", []);
    let status = bench.status().await.unwrap();
    assert_eq!(
        status["readers"],
        json!([{"name": "Reader", "card": {
            "kind": "my-number-card",
            "certificates": ["authentication", "signature"],
            "pins": {
                "authentication": {"state": "unverified", "triesLeft": 1},
                "signature": {"state": "blocked", "triesLeft": 0},
            },
        }}])
    );
    let expected = [
        SELECT_APPLET,
        READ_TOKEN_INFO,
        READ_AVAILABLE_CERTIFICATES,
        ASK_AUTHENTICATION_TRIES,
        ASK_SIGNATURE_TRIES,
        SELECT_ISSUER_DOMAIN,
    ];
    assert_eq!(bench.commands(), expected);
    assert_eq!(bench.tries(), (1, 0));
    bench.assert_closed();
}

#[tokio::test]
async fn certificates_that_anyone_may_read_are_read_and_the_card_closed() {
    for (kind, short_file_id) in [
        ("authentication-ca", 0x0B),
        ("signature-ca", 0x02),
        ("authentication", 0x0A),
    ] {
        let replies = (kind == "authentication").then_some(Agrees);
        let bench = Bench::new("", replies);
        let on_card = bench.card(|card| match kind {
            "authentication-ca" => card.authentication_ca().to_vec(),
            "signature-ca" => card.signature_ca().to_vec(),
            _ => card.authentication_certificate().to_vec(),
        });
        let answer = bench.certificate(kind).await.unwrap();
        assert_eq!(proof::bytes(&answer["certificate"]), on_card, "{kind}");
        let expected = sequence(&[
            &[SELECT_APPLET],
            &as_strs(&reads(short_file_id, on_card.len())),
            &[SELECT_ISSUER_DOMAIN],
        ]);
        assert_eq!(bench.commands(), expected, "{kind}");
        bench.assert_closed();
    }
}

#[tokio::test]
async fn the_signature_certificate_costs_its_password_each_time() {
    let bench = Bench::new("", [Types("ABC123"), Cancels]);
    let answer = bench.certificate("signature").await.unwrap();
    let on_card = bench.card(|card| card.signature_certificate().unwrap().to_vec());
    assert_eq!(proof::bytes(&answer["certificate"]), on_card);
    let expected = sequence(&[
        &[
            SELECT_APPLET,
            READ_AVAILABLE_CERTIFICATES,
            ASK_SIGNATURE_TRIES,
        ],
        &[SELECT_APPLET, ASK_SIGNATURE_TRIES, VERIFY_SIGNATURE_PIN],
        &as_strs(&signature_certificate(&bench)),
        &[SELECT_ISSUER_DOMAIN],
    ]);
    assert_eq!(bench.commands(), expected);
    let refused = bench.certificate("signature").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UserCancelled);
    bench.assert_closed();
}

#[tokio::test]
async fn a_page_reads_the_authentication_certificate_only_if_the_person_agrees() {
    let bench = Bench::new("", [Reply::Refuses]);
    let refused = bench.certificate("authentication").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UserCancelled);
    assert_eq!(
        bench.person.asked(),
        ["let the page read the authentication certificate?"]
    );
    assert_eq!(bench.commands(), [""; 0]);
}
