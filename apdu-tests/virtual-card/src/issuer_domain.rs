//! The GlobalPlatform issuer security domain: what a card answers before an application is selected.

use rsa::RsaPrivateKey;

use crate::ber::object;
use crate::card_verifiable::{self, Issuer, KeyId, NamedKey};
use crate::file::{Contents, DedicatedFile, ElementaryFile};
use crate::issuance::MintError;
use crate::profile::{Atr, CalendarDate, Profile};

/// Its DF name; it is current after power-up.
pub(crate) const ISSUER_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// The tag of the contact interface's ATR.
const CONTACT_ATR: u16 = 0x5F51;

/// Card recognition data: that this is GlobalPlatform (1.2.840.114283.1).
const RECOGNITION: [u8; 9] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01];

/// The issuer security domain: at this level `001E` can be selected and nothing can be read.
pub(crate) fn domain() -> DedicatedFile {
    let files = vec![ElementaryFile::new(0x001E, Contents::Unreadable)];
    DedicatedFile::new(ISSUER_DOMAIN, files)
}

/// What a My Number card tells of itself at this level, and two certificates: the authority vouches for the municipality's
/// key, which vouches for another. Which one that is on real cards is not known; here it is `visual_key`.
///
/// GET DATA answers with the value of an object, not with its tag.
pub(crate) fn card_objects(
    profile: &Profile,
    expiry: CalendarDate,
    issuer: &Issuer,
    visual_key: RsaPrivateKey,
) -> Result<Vec<(u16, Vec<u8>)>, MintError> {
    let lower = NamedKey {
        id: KeyId::VISUAL,
        private: visual_key,
    };
    let signer = &issuer.signer;
    let certificate = card_verifiable::certificate_contents;
    Ok(vec![
        (0x0042, KeyId::CARD.as_bytes().to_vec()),
        (0x0045, profile.card.serial.as_str().into()),
        (0x0066, object(0x73, &RECOGNITION)),
        (0x00F0, profile.holder.municipality.code.as_str().into()),
        (0x00F2, expiry.digits().into()),
        (0x00F7, signer.id.as_bytes().to_vec()),
        (
            0x00F8,
            certificate(KeyId::DOMAIN_AUTHORITY, &issuer.authority, signer)?,
        ),
        (0x7F21, certificate(signer.id, &signer.private, &lower)?),
    ])
}

/// The data object with the contact interface's ATR, without its first byte TS. Where the profile's ATR is one that a
/// reader makes up for a contactless card (`3B 8n 80 01 …`), this is the default ATR.
pub(crate) fn contact_atr(profile: &Profile) -> (u16, Vec<u8>) {
    let default = Atr::default();
    let atr = match profile.atr.as_bytes() {
        [_, 0x80..=0x8F, 0x80, 0x01, ..] => default.as_bytes(),
        contact => contact,
    };
    (CONTACT_ATR, atr.iter().skip(1).copied().collect())
}
