//! The JPKI applet.

use std::time::{SystemTime, UNIX_EPOCH};

use myna_card::ap::jpki::{JpkiAp, SignatureScheme, token_flag};
use myna_card::certificate::roots::Accept;
use myna_card::data::Date;
use myna_card::transport::pcsc::PcscTransport;
use myna_card::{Certificate, Error, MasterFile, Result, Retries, TokenType};
use sha2::{Digest as _, Sha256};

use super::{Key, Stage, connect, pin, refusal};

type Applet<'card> = JpkiAp<'card, PcscTransport>;

impl Key {
    fn tries(self, applet: &mut Applet<'_>) -> Retries {
        match self {
            Self::Authentication => applet.auth_pin_retries(),
            Self::Signature => applet.sign_pin_retries(),
        }
        .unwrap()
    }

    fn verify(self, applet: &mut Applet<'_>, value: &str) -> Result<()> {
        match self {
            Self::Authentication => applet.verify_auth_pin(&pin(value)),
            Self::Signature => applet.verify_sign_pin(&pin(value)),
        }
    }

    fn change(self, applet: &mut Applet<'_>, from: &str, to: &str) -> Result<()> {
        match self {
            Self::Authentication => applet.change_auth_pin(&pin(from), &pin(to)),
            Self::Signature => applet.change_sign_pin(&pin(from), &pin(to)),
        }
    }

    fn sign(
        self,
        applet: &mut Applet<'_>,
        scheme: SignatureScheme,
        data: &[u8],
    ) -> Result<Vec<u8>> {
        match self {
            Self::Authentication => applet.sign_with_auth_key(scheme, data),
            Self::Signature => applet.sign_with_sign_key(scheme, data),
        }
    }
}

#[test]
fn myna_card_reads_what_kind_of_token_it_is_and_which_certificates_it_has() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    assert_eq!(applet.read_token_type().unwrap(), TokenType::Card);
    let token = applet.read_token_info().unwrap();
    assert_eq!(token.token_type, TokenType::Card);
    assert!(token.has_flag(
        token_flag::RNG
            | token_flag::LOGIN_REQUIRED
            | token_flag::USER_PIN_INITIALIZED
            | token_flag::TOKEN_INITIALIZED
    ));
    assert_eq!((token.min_pin_len, token.max_pin_len), (6, 16));
    let there = applet.read_certificate_availability().unwrap();
    assert!(there.has_auth_certificate() && there.has_sign_certificate());
}

#[test]
fn myna_card_sees_a_child_s_card_and_a_phone_for_what_they_are() {
    let stage = Stage::with("[certificates]\nsignature = false");
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    let there = applet.read_certificate_availability().unwrap();
    assert!(there.has_auth_certificate() && !there.has_sign_certificate());
    drop((card, stage));

    let stage = Stage::with("kind = 'android'");
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    assert_eq!(applet.read_token_type().unwrap(), TokenType::Android);
    // Only a phone keeps this certificate behind its PIN.
    assert_eq!(refusal(applet.read_auth_certificate_der()), 0x6982);
    applet.verify_auth_pin(&pin("1234")).unwrap();
    applet.read_auth_certificate().unwrap();
}

#[test]
fn myna_card_reads_all_certificates_and_checks_who_issued_them() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    let authentication = [
        applet.read_auth_certificate().unwrap(),
        applet.read_auth_ca_certificate().unwrap(),
    ];
    assert_eq!(refusal(applet.read_sign_certificate_der()), 0x6982);
    applet.verify_sign_pin(&pin("ABC123")).unwrap();
    let signature = [
        applet.read_sign_certificate().unwrap(),
        applet.read_sign_ca_certificate().unwrap(),
    ];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let day = Date::from_unix_seconds(now.as_secs().try_into().unwrap());
    for (key, chain) in Key::BOTH.into_iter().zip([authentication, signature]) {
        assert_eq!(chain[0].der(), stage.certificate(key));
        assert_eq!(chain[1].der(), stage.authority(key));
        Certificate::verify_chain(&chain, day).unwrap();
        // Nobody's real root, and no root of the official test cards either.
        let roots = chain[0].verify_to_root(day, Accept::ProductionAndTest);
        assert!(
            matches!(roots, Err(Error::SignatureInvalid(_))),
            "{roots:?}"
        );
    }
}

#[test]
fn myna_card_spends_a_try_on_a_wrong_pin_and_gets_it_back_with_the_right_one() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    for (key, tries) in [(Key::Authentication, 3), (Key::Signature, 5)] {
        assert_eq!(key.tries(&mut applet), Retries::Remaining(tries));
        let wrong = key.verify(&mut applet, "999999");
        let left = tries - 1;
        assert!(
            matches!(wrong, Err(Error::PinIncorrect { retries: Some(told) }) if told == left),
            "{wrong:?}"
        );
        assert_eq!(key.tries(&mut applet), Retries::Remaining(left));
        key.verify(&mut applet, key.pin()).unwrap();
        assert_eq!(key.tries(&mut applet), Retries::Remaining(tries));
    }
}

