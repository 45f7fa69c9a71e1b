//! A card that wants to keep the reader for itself. What else a hostile card may try: `apdu_tests::any_input`.

use apdu_tests::hostile::{HostileCard, word};
use jpkid::jpki::{Applet, AppletError, CertificateKind, LastTry};

/// The beginning of a certificate of 8 180 bytes.
const LONG_CERTIFICATE: [u8; 3] = [0xE8, 0x1F, 0xF0];
/// One byte, done.
const ONE_BYTE: [u8; 3] = [0x40, 1, 0xAA];

/// Selects the applet and reads a certificate of a card that answers so; returns how many commands that took.
fn commands_for(answers: &[u8]) -> usize {
    let mut card = HostileCard::new(answers, LastTry::Spare);
    let mut applet = Applet::select(card.begin()).unwrap();
    let read = applet.read_certificate(CertificateKind::Authentication);
    assert!(matches!(
        read,
        Err(AppletError::CertificateLength(_) | AppletError::Command(_))
    ));
    drop(applet);
    card.commands()
}

#[test]
fn a_certificate_that_comes_byte_by_byte_is_given_up() {
    let mut answers = [&[word(0x9000)], &LONG_CERTIFICATE[..]].concat();
    answers.extend(ONE_BYTE.repeat(9_000));
    let commands = commands_for(&answers);
    assert!((60..70).contains(&commands), "{commands}");
}

#[test]
fn bytes_that_are_announced_and_never_come_are_given_up() {
    let mut answers = [&[word(0x9000)], &LONG_CERTIFICATE[..]].concat();
    answers.extend([word(0x6100); 1_000]);
    let commands = commands_for(&answers);
    assert!((15..40).contains(&commands), "{commands}");
}
