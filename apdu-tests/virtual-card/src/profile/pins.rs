//! PINs and their counters.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use crate::pin::PinReference;

/// The PINs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Pins {
    /// EF 0018.
    pub authentication: Pin,
    /// EF 001B.
    pub signature: Pin,
}

impl Default for Pins {
    fn default() -> Self {
        Self {
            authentication: Pin("1234".to_owned()),
            signature: Pin("ABC123".to_owned()),
        }
    }
}

/// A made-up PIN: 1..=16 printable ASCII characters. The card asks no more of it, as a real one asks no more.
///
/// It does not show itself in `Debug`, although it guards nothing: habits are kept by not having exceptions.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct Pin(String);

impl Pin {
    /// The bytes that VERIFY must bring.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for Pin {
    type Error = PinError;

    fn try_from(text: String) -> Result<Self, PinError> {
        if (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(PinError)
        }
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        text.to_owned().try_into()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// A text that is no PIN.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a PIN is 1 to 16 printable ASCII characters")]
pub struct PinError;

/// The tries left when the card is minted: 0 is blocked, the maximum an untouched counter.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Tries {
    /// Of the authentication PIN, 0..=3; more counts as 3 where it was not parsed from a profile.
    #[serde(deserialize_with = "authentication_tries")]
    pub authentication: u8,
    /// Of the signature password, 0..=5; more counts as 5 where it was not parsed from a profile.
    #[serde(deserialize_with = "signature_tries")]
    pub signature: u8,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            authentication: PinReference::Authentication.max_tries(),
            signature: PinReference::Signature.max_tries(),
        }
    }
}

fn authentication_tries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    tries(deserializer, PinReference::Authentication)
}

fn signature_tries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    tries(deserializer, PinReference::Signature)
}

fn tries<'de, D: Deserializer<'de>>(deserializer: D, pin: PinReference) -> Result<u8, D::Error> {
    let tries = u8::deserialize(deserializer)?;
    if tries > pin.max_tries() {
        return Err(D::Error::custom(format_args!(
            "this PIN has 0 to {} tries",
            pin.max_tries()
        )));
    }
    Ok(tries)
}
