//! Which signed statements are taken.

use relying_party::SiteOrigin;
use relying_party::verification::{
    CertificateKind, CheckedCertificate, Flow, Proof, StatementSignature, VerificationError,
    statement,
};
use serde_json::{Value, json};

use crate::challenge::issue;
use crate::holder::{Holder, NOW};

fn verify(
    holder: &Holder,
    text: &str,
    answer: Value,
) -> Result<CheckedCertificate, VerificationError> {
    let answer: StatementSignature = serde_json::from_value(answer).unwrap();
    answer.verify(
        text,
        &holder.verifier(CertificateKind::DigitalSignature),
        NOW,
    )
}

fn refusal(change: impl FnOnce(&mut Value)) -> VerificationError {
    let mut holder = Holder::new();
    let mut answer = holder.sign("text");
    change(&mut answer);
    verify(&holder, "text", answer).unwrap_err()
}

#[test]
fn the_statement_holds_site_nonce_and_time() {
    let origin = SiteOrigin::parse("https://site.example").unwrap();
    let challenge = issue(Flow::Register, Proof::Signature);
    let text = statement(&origin, Flow::Register, &challenge);
    for part in [
        "https://site.example",
        challenge.nonce.as_str(),
        "Friday, 15 January 2027, 12:04 JST",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_ne!(text, statement(&origin, Flow::LogInBoth, &challenge));
}

#[test]
fn a_signature_over_the_statement_is_taken() {
    let mut holder = Holder::new();
    let answer = holder.sign("text");
    assert!(verify(&holder, "text", answer).is_ok());
}

#[test]
fn a_signature_over_another_text_is_refused() {
    let mut holder = Holder::new();
    for text in ["", "Text", "text\n"] {
        let answer = holder.sign(text);
        assert_eq!(
            verify(&holder, "text", answer).unwrap_err(),
            VerificationError::SignatureMismatch
        );
    }
}

#[test]
fn there_is_exactly_one_signature() {
    assert_eq!(
        refusal(|answer| answer["signatures"] = json!([])),
        VerificationError::SignatureCount(0)
    );
    let refused = refusal(|answer| {
        let signature = answer["signatures"][0].clone();
        answer["signatures"] = json!([signature, signature]);
    });
    assert_eq!(refused, VerificationError::SignatureCount(2));
}

#[test]
fn the_signature_algorithm_is_the_one_asked_for() {
    for (member, value) in [
        ("cryptoAlgorithm", "ECC"),
        ("hashFunction", "SHA-512"),
        ("paddingScheme", "PSS"),
    ] {
        let refused = refusal(|answer| answer["signatureAlgorithm"][member] = json!(value));
        assert_eq!(refused, VerificationError::Algorithm, "{member}");
    }
}

#[test]
fn a_statement_signed_with_the_authentication_certificate_is_refused() {
    let certificate = Holder::new().authenticate("", "")["unverifiedCertificate"].clone();
    let refused = refusal(|answer| answer["certificate"] = certificate);
    assert_eq!(refused, VerificationError::IssuerUnknown);
}
