//! Any answers to each of the applet's operations: no panic, no end without a command less, no PIN against the rules, and
//! no card left open.

use jpkid::jpki::{Applet, Certificate, CertificateKind, Digest, HashFunction, LastTry};
use jpkid::pin::{LockedPage, Pin, PinKind};

use crate::hostile::{HostileCard, genuine, word};

/// What the first byte of an input asks for, bit by bit.
mod plan {
    pub(super) const LAST_TRY: u8 = 0x01;
    pub(super) const READ: u8 = 0x02;
    pub(super) const SIGNATURE_KEY: u8 = 0x04;
    pub(super) const ONLY_LEAVE: u8 = 0x08;
    pub(super) const STAY: u8 = 0x10;
}

/// Uses a card that answers so; tells whether it was unlocked.
pub fn check(input: &[u8]) -> bool {
    let Some((plan, answers)) = input.split_first() else {
        return false;
    };
    let asked_for = |bit| plan & bit != 0;
    let last_try = match asked_for(plan::LAST_TRY) {
        true => LastTry::Confirmed,
        false => LastTry::Spare,
    };
    let mut card = HostileCard::new(answers, last_try);
    if asked_for(plan::ONLY_LEAVE) {
        Applet::leave(card.begin());
        return false;
    }
    let Ok(mut applet) = Applet::select(card.begin()) else {
        return false;
    };
    if asked_for(plan::READ) {
        applet.card_kind().ok();
        applet.available_certificates().ok();
        for kind in [
            CertificateKind::Authentication,
            CertificateKind::Signature,
            CertificateKind::AuthenticationCa,
            CertificateKind::SignatureCa,
        ] {
            applet.read_certificate(kind).ok();
        }
        applet.pin_status(PinKind::UserAuthentication).ok();
        applet.tries_left(PinKind::DigitalSignature).ok();
    }
    if asked_for(plan::STAY) {
        applet.stay_selected();
        return false;
    }
    unlock_and_sign(&mut applet, last_try, asked_for(plan::SIGNATURE_KEY))
}

fn unlock_and_sign(applet: &mut Applet<'_>, last_try: LastTry, signature_key: bool) -> bool {
    let (kind, typed) = match signature_key {
        true => (PinKind::DigitalSignature, "ABC123"),
        false => (PinKind::UserAuthentication, "1234"),
    };
    let page = LockedPage::new().expect("memory can be locked");
    let mut pin = Pin::parse(page, kind, typed).expect("a PIN");
    let Ok(mut key) = applet.unlock(&mut pin, last_try) else {
        return false;
    };
    let digest = Digest::new(HashFunction::Sha256, vec![7; 32]).expect("32 bytes");
    let certificate = key
        .read_certificate()
        .or_else(|_| Certificate::parse(genuine().to_vec()).map_err(|_| ()));
    let certificate = certificate.expect("a certificate");
    assert!(
        key.sign(&digest, &certificate).is_err(),
        "a signature without the key"
    );
    true
}

/// Cards that let themselves be unlocked, read before or not, and cards with a question about each step.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let [done, three, two, last] = [0x9000, 0x63C3, 0x63C2, 0x63C1].map(word);
    let [more, longer, no_file] = [0x61FF, 0x6C04, 0x6A86].map(word);
    /// The genuine certificate, where the command reads.
    const READ: u8 = 0x80;
    let mut seeds = vec![
        vec![0, done, three, done, READ],
        vec![0, done, two, done, READ, done],
        vec![plan::LAST_TRY, done, last, done, READ, READ, done],
        vec![plan::SIGNATURE_KEY, done, three, done, READ],
        vec![0, done, no_file, done, three, done, READ],
        vec![0, done, done, done, done, three, done, READ, done],
        vec![0, done, more, three, done, READ, longer, done],
    ];
    let mut reading = vec![plan::READ, done];
    reading.extend([READ; 40]);
    reading.extend([three, three, three, done, READ]);
    seeds.push(reading);
    seeds
}
