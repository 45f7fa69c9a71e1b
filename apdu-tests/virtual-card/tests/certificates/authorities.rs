//! The authorities: two hierarchies, three generations each.

use std::collections::HashSet;
use std::fs;

use jpki_virtual_card::{Profile, VirtualCard};

use crate::{Files, after, card, extensions};

#[test]
fn each_authority_vouches_for_its_own_kind_only() {
    let files = Files::of(&card(""));
    let verdict = files.verify("authentication.der", "signature-ca.der");
    assert!(
        verdict.contains("unable to get local issuer certificate"),
        "{verdict}"
    );
}

#[test]
fn the_authorities_have_the_profile_of_real_ones() {
    let files = Files::of(&card(""));
    for (name, unit) in [
        ("authentication", "user authentication"),
        ("signature", "digital signature"),
    ] {
        let text = files.text(&format!("{name}-ca.der"));
        let expected = [
            "X509v3 Key Usage: critical",
            "X509v3 Subject Alternative Name",
            "X509v3 Basic Constraints: critical",
            "X509v3 CRL Distribution Points",
            "X509v3 Subject Key Identifier",
        ];
        assert_eq!(extensions(&text), expected);
        assert_eq!(
            after(&text, "X509v3 Key Usage"),
            "Certificate Sign, CRL Sign"
        );
        assert_eq!(after(&text, "X509v3 Basic Constraints"), "CA:TRUE");
        let subject = text
            .iter()
            .find_map(|line| line.strip_prefix("Subject: "))
            .unwrap();
        assert!(
            subject.ends_with(&format!(",OU=JPKI for {unit},O=JPKID-VIRTUAL-TEST,C=JP")),
            "{subject}"
        );
    }
}

/// The key identifier below `heading`.
fn key_id<'t>(text: &'t [String], heading: &str) -> &'t str {
    after(text, heading).trim_start_matches("keyid:")
}

#[test]
fn generations_share_a_name_and_nothing_else() {
    let mut seen = HashSet::new();
    let mut names = HashSet::new();
    for (generation, founded) in [
        (1, "Oct 20 00:00:00 2015"),
        (2, "Sep 14 00:00:00 2019"),
        (3, "Jul 16 00:00:00 2023"),
    ] {
        let files = Files::of(&card(&format!("certificates.generation = {generation}")));
        for name in ["authentication", "signature"] {
            let text = files.text(&format!("{name}-ca.der"));
            let line = |start: &str| text.iter().find(|line| line.starts_with(start)).unwrap();
            names.insert((name, line("Subject: ").clone()));
            names.insert((name, line("Issuer: ").replace("Issuer", "Subject")));
            assert_eq!(*line("Not Before"), format!("Not Before: {founded} GMT"));
            assert_eq!(*line("Not After"), "Not After : Dec 31 14:59:59 2049 GMT");
            assert!(seen.insert(after(&text, "Modulus").to_owned()), "a key");
            assert!(seen.insert(key_id(&text, "X509v3 Subject Key").to_owned()));
            assert_eq!(
                key_id(&files.text(&format!("{name}.der")), "X509v3 Authority Key"),
                key_id(&text, "X509v3 Subject Key")
            );
            assert_eq!(line("Serial Number").contains(": 1 (0x1)"), generation == 1);
        }
    }
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_generation_does_not_vouch_for_another_ones_certificates() {
    let first = Files::of(&card("certificates.generation = 1"));
    let third = Files::of(&card("certificates.generation = 3"));
    for name in ["authentication", "signature"] {
        let authority = format!("{name}-ca.der");
        fs::copy(third.path(&authority), first.path("other-ca.der")).unwrap();
        let leaf = format!("{name}.der");
        let verdict = first.verify(&leaf, &authority);
        assert!(verdict.ends_with(": OK\n"), "{verdict}");
        let verdict = first.verify(&leaf, "other-ca.der");
        assert!(verdict.contains("unable to get local issuer"), "{verdict}");
    }
}

#[test]
fn cards_of_one_authority_have_keys_of_their_own_and_the_same_issuer() {
    let one = card("authority = 'shared'");
    let other =
        VirtualCard::mint(&Profile::parse("seed = 'another'\nauthority = 'shared'").unwrap())
            .unwrap();
    assert_eq!(one.authentication_ca(), other.authentication_ca());
    assert_eq!(one.signature_ca(), other.signature_ca());
    assert_ne!(one.authentication_ca(), card("").authentication_ca());
    assert_ne!(
        one.authentication_certificate(),
        other.authentication_certificate()
    );
    assert_ne!(one.signature_certificate(), other.signature_certificate());
}
