//! The common AP (共通カードAP): what the card itself is, as records.

use rsa::RsaPrivateKey;

use crate::ber;
use crate::card_verifiable::KeyId;
use crate::command::ChangeCommand;
use crate::file::{Access, Contents, DedicatedFile, ElementaryFile, FileId, KeyUsage};
use crate::pin::ReferenceData;
use crate::profile::{CalendarDate, FOUR_DIGIT_PIN_TRIES, Profile};

/// Its DF name.
const COMMON: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];

/// The EF of the resident register's PIN, in this application and in the juki AP.
const PIN: FileId = FileId::new(0x001C);

/// The common AP of a card that expires on this day.
pub(crate) fn application(
    profile: &Profile,
    expiry: CalendarDate,
    internal_key: RsaPrivateKey,
) -> DedicatedFile {
    let card = format!(
        "{}{}{}",
        profile.card.serial.as_str(),
        profile.holder.municipality.code,
        expiry.digits()
    );
    let files = vec![
        ElementaryFile::new(0x0001, one_record(card.as_bytes())),
        key_reference(),
        ElementaryFile::key(
            0x0019,
            Some(internal_key),
            Access::Free,
            KeyUsage::InternalAuthentication,
        ),
        pin(profile),
    ];
    DedicatedFile::new(COMMON, files)
}

/// EF 0002: the name of a key, which is not known; the same bytes in the juki AP.
pub(crate) fn key_reference() -> ElementaryFile {
    ElementaryFile::new(0x0002, one_record(KeyId::CARD.as_bytes()))
}

/// EF 001C: four digits that people know as one PIN, but a value and a counter in each of two applications.
pub(crate) fn pin(profile: &Profile) -> ElementaryFile {
    let pin = ReferenceData::new(
        profile.pins.juki.as_bytes(),
        FOUR_DIGIT_PIN_TRIES,
        profile.tries.juki,
    );
    ElementaryFile::pin(PIN, pin.changed_by(ChangeCommand::Key))
}

/// An EF with record 1, tag 01. Of EF 0002 just the sixteen bytes are known; that they come as EF 0001's do is assumed.
fn one_record(value: &[u8]) -> Contents {
    Contents::Records(vec![ber::simple_object(0x01, value)])
}
