//! OpenSC: its card driver, its PKCS#15 emulation and its PKCS#11 module (Debian: opensc).

mod switches;

use std::process::Output;

use crate::stage::{Key, Stage, stdout};

impl Key {
    /// OpenSC's number for the key, its certificate and its PIN.
    fn id(self) -> &'static str {
        match self {
            Self::Authentication => "01",
            Self::Signature => "02",
        }
    }

    /// OpenSC's number for the authority's certificate.
    fn authority_id(self) -> &'static str {
        match self {
            Self::Authentication => "03",
            Self::Signature => "04",
        }
    }

    /// OpenSC shows a token for each PIN.
    fn token(self) -> &'static str {
        match self {
            Self::Authentication => "JPKI (User Authentication PIN)",
            Self::Signature => "JPKI (Digital Signature PIN)",
        }
    }
}

impl Stage {
    /// `pkcs15-tool` gives the PIN.
    fn opensc_verifies(&self, key: Key, pin: &str) -> Output {
        self.run(
            "pkcs15-tool",
            &["--auth-id", key.id(), "--verify-pin", "--pin", pin],
        )
    }

    /// The tries left, as `pkcs15-tool` tells them.
    fn opensc_tells_tries(&self) -> Vec<String> {
        stdout(&self.run("pkcs15-tool", &["--list-pins"]))
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Tries left"))
            .map(|tries| tries.trim_matches([' ', ':']).to_owned())
            .collect()
    }

    /// A certificate in DER, read by `pkcs15-tool`; `None` if it gets none.
    fn opensc_reads(&self, id: &str, login: &[&str]) -> Option<Vec<u8>> {
        let read = ["--read-certificate", id, "--output", "certificate.pem"];
        let said = self.run("pkcs15-tool", &[&read, login].concat());
        if !said.status.success() {
            return None;
        }
        let convert = ["x509", "-in", "certificate.pem", "-outform", "DER"];
        let converted = self.run("openssl", &convert);
        converted.status.success().then_some(converted.stdout)
    }

    /// `pkcs11-tool` logs in to the token of a key, and does more.
    fn opensc_logs_in(&self, key: Key, more: &[&str]) -> Output {
        let login = ["--token-label", key.token(), "--login", "--pin", key.pin()];
        self.run("pkcs11-tool", &[&login[..], more].concat())
    }

    /// `pkcs11-tool` signs what is given, by a mechanism.
    fn opensc_signs(&self, key: Key, mechanism: &str, input: &[u8]) -> Vec<u8> {
        self.write("input", input);
        let sign = ["--sign", "--id", key.id(), "--mechanism", mechanism];
        let files = ["--input-file", "input", "--output-file", "signature"];
        let said = self.opensc_logs_in(key, &[&sign[..], &files].concat());
        assert!(
            said.status.success(),
            "{mechanism}: {said:?}\n{}",
            self.trace()
        );
        self.read("signature")
    }
}

#[test]
fn opensc_finds_a_jpki_card_behind_its_answer_to_reset() {
    let stage = Stage::new();
    let ask = |question| stdout(&stage.run("opensc-tool", &[question]));
    assert_eq!(ask("--name").trim(), "jpki");
    assert_eq!(ask("--atr").trim(), "3b:e0:00:ff:81:31:fe:45:14");
}

#[test]
fn opensc_sends_bytes_as_they_are_given() {
    let stage = Stage::new();
    let commands = [
        "00A4040C0AD392F000260100000001", // the applet
        "00A4020C020006",                 // token information
        "00B00000A0",
        "00B0880003", // which certificates there are, by short identifier
        "00A4020C020042",
        "0020009B",
    ];
    let arguments = commands.map(|command| ["--send-apdu", command]).concat();
    let said = stdout(&stage.run("opensc-tool", &arguments));
    let status_words = said
        .lines()
        .filter_map(|line| line.strip_prefix("Received (SW1=0x"))
        .map(|line| format!("{}{}", &line[..2], &line[10..12]));
    assert_eq!(
        status_words.collect::<Vec<_>>(),
        ["9000", "9000", "9000", "9000", "6A82", "63C5"],
        "{said}"
    );
    assert!(said.contains("JPKIAPICCTOKEN2"), "{said}");
    assert!(said.contains("8F 8F 00"), "{said}");
}

#[test]
fn opensc_reads_all_certificates_and_the_signature_certificate_only_with_the_password() {
    let stage = Stage::new();
    // Before the password is ever given: what OpenSC has opened stays open.
    assert_eq!(stage.opensc_reads("02", &[]), None);
    let login = [
        "--auth-id",
        "02",
        "--verify-pin",
        "--pin",
        Key::Signature.pin(),
    ];
    for key in Key::BOTH {
        let login = match key {
            Key::Authentication => &[][..],
            Key::Signature => &login,
        };
        assert_eq!(
            stage.opensc_reads(key.id(), login),
            Some(stage.certificate(key)),
            "{key:?}"
        );
        assert_eq!(
            stage.opensc_reads(key.authority_id(), &[]),
            Some(stage.authority(key)),
            "{key:?}"
        );
    }
}

