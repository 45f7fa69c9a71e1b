//! The card's certificates, judged by OpenSSL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends with what went wrong"
)]

mod authorities;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jpki_virtual_card::{Profile, VirtualCard};
use tempfile::TempDir;

/// A card's certificates as files.
struct Files {
    directory: TempDir,
}

impl Files {
    fn of(card: &VirtualCard) -> Self {
        let files = Self {
            directory: TempDir::new().unwrap(),
        };
        files.write("authentication-ca.der", card.authentication_ca());
        files.write("signature-ca.der", card.signature_ca());
        files.write("authentication.der", card.authentication_certificate());
        if let Some(certificate) = card.signature_certificate() {
            files.write("signature.der", certificate);
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// `openssl x509 -text`, every line trimmed.
    fn text(&self, name: &str) -> Vec<String> {
        let options = [
            "x509",
            "-noout",
            "-text",
            "-nameopt",
            "RFC2253,-esc_msb",
            "-certopt",
            "ext_parse",
            "-in",
        ];
        openssl(&options, &[&self.path(name)])
            .lines()
            .map(|line| line.trim().to_owned())
            .collect()
    }

    fn verify(&self, leaf: &str, authority: &str) -> String {
        // `openssl verify -CAfile` reads PEM only.
        let pem = self.path("trusted.pem");
        let converted = openssl(&["x509", "-in"], &[&self.path(authority)]);
        fs::write(&pem, converted).unwrap();
        openssl(
            &[
                "verify",
                "-x509_strict",
                "-policy_check",
                "-check_ss_sig",
                "-CAfile",
            ],
            &[&pem, &self.path(leaf)],
        )
    }
}

/// What OpenSSL says, on either stream.
fn openssl(options: &[&str], files: &[&Path]) -> String {
    let output = Command::new("openssl")
        .args(options)
        .args(files)
        .output()
        .expect("openssl is installed");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

fn card(profile: &str) -> VirtualCard {
    VirtualCard::mint(&Profile::parse(&format!("seed = 'certificates'\n{profile}")).unwrap())
        .unwrap()
}

/// The texts of the lines that name an extension, in the certificate's order.
fn extensions(text: &[String]) -> Vec<&str> {
    let known = |line: &&str| {
        line.starts_with("X509v3 ") && !line.starts_with("X509v3 extensions")
            || line.starts_with("Authority Information")
    };
    text.iter()
        .map(|line| line.trim_end_matches(':').trim_end())
        .filter(known)
        .collect()
}

/// The line after the one that begins with `heading`.
fn after<'t>(text: &'t [String], heading: &str) -> &'t str {
    let mut lines = text.iter().skip_while(|line| !line.starts_with(heading));
    assert!(lines.next().is_some(), "{heading} is missing");
    lines.next().unwrap()
}

#[test]
fn openssl_verifies_both_chains() {
    let files = Files::of(&card(""));
    for (leaf, authority) in [
        ("authentication", "authentication-ca"),
        ("signature", "signature-ca"),
    ] {
        let verdict = files.verify(&format!("{leaf}.der"), &format!("{authority}.der"));
        assert!(verdict.ends_with(": OK\n"), "{verdict}");
    }
}

#[test]
fn the_authentication_certificate_has_the_profile_of_a_real_one() {
    let text = Files::of(&card("")).text("authentication.der");
    let expected = [
        "X509v3 Key Usage: critical",
        "X509v3 Extended Key Usage",
        "X509v3 Certificate Policies: critical",
        "X509v3 Issuer Alternative Name",
        "X509v3 CRL Distribution Points",
        "Authority Information Access",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
    ];
    assert_eq!(extensions(&text), expected);
    assert_eq!(after(&text, "X509v3 Key Usage"), "Digital Signature");
    assert_eq!(
        after(&text, "X509v3 Extended Key Usage"),
        "TLS Web Client Authentication"
    );
    assert_eq!(
        after(&text, "X509v3 Certificate Policies"),
        "Policy: 1.2.392.200149.8.5.1.3.30"
    );
    assert_eq!(
        after(&text, "Policy: "),
        "CPS: http://jpkid-virtual-test.invalid/cps.html"
    );
    assert_eq!(
        after(&text, "Authority Information"),
        "OCSP - URI:http://ocsp.jpkid-virtual-test.invalid"
    );
    assert!(after(&text, "X509v3 Authority Key").starts_with("keyid:"));
    assert!(after(&text, "keyid:").contains("O=JPKID-VIRTUAL-TEST"));
    assert!(after(&text, "DirName:/C=JP/O=JPKID").starts_with("serial:"));
    let subject = text
        .iter()
        .find_map(|line| line.strip_prefix("Subject: CN="))
        .unwrap();
    let (common_name, country) = subject.split_once(',').unwrap();
    assert_eq!(
        (common_name.len(), &common_name[14..], country),
        (23, "99999TEST", "C=JP")
    );
}

#[test]
fn the_signature_certificate_has_the_profile_of_a_real_one() {
    let text = Files::of(&card("")).text("signature.der");
    let expected = [
        "X509v3 Key Usage: critical",
        "X509v3 Subject Alternative Name",
        "X509v3 Certificate Policies: critical",
        "X509v3 Issuer Alternative Name",
        "X509v3 CRL Distribution Points",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
    ];
    assert_eq!(extensions(&text), expected);
    assert_eq!(
        after(&text, "X509v3 Key Usage"),
        "Digital Signature, Non Repudiation"
    );
    assert_eq!(
        after(&text, "X509v3 Certificate Policies"),
        "Policy: 1.2.392.200149.8.5.1.1.20"
    );
    let subject = text
        .iter()
        .find_map(|line| line.strip_prefix("Subject: CN="))
        .unwrap();
    assert_eq!(
        (&subject[19..28], &subject[28..]),
        ("99999TEST", ",L=Kaku-shi,L=Mihon-ken,C=JP")
    );
}

#[test]
fn the_holder_is_in_the_signature_certificate_in_the_order_1_4_3_5_2_6() {
    let holder = "holder = { name = '例示　太郎', sex = 'male', birth_date = 2001-12-31, address = '見本県', name_map = '01000' }";
    let files = Files::of(&card(holder));
    let expected = "othername: 1.2.392.200149.8.5.5.1::例示　太郎, othername: 1.2.392.200149.8.5.5.4::420011231, \
                    othername: 1.2.392.200149.8.5.5.3::1, othername: 1.2.392.200149.8.5.5.5::見本県, \
                    othername: 1.2.392.200149.8.5.5.2::01000, othername: 1.2.392.200149.8.5.5.6::000";
    assert_eq!(
        after(&files.text("signature.der"), "X509v3 Subject Alternative"),
        expected
    );
    let authentication = openssl(
        &["asn1parse", "-inform", "DER", "-in"],
        &[&files.path("authentication.der")],
    );
    assert!(
        !authentication.contains("1.2.392.200149.8.5.5."),
        "the authentication certificate says nothing of the holder"
    );
}

#[test]
fn the_authentication_certificate_takes_seven_short_reads() {
    let length = card("").authentication_certificate().len();
    assert!((1537..=1792).contains(&length), "{length} bytes");
}

#[test]
fn certificates_end_with_the_day_in_japan() {
    let files = Files::of(&card(
        "validity = { from = 2024-04-01, until = 2029-04-01 }",
    ));
    for (name, not_before) in [
        ("authentication", "Apr  1 00:00:00 2024 GMT"),
        ("signature", "Apr  1 00:00:04 2024 GMT"),
    ] {
        let text = files.text(&format!("{name}.der"));
        assert!(
            text.contains(&format!("Not Before: {not_before}")),
            "{text:?}"
        );
        assert!(
            text.contains(&"Not After : Apr  1 14:59:59 2029 GMT".to_owned()),
            "{text:?}"
        );
    }
}

#[test]
fn openssl_finds_an_expired_certificate_expired() {
    let files = Files::of(&card("validity = { days = -1 }"));
    let verdict = files.verify("authentication.der", "authentication-ca.der");
    assert!(verdict.contains("certificate has expired"), "{verdict}");
}

#[test]
fn policies_can_be_chosen() {
    let policies =
        "[certificates]\nauthentication_policy = '1.2.3.4'\nsignature_policy = '1.2.3.5'";
    let files = Files::of(&card(policies));
    assert_eq!(
        after(
            &files.text("authentication.der"),
            "X509v3 Certificate Policies"
        ),
        "Policy: 1.2.3.4"
    );
    assert_eq!(
        after(&files.text("signature.der"), "X509v3 Certificate Policies"),
        "Policy: 1.2.3.5"
    );
}

#[test]
fn the_same_seed_makes_the_same_certificates_and_another_seed_others() {
    let first = card("");
    let again = card("");
    assert_eq!(
        first.authentication_certificate(),
        again.authentication_certificate()
    );
    assert_eq!(first.signature_certificate(), again.signature_certificate());
    let other = VirtualCard::mint(&Profile::parse("seed = 'another'").unwrap()).unwrap();
    assert_ne!(first.authentication_ca(), other.authentication_ca());
    assert_ne!(
        first.authentication_certificate(),
        other.authentication_certificate()
    );
}

#[test]
fn an_address_of_200_characters_still_fits_the_card() {
    let address = "架".repeat(200);
    let files = Files::of(&card(&format!(
        "holder = {{ name = '{}', address = '{address}' }}",
        "空".repeat(200)
    )));
    assert!(
        files
            .verify("signature.der", "signature-ca.der")
            .ends_with(": OK\n")
    );
}
