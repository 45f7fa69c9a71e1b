//! Which Web eID tokens are taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relying_party::SiteOrigin;
use relying_party::verification::{
    AuthenticationToken, CertificateKind, Challenge, CheckedCertificate, Field, Flow, Proof,
    VerificationError,
};
use serde_json::{Value, json};

use crate::challenge::issue;
use crate::holder::{Holder, NOW, PROFILE};

const ORIGIN: &str = "https://site.example";

fn verify(
    holder: &Holder,
    challenge: &Challenge,
    token: Value,
) -> Result<CheckedCertificate, VerificationError> {
    let token: AuthenticationToken = serde_json::from_value(token).unwrap();
    let origin = SiteOrigin::parse(ORIGIN).unwrap();
    token.verify(
        &origin,
        challenge,
        &holder.verifier(CertificateKind::UserAuthentication),
        NOW,
    )
}

/// A token made for [`ORIGIN`] and a fresh challenge, changed, and what the verifier says of it.
fn refusal(change: impl FnOnce(&mut Value)) -> VerificationError {
    let mut holder = Holder::new();
    let challenge = issue(Flow::LogInAuthentication, Proof::Authentication);
    let mut token = holder.authenticate(ORIGIN, challenge.nonce.as_str());
    change(&mut token);
    verify(&holder, &challenge, token).unwrap_err()
}

#[test]
fn a_token_for_this_site_and_this_challenge_is_taken() {
    let mut holder = Holder::new();
    let challenge = issue(Flow::LogInAuthentication, Proof::Authentication);
    for format in ["web-eid:1", "web-eid:1.0"] {
        let mut token = holder.authenticate(ORIGIN, challenge.nonce.as_str());
        token["format"] = json!(format);
        assert!(verify(&holder, &challenge, token).is_ok());
    }
}

#[test]
fn a_token_for_another_origin_is_refused() {
    let mut holder = Holder::new();
    let challenge = issue(Flow::LogInAuthentication, Proof::Authentication);
    for origin in [
        "https://site.example.evil.example",
        "https://site.example/",
        "https://site.example:443",
        "http://site.example",
    ] {
        let token = holder.authenticate(origin, challenge.nonce.as_str());
        let refused = verify(&holder, &challenge, token).unwrap_err();
        assert_eq!(refused, VerificationError::SignatureMismatch, "{origin}");
    }
}

#[test]
fn a_token_for_another_challenge_is_refused() {
    let mut holder = Holder::new();
    let challenge = issue(Flow::LogInAuthentication, Proof::Authentication);
    let other = issue(Flow::LogInAuthentication, Proof::Authentication);
    let token = holder.authenticate(ORIGIN, other.nonce.as_str());
    assert_eq!(
        verify(&holder, &challenge, token).unwrap_err(),
        VerificationError::SignatureMismatch
    );
}

#[test]
fn the_format_is_version_1_0_to_the_letter() {
    for format in [
        "web-eid:10",
        "web-eid:1.1",
        "web-eid:1.00",
        "web-eid:2",
        "WEB-EID:1.0",
        "web-eid:1.0 ",
        "",
    ] {
        assert_eq!(
            refusal(|token| token["format"] = json!(format)),
            VerificationError::TokenFormat,
            "{format}"
        );
    }
}

#[test]
fn the_algorithm_is_rs256_to_the_letter() {
    for algorithm in [
        "RS384", "RS512", "PS256", "ES256", "HS256", "none", "rs256", "RS256 ", "",
    ] {
        let refused = refusal(|token| token["algorithm"] = json!(algorithm));
        assert_eq!(refused, VerificationError::Algorithm, "{algorithm}");
    }
}

#[test]
fn an_altered_signature_is_refused() {
    let refused = refusal(|token| {
        let signature = token["signature"].as_str().unwrap();
        let first = if signature.starts_with('A') { "B" } else { "A" };
        token["signature"] = json!(format!("{first}{}", &signature[1..]));
    });
    assert_eq!(refused, VerificationError::SignatureMismatch);
    assert_eq!(
        refusal(|token| token["signature"] = json!("")),
        VerificationError::SignatureMismatch
    );
    // Shorter than the key: the first byte cut off.
    assert_eq!(
        refusal(|token| token["signature"] = json!("AAAA")),
        VerificationError::SignatureMismatch
    );
}

#[test]
fn both_parts_are_strict_base64() {
    for (member, field) in [
        ("unverifiedCertificate", Field::Certificate),
        ("signature", Field::Signature),
    ] {
        for change in [
            |text: &str| format!("{}\n{}", &text[..64], &text[64..]),
            |text: &str| text.replace('+', "-").replace('/', "_") + "-",
            |text: &str| format!("{text} "),
        ] {
            let refused =
                refusal(|token| token[member] = json!(change(token[member].as_str().unwrap())));
            assert_eq!(refused, VerificationError::Base64(field));
        }
    }
}

#[test]
fn a_token_made_with_the_signature_certificate_is_refused() {
    let mut holder = Holder::new();
    let certificate = holder.sign("")["certificate"].clone();
    let refused = refusal(|token| token["unverifiedCertificate"] = certificate);
    assert_eq!(refused, VerificationError::IssuerUnknown);
}

#[test]
fn another_person_s_certificate_does_not_go_with_the_signature() {
    let other = Holder::with(&format!("{PROFILE}\n[certificates]\nsignature = false"));
    let theirs = STANDARD.encode(other.card().authentication_certificate());
    let mut stranger = Holder::with("seed = 'somebody else'");
    let challenge = issue(Flow::LogInAuthentication, Proof::Authentication);
    let mut token = stranger.authenticate(ORIGIN, challenge.nonce.as_str());
    token["unverifiedCertificate"] = json!(theirs);
    let refused = verify(&other, &challenge, token).unwrap_err();
    assert_eq!(refused, VerificationError::SignatureMismatch);
}

#[test]
fn a_token_with_members_of_another_version_is_not_read() {
    let mut token = Holder::new().authenticate(ORIGIN, "nonce");
    token["unverifiedSigningCertificates"] = json!([]);
    assert!(serde_json::from_value::<AuthenticationToken>(token).is_err());
    let token = json!({ "format": "web-eid:1.0" });
    assert!(serde_json::from_value::<AuthenticationToken>(token).is_err());
}