#[test]
fn opensc_reads_certificates_through_pkcs11_too() {
    let stage = Stage::new();
    for key in Key::BOTH {
        let read = ["--read-object", "--type", "cert", "--id", key.id()];
        let said = stage.opensc_logs_in(
            key,
            &[&read[..], &["--output-file", "certificate"]].concat(),
        );
        assert!(said.status.success(), "{said:?}");
        assert_eq!(stage.read("certificate"), stage.certificate(key), "{key:?}");
    }
}

#[test]
fn opensc_spends_a_try_on_a_wrong_pin_and_gets_it_back_with_the_right_one() {
    let stage = Stage::new();
    for (key, after_a_wrong_one) in [
        (Key::Authentication, ["2", "5"]),
        (Key::Signature, ["3", "4"]),
    ] {
        assert_eq!(stage.opensc_tells_tries(), ["3", "5"]);
        assert!(
            !stage
                .opensc_verifies(key, "999999"[..key.pin().len()].as_ref())
                .status
                .success()
        );
        assert_eq!(stage.opensc_tells_tries(), after_a_wrong_one);
        let right = stage.opensc_verifies(key, key.pin());
        assert!(right.status.success(), "{right:?}");
        assert_eq!(stage.opensc_tells_tries(), ["3", "5"]);
    }
}

#[test]
fn opensc_blocks_the_pin_with_the_last_try_and_still_reads() {
    let stage = Stage::new();
    for left in [2, 1, 0] {
        assert!(
            !stage
                .opensc_verifies(Key::Authentication, "9999")
                .status
                .success()
        );
        assert_eq!(stage.tries(), [left, 5]);
    }
    assert_eq!(stage.opensc_tells_tries(), ["0", "5"]);
    assert!(
        !stage
            .opensc_verifies(Key::Authentication, "1234")
            .status
            .success()
    );
    assert!(!stage.is_open(Key::Authentication));
    // A token that cannot be used is one that can be looked at.
    assert_eq!(
        stage.opensc_reads("01", &[]),
        Some(stage.certificate(Key::Authentication))
    );
}

#[test]
fn openssl_verifies_what_opensc_signs_with_either_key_by_each_mechanism() {
    let stage = Stage::new();
    let message = b"a message of any length at all";
    for key in Key::BOTH {
        let openssl = stage.openssl(key);
        for (mechanism, hash) in [
            ("SHA1-RSA-PKCS", "sha1"),
            ("SHA256-RSA-PKCS", "sha256"),
            ("SHA384-RSA-PKCS", "sha384"),
            ("SHA512-RSA-PKCS", "sha512"),
        ] {
            let signature = stage.opensc_signs(key, mechanism, message);
            assert!(
                openssl.accepts(hash, message, &signature),
                "{key:?} {mechanism}"
            );
            assert!(
                !openssl.accepts(hash, b"another", &signature),
                "{key:?} {mechanism}"
            );
        }
        // The caller's own bytes, padded and nothing more.
        for input in [&b"not a hash at all"[..], &[0x5A; 245]] {
            let signature = stage.opensc_signs(key, "RSA-PKCS", input);
            assert_eq!(
                openssl.recovers(&signature).as_deref(),
                Some(input),
                "{key:?}"
            );
        }
    }
}

#[test]
fn opensc_finds_no_fault_with_either_token_in_its_own_test() {
    let stage = Stage::new();
    for key in Key::BOTH {
        let said = stage.opensc_logs_in(key, &["--test"]);
        assert!(
            stdout(&said).ends_with("No errors\n"),
            "{key:?}: {said:?}\n{}",
            stage.trace()
        );
    }
}

#[test]
fn the_card_behind_opensc_pads_no_pss() {
    let stage = Stage::new();
    let said = stdout(&stage.run("pkcs11-tool", &["--list-mechanisms"]));
    assert!(said.contains("SHA256-RSA-PKCS,"), "{said}");
    assert!(
        !said.contains("PSS"),
        "the table in docs/card.md is out of date:\n{said}"
    );
}

#[test]
fn a_key_that_opensc_opened_stays_open_when_it_has_gone() {
    let stage = Stage::new();
    stage.opensc_signs(Key::Authentication, "RSA-PKCS", b"anything");
    // OpenSC logs out by selecting the applet again, and then leaves: neither closes a real card's key.
    assert!(stage.is_open(Key::Authentication), "\n{}", stage.trace());
    assert!(!stage.is_open(Key::Signature), "\n{}", stage.trace());
}

#[test]
fn opensc_cannot_change_a_pin() {
    let stage = Stage::new();
    let change = [
        "--change-pin",
        "--auth-id",
        "01",
        "--pin",
        "1234",
        "--new-pin",
        "4321",
    ];
    let said = stage.run("pkcs15-tool", &change);
    assert!(
        !said.status.success(),
        "the table in docs/card.md is out of date: {said:?}"
    );
    assert!(
        stage
            .opensc_verifies(Key::Authentication, "1234")
            .status
            .success()
    );
}
