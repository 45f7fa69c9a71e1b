//! Any bytes as a certificate: of a card, of a caller, and as a person reads it on a terminal.

use std::time::SystemTime;

use jpkid::cli::certificate::{pem, summary};
use jpkid::jpki::{Certificate, Digest, HashFunction};
use jpkid::language::Language;

use crate::bench::card;

/// Reads a certificate; tells whether the daemon takes it.
pub fn check(input: &[u8]) -> bool {
    for language in [Language::English, Language::Japanese] {
        if let Some(text) = summary(language, input) {
            // Whoever makes a certificate does not command the terminal.
            let is_text = |c: char| c == '\n' || !c.is_control();
            assert!(text.chars().all(is_text), "{text:?}");
        }
    }
    assert!(pem(input).lines().all(|line| line.len() <= 64));
    let Ok(certificate) = Certificate::parse(input.to_vec()) else {
        return false;
    };
    assert!(input.starts_with(certificate.der()));
    let again = Certificate::parse(certificate.der().to_vec()).expect("it is whole");
    assert_eq!(again.der(), certificate.der());
    certificate.require_unexpired(SystemTime::now()).ok();
    let digest = Digest::new(HashFunction::Sha256, vec![7; 32]).expect("32 bytes");
    for signature in [&[0; 256][..], &[1; 256], &[0xFF; 256], &[1; 255]] {
        assert!(!certificate.verifies(&digest, signature));
    }
    true
}

/// The certificates of a card.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let card = card("");
    let signature = card.signature_certificate().expect("an adult's card");
    vec![
        card.authentication_certificate().to_vec(),
        signature.to_vec(),
    ]
}
