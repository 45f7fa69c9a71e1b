//! The crate myna-card: a library written from measurements on real cards, here in this process, through pcscd.

mod face;
mod jpki;
mod plastic;
mod switches;
mod text;

use apdu_tests::OpenSsl;
use apdu_tests::pcscd::Slot;
use myna_card::data::RsaPublicKey;
use myna_card::transport::pcsc::{self, PcscTransport, Sharing};
use myna_card::{Card, Error, Pin};

use crate::stage::{Key, Stage};

/// A card as myna-card sees it.
type Client = Card<PcscTransport>;

/// Connects to the card, and keeps everybody else off.
fn connect(_stage: &Stage) -> Client {
    pcsc::connect(Slot::First.name(), Sharing::Exclusive).unwrap()
}

fn pin(value: &str) -> Pin {
    Pin::new(value).unwrap()
}

/// The status word of a refusal.
fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> u16 {
    match answer {
        Err(Error::Status(status)) => status.value(),
        other => panic!("a status word was expected: {other:?}"),
    }
}

/// OpenSSL, holding a public key that was read from the card.
fn openssl(key: &RsaPublicKey) -> OpenSsl {
    OpenSsl::with_rsa_key(&key.modulus, &key.exponent)
}
