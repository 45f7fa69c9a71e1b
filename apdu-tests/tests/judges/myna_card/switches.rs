//! Cards as they would be if the other one of two sources were right.

use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::{Error, Retries};

use super::{Key, Stage, connect, pin};

#[test]
fn myna_card_logs_in_to_a_card_of_each_kind_on_which_sources_disagree() {
    for quirk in [
        "query_after_success = 'done'",
        "status_lifetime = 'iso'",
        "certificate_padding = 'FF'",
        "refuse_extended_read = true",
        "exact_length = true",
    ] {
        let stage = Stage::with(&format!("quirks = {{ {quirk} }}"));
        let mut card = connect(&stage);
        let mut applet = JpkiAp::select(&mut card).unwrap();
        let tries = applet.auth_pin_retries().unwrap();
        assert_eq!(tries, Retries::Remaining(3), "{quirk}");
        applet.verify_auth_pin(&pin("1234")).unwrap();
        let after = match quirk {
            "query_after_success = 'done'" => Retries::NotReported,
            _ => tries,
        };
        assert_eq!(applet.auth_pin_retries().unwrap(), after, "{quirk}");
        let certificate = applet.read_auth_certificate_der().unwrap();
        assert_eq!(
            certificate,
            stage.certificate(Key::Authentication),
            "{quirk}"
        );
        let signature = applet.sign_with_auth_key(SignatureScheme::Sha256DigestInfo, b"a nonce");
        let openssl = stage.openssl(Key::Authentication);
        assert!(
            openssl.accepts("sha256", b"a nonce", &signature.unwrap()),
            "{quirk}"
        );
    }
}

#[test]
fn myna_card_cannot_fetch_an_answer_of_which_256_bytes_wait() {
    let stage = Stage::with("quirks = { get_response = true }");
    let mut card = connect(&stage);
    let mut applet = JpkiAp::select(&mut card).unwrap();
    applet.read_token_info().expect("160 bytes can be fetched");
    // 6100 announces 256 bytes or more. No card is known to say so behind T=1.
    let certificate = applet.read_auth_certificate_der();
    assert!(
        matches!(certificate, Err(Error::ExpectedLengthOutOfRange(0))),
        "the table in docs/card.md is out of date: {certificate:?}"
    );
}
