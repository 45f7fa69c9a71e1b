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
    /// EF 0011 of the text AP, 券面事項入力補助用暗証番号.
    pub text: Pin,
    /// EF 001C of the common AP and EF 001C of the juki AP, 住民基本台帳用暗証番号: two references that begin alike.
    pub juki: Pin,
}

impl Default for Pins {
    fn default() -> Self {
        Self {
            authentication: Pin("1234".to_owned()),
            signature: Pin("ABC123".to_owned()),
            text: Pin("1234".to_owned()),
            juki: Pin("1234".to_owned()),
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

/// The tries of an untouched text or juki PIN.
pub(crate) const FOUR_DIGIT_PIN_TRIES: u8 = 3;
/// The tries of an untouched 照合番号. Sources say 10 and 3; a birth date's are not published and taken to be as many.
pub(crate) const CODE_TRIES: u8 = 10;

/// The tries left when the card is minted: 0 is blocked, the maximum an untouched counter.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Tries {
    /// Of the authentication PIN, 0..=3; more counts as 3 where it was not parsed from a profile.
    #[serde(deserialize_with = "tries::<_, { PinReference::Authentication.max_tries() }>")]
    pub authentication: u8,
    /// Of the signature password, 0..=5; more counts as 5 where it was not parsed from a profile.
    #[serde(deserialize_with = "tries::<_, { PinReference::Signature.max_tries() }>")]
    pub signature: u8,
    /// Of the text AP's PIN, 0..=3.
    #[serde(deserialize_with = "tries::<_, FOUR_DIGIT_PIN_TRIES>")]
    pub text: u8,
    /// Of the PIN of the common AP and of that of the juki AP, 0..=3 each.
    #[serde(deserialize_with = "tries::<_, FOUR_DIGIT_PIN_TRIES>")]
    pub juki: u8,
    /// Of 照合番号A in the text AP and of that in the visual AP, 0..=10 each.
    #[serde(deserialize_with = "tries::<_, CODE_TRIES>")]
    pub code_a: u8,
    /// Of 照合番号B in the text AP and of that in the visual AP, 0..=10 each.
    #[serde(deserialize_with = "tries::<_, CODE_TRIES>")]
    pub code_b: u8,
    /// Of the birth date in the visual AP, 0..=10.
    #[serde(deserialize_with = "tries::<_, CODE_TRIES>")]
    pub birth_date: u8,
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            authentication: PinReference::Authentication.max_tries(),
            signature: PinReference::Signature.max_tries(),
            text: FOUR_DIGIT_PIN_TRIES,
            juki: FOUR_DIGIT_PIN_TRIES,
            code_a: CODE_TRIES,
            code_b: CODE_TRIES,
            birth_date: CODE_TRIES,
        }
    }
}

fn tries<'de, D: Deserializer<'de>, const MAX: u8>(deserializer: D) -> Result<u8, D::Error> {
    let tries = u8::deserialize(deserializer)?;
    if tries > MAX {
        return Err(D::Error::custom(format_args!(
            "this PIN has 0 to {MAX} tries"
        )));
    }
    Ok(tries)
}
