//! The state file's text: TOML, closed by a checksum.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::memory::{Memory, Remembered};
use crate::pin::PinMemory;

const COMMENT: &str = "# A virtual card's PINs and counters, written by the card. Made up, and still nobody else's business.\n";
const CHECKSUM: &str = "# sha256 ";
/// The only version so far.
const VERSION: u32 = 1;
/// The longest reference data, in bytes; JICSAP has 16. A reference that was never set has none.
const MAX_PIN: usize = 32;

/// Why a text is no card's state.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// It ends too early or goes on too long.
    #[error("it has no checksum at its end")]
    Unfinished,
    /// It was changed.
    #[error("its checksum is wrong")]
    Checksum,
    /// It is no text.
    #[error("it is no text")]
    Text(#[from] std::str::Utf8Error),
    /// It is not TOML, or other TOML.
    #[error(transparent)]
    Syntax(#[from] toml::de::Error),
    /// It was written by another version.
    #[error("it has version {0}, and this program knows version 1")]
    Version(u32),
    /// A PIN, an application or an EF is not right.
    #[error("the {0} of a PIN is not right")]
    Pin(&'static str),
    /// These are not the PINs of this card, or counters that they cannot have.
    #[error("its PINs are not those of this profile")]
    OtherPins,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    card: String,
    pins: Vec<Entry>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    application: String,
    file: String,
    tries_left: u8,
    value: String,
}

pub(super) fn encode(card: &str, memory: &Memory) -> String {
    let mut text = format!("{COMMENT}version = {VERSION}\ncard = \"{card}\"\n");
    for Remembered {
        application,
        file,
        pin,
    } in &memory.pins
    {
        text.push_str(&format!(
            "\n[[pins]]\napplication = \"{}\"\nfile = \"{}\"\ntries_left = {}\nvalue = \"{}\"\n",
            hexadecimal(application),
            hexadecimal(&file.to_be_bytes()),
            pin.tries_left,
            hexadecimal(&pin.value),
        ));
    }
    let checksum = hexadecimal(&Sha256::digest(&text));
    text + CHECKSUM + &checksum + "\n"
}

/// The card's fingerprint and what it remembers.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Memory), FormatError> {
    let text = str::from_utf8(bytes)?;
    let end = text.rfind(CHECKSUM).ok_or(FormatError::Unfinished)?;
    let (body, end) = text.split_at_checked(end).ok_or(FormatError::Unfinished)?;
    if end != format!("{CHECKSUM}{}\n", hexadecimal(&Sha256::digest(body))) {
        return Err(FormatError::Checksum);
    }
    let document: Document = toml::from_str(body)?;
    if document.version != VERSION {
        return Err(FormatError::Version(document.version));
    }
    let pins = document.pins.into_iter().map(remembered);
    let pins = pins.collect::<Result<_, _>>()?;
    Ok((document.card, Memory { pins }))
}

fn remembered(entry: Entry) -> Result<Remembered, FormatError> {
    let application = bytes(&entry.application).ok_or(FormatError::Pin("application"))?;
    let file = bytes(&entry.file).and_then(|file| <[u8; 2]>::try_from(file).ok());
    let value = bytes(&entry.value).filter(|value| value.len() <= MAX_PIN);
    Ok(Remembered {
        application,
        file: u16::from_be_bytes(file.ok_or(FormatError::Pin("file"))?),
        pin: PinMemory {
            value: value.ok_or(FormatError::Pin("value"))?,
            tries_left: entry.tries_left,
            uses: 0,
        },
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let (pairs, rest) = digits.as_chunks();
    let byte = |[high, low]: &[Option<u32>; 2]| {
        u8::try_from((*high)?.checked_mul(16)?.checked_add((*low)?)?).ok()
    };
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}
