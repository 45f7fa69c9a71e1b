//! Cards as they would be if the other one of two sources were right.

use super::{Key, Stage};

#[test]
fn opensc_logs_in_to_a_card_of_each_kind_on_which_sources_disagree() {
    for quirk in [
        "status_lifetime = 'iso'",
        "certificate_padding = 'FF'",
        "refuse_extended_read = true",
        "exact_length = true",
    ] {
        let stage = Stage::with(&format!("quirks = {{ {quirk} }}"));
        let certificate = stage.opensc_reads("01", &[]).expect(quirk);
        assert!(
            certificate == stage.certificate(Key::Authentication),
            "{quirk}"
        );
        let signature = stage.opensc_signs(Key::Authentication, "SHA256-RSA-PKCS", b"a nonce");
        let openssl = stage.openssl(Key::Authentication);
        assert!(openssl.accepts("sha256", b"a nonce", &signature), "{quirk}");
    }
}

#[test]
fn opensc_gives_up_a_card_that_says_success_when_asked_for_the_tries_of_an_open_key() {
    let stage = Stage::with("quirks = { query_after_success = 'done' }");
    stage.opensc_signs(Key::Authentication, "SHA256-RSA-PKCS", b"a nonce");
    // Its author's cards, then, answer the question with the tries left: as this card does by default.
    assert!(stage.is_open(Key::Authentication));
    assert_eq!(stage.opensc_reads("01", &[]), None);
    assert_eq!(stage.opensc_tells_tries(), [""; 0]);
}

#[test]
fn opensc_takes_a_signature_that_waits_to_be_fetched_for_one_that_came() {
    let stage = Stage::with("quirks = { get_response = true }");
    assert!(
        stage.opensc_reads("01", &[]).is_some(),
        "certificates are fetched"
    );
    // It ends with success, and no card is known to let a signature wait behind T=1.
    let signature = stage.opensc_signs(Key::Authentication, "SHA256-RSA-PKCS", b"a nonce");
    let openssl = stage.openssl(Key::Authentication);
    assert!(
        !openssl.accepts("sha256", b"a nonce", &signature),
        "the table in docs/card.md is out of date"
    );
}
