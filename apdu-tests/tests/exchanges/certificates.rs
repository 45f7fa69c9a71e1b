//! Certificates that are missing, expired or another key's, and signatures that do not match them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use apdu_tests::bench::{log_in, sign};
use apdu_tests::person::Reply::{Agrees, Cancels, Types};
use apdu_tests::{Bench, proof};
use jpkid::ipc::ErrorCode;
use serde_json::json;

use apdu_tests::cases::code;

#[tokio::test]
async fn a_signature_that_does_not_verify_never_leaves() {
    for (method, params, pin) in [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(3), "ABC123"),
    ] {
        let bench = Bench::tapped("", [Types(pin)], |mut exchange| {
            let mut answer = exchange.pass_on()?;
            if exchange.instruction() == 0x2A {
                answer[100] ^= 0x01;
            }
            Ok(answer)
        });
        let answer = bench.call(method, params).await;
        assert_eq!(code(&answer).as_deref(), Some("card_error"), "{method}");
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_match_its_key_is_read_again_at_the_next_login() {
    let swapped = Arc::new(AtomicBool::new(true));
    let swap = swapped.clone();
    let bench = Bench::tapped("", [Types("1234"), Types("1234")], move |mut exchange| {
        let mut command = exchange.command.to_vec();
        if swap.load(Ordering::SeqCst) && command.starts_with(&[0x00, 0xB0, 0x8A]) {
            // The authority's certificate in its place.
            command[2] = 0x8B;
        }
        exchange.send(&command)
    });
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardError
    );
    swapped.store(false, Ordering::SeqCst);
    bench.log_in().await.unwrap();
}

#[tokio::test]
async fn an_expired_certificate_is_told_before_a_pin_is_sent() {
    let bench = Bench::new("[validity]\ndays = -1", []);
    for attempt in 1..=2 {
        // However fast the person types.
        bench.person.will([Types("1234")]);
        assert_eq!(
            bench.log_in().await.unwrap_err().code(),
            ErrorCode::CertificateExpired,
            "attempt {attempt}"
        );
        assert_eq!(bench.pins_sent(), 0);
        bench.assert_closed();
    }
}

#[tokio::test]
async fn an_expired_signature_certificate_signs_nothing() {
    let bench = Bench::new("[validity]\ndays = -1", [Types("ABC123")]);
    assert_eq!(
        bench.sign(1).await.unwrap_err().code(),
        ErrorCode::CertificateExpired
    );
    assert!(
        !bench
            .commands()
            .iter()
            .any(|command| command.starts_with("80 2A"))
    );
    bench.assert_closed();
}

#[tokio::test]
async fn an_expired_authentication_certificate_says_nothing_of_the_signature_certificate() {
    let bench = Bench::new("[validity]\ndays = -1", [Cancels, Cancels]);
    bench.log_in().await.unwrap_err();
    let asked = bench.person.asked().len();
    assert_eq!(
        bench.sign(1).await.unwrap_err().code(),
        ErrorCode::UserCancelled
    );
    assert_eq!(
        bench.person.asked()[asked..],
        ["signature PIN, 5 tries left"]
    );
}

#[tokio::test]
async fn a_card_without_a_signature_certificate_is_told_without_a_window() {
    let bench = Bench::new("[certificates]\nsignature = false", []);
    for answer in [bench.sign(1).await, bench.certificate("signature").await] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::CertificateMissing);
    }
    assert_eq!(bench.person.asked(), [""; 0]);
    bench.assert_closed();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
}

#[tokio::test]
async fn a_signature_wanted_from_another_certificate_is_not_made() {
    let bench = Bench::new("", [Types("ABC123")]);
    let mut params = sign(1);
    params["certificate"] = json!("AAAA");
    let refused = bench.call("sign", params).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.field()),
        (ErrorCode::CertificateMismatch, Some("certificate"))
    );
    assert!(
        !bench
            .commands()
            .iter()
            .any(|command| command.starts_with("80 2A"))
    );
    bench.assert_closed();
}

#[tokio::test]
async fn a_phone_gives_its_authentication_certificate_after_the_pin() {
    let bench = Bench::new("kind = 'android'", [Agrees, Types("1234")]);
    let answer = bench.certificate("authentication").await.unwrap();
    let certificate = bench.card(|card| card.authentication_certificate().to_vec());
    assert_eq!(proof::bytes(&answer["certificate"]), certificate);
    assert_eq!(
        bench.person.asked()[1..],
        ["authentication PIN, 3 tries left"]
    );
    assert_eq!(bench.pins_sent(), 1);
    bench.assert_closed();

    bench.person.will([Agrees, Cancels]);
    let refused = bench.certificate("authentication").await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UserCancelled);
    assert_eq!(bench.pins_sent(), 1);
    bench.assert_closed();
}
