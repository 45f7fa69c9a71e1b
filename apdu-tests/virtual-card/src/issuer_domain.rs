//! The GlobalPlatform issuer security domain: what a card answers before an application is selected.

use crate::file::{Contents, DedicatedFile, ElementaryFile};
use crate::profile::{Atr, Profile};

/// Its DF name; it is current after power-up.
pub(crate) const ISSUER_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// The tag of the contact interface's ATR.
const CONTACT_ATR: u16 = 0x5F51;

/// The issuer security domain: at this level `001E` can be selected and nothing can be read.
pub(crate) fn domain() -> DedicatedFile {
    let files = vec![ElementaryFile::new(0x001E, Contents::Unreadable)];
    DedicatedFile::new(ISSUER_DOMAIN, files)
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