#[test]
fn myna_card_blocks_a_pin_with_the_last_try() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    for (key, tries) in [(Key::Authentication, 3), (Key::Signature, 5)] {
        for _ in 1..tries {
            let wrong = key.verify(&mut applet, "999999");
            assert!(
                matches!(wrong, Err(Error::PinIncorrect { .. })),
                "{wrong:?}"
            );
        }
        // The last wrong one, and then the right one.
        for value in ["999999", key.pin()] {
            let blocked = key.verify(&mut applet, value);
            assert!(matches!(blocked, Err(Error::PinBlocked)), "{blocked:?}");
        }
        assert_eq!(key.tries(&mut applet), Retries::Blocked);
        assert_eq!(
            refusal(key.sign(&mut applet, SignatureScheme::Verbatim, b"anything")),
            0x6982
        );
    }
}

#[test]
fn myna_card_changes_the_pins() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    for (key, new) in [
        (Key::Authentication, "4321"),
        (Key::Signature, "NEWPASSWORD12345"),
    ] {
        let wrong = key.change(&mut applet, "999999", new);
        assert!(
            matches!(wrong, Err(Error::PinIncorrect { .. })),
            "{wrong:?}"
        );
        key.change(&mut applet, key.pin(), new).unwrap();
        let old = key.verify(&mut applet, key.pin());
        assert!(matches!(old, Err(Error::PinIncorrect { .. })), "{old:?}");
        key.verify(&mut applet, new).unwrap();
    }
    // A new session finds the new ones.
    card.transport_mut().power_cycle().unwrap();
    let mut applet = JpkiAp::select(&mut card).unwrap();
    Key::Authentication.verify(&mut applet, "4321").unwrap();
    Key::Signature
        .verify(&mut applet, "NEWPASSWORD12345")
        .unwrap();
}

#[test]
fn openssl_verifies_what_myna_card_signs_with_either_key_by_each_scheme_of_pkcs1() {
    use SignatureScheme::{PreHashedDigestInfo, Sha256Bare, Sha256DigestInfo, Verbatim};
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    let message = b"a message of any length up to 255";
    let hash = Sha256::digest(message);
    for key in Key::BOTH {
        let openssl = stage.openssl(key);
        assert_eq!(
            refusal(key.sign(&mut applet, Sha256DigestInfo, message)),
            0x6982
        );
        key.verify(&mut applet, key.pin()).unwrap();
        let mut sign = |scheme, data: &[u8]| key.sign(&mut applet, scheme, data).unwrap();
        for data in [&b"x"[..], &[0xA5; 245]] {
            assert_eq!(
                openssl.recovers(&sign(Verbatim, data)).as_deref(),
                Some(data)
            );
        }
        let bare = openssl.recovers(&sign(Sha256Bare, message));
        assert_eq!(bare.as_deref(), Some(&hash[..]));
        for longest in [&message[..], &[0xA5; 255]] {
            assert!(openssl.accepts("sha256", longest, &sign(Sha256DigestInfo, longest)));
        }
        assert!(openssl.accepts("sha256", message, &sign(PreHashedDigestInfo, &hash)));
    }
}

#[test]
fn openssl_verifies_what_myna_card_signs_by_pss() {
    use SignatureScheme::{PreHashedPss, Sha256Pss};
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    let message = b"a message of any length up to 255";
    let hash = Sha256::digest(message);
    for key in Key::BOTH {
        let openssl = stage.openssl(key);
        key.verify(&mut applet, key.pin()).unwrap();
        let mut sign = |scheme, data: &[u8]| key.sign(&mut applet, scheme, data).unwrap();
        for longest in [&message[..], &[0xA5; 255]] {
            assert!(openssl.accepts_pss(longest, &sign(Sha256Pss, longest)));
        }
        let salted = [sign(PreHashedPss, &hash), sign(PreHashedPss, &hash)];
        for signature in &salted {
            assert!(openssl.accepts_pss(message, signature));
            assert!(!openssl.accepts_pss(b"another", signature));
        }
        assert_ne!(salted[0], salted[1], "the salt is random");
    }
}

#[test]
fn what_myna_card_opens_is_closed_by_leaving_the_applet_and_by_power_alone() {
    let stage = Stage::new();
    let sign = |applet: &mut Applet<'_>| {
        Key::Authentication.sign(applet, SignatureScheme::Verbatim, b"anything")
    };
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    applet.verify_auth_pin(&pin("1234")).unwrap();
    sign(&mut applet).unwrap();

    let mut again = JpkiAp::select(&mut card).unwrap();
    sign(&mut again).expect("selecting the same applet keeps its keys open");
    drop(card);
    let mut card = connect(&stage);
    let mut after_reset = JpkiAp::select(&mut card).unwrap();
    sign(&mut after_reset).expect("disconnecting, with a warm reset, keeps them open");

    MasterFile::select(&mut card).unwrap();
    let mut after_leaving = JpkiAp::select(&mut card).unwrap();
    assert_eq!(refusal(sign(&mut after_leaving)), 0x6982);
    after_leaving.verify_auth_pin(&pin("1234")).unwrap();
    card.transport_mut().power_cycle().unwrap();
    let mut after_power = JpkiAp::select(&mut card).unwrap();
    assert_eq!(refusal(sign(&mut after_power)), 0x6982);
}
