//! Profiles: what card is minted, as a TOML file in which every field is optional.
//!
//! ```toml
#![doc = include_str!("profile/example.toml")]
//! ```

mod built_in;
mod certificates;
mod date;
mod fault;
mod holder;
mod my_number;
mod pins;
mod plastic;
mod quirks;
mod token;
mod validity;

use std::fs::File;
use std::io::Read as _;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use serde::Deserialize;
use serde::de::Deserializer;

pub use built_in::{BUILT_IN, BuiltIn};
pub use certificates::{Certificates, Generation, GenerationError, PolicyError, PolicyOid};
pub use date::{CalendarDate, DateError};
pub use fault::Fault;
pub use holder::{Holder, HolderError, Municipality, Sex};
pub use my_number::{MyNumber, MyNumberError};
pub(crate) use pins::FOUR_DIGIT_PIN_TRIES;
pub use pins::{Pin, PinError, Pins, Tries};
pub use plastic::{CardSerial, PlasticCard, PlasticError, SecurityCode};
pub use quirks::{
    BlockedPin, BlockedQuery, CodeTries, CodeTriesError, ContactAtr, Padding, QueryAnswer, Quirks,
    StatusLifetime, TextHashesAccess, WrongSignatureInput,
};
pub use token::{Atr, AtrError, TokenKind};
pub use validity::{Validity, ValidityError};

/// No profile is longer, in bytes: the example is 4 KiB.
const MAX_FILE_LEN: u64 = 64 * 1024;

/// An example profile with every field at its default, and comments.
pub const EXAMPLE: &str = include_str!("profile/example.toml");

/// What card to mint. [`Profile::default`] is an adult's card of a made-up holder with random keys.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What keys, serial numbers and so certificates derive from. Where absent, a random seed that is the same as long
    /// as the process lives, so that many cards cost the keys of one.
    pub seed: Option<Seed>,
    /// What the authorities' keys and serial numbers derive from; the seed where absent. Cards that name the same one
    /// are vouched for by the same authorities.
    pub authority: Option<Seed>,
    /// What kind of token the card says it is.
    pub kind: TokenKind,
    /// The answer to reset.
    pub atr: Atr,
    /// Whether the card lies in the reader at the start. Only who owns a reader looks at it.
    pub inserted: bool,
    /// Whose card it is.
    pub holder: Holder,
    /// The card itself.
    pub card: PlasticCard,
    /// The PINs.
    pub pins: Pins,
    /// The tries that each PIN has left.
    pub tries: Tries,
    /// Which certificates are on the card and what they name.
    pub certificates: Certificates,
    /// From when until when the certificates are valid.
    pub validity: Validity,
    /// Behaviour that sources disagree about, or that a reader or a batch of cards may show.
    pub quirks: Quirks,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            seed: None,
            authority: None,
            kind: TokenKind::default(),
            atr: Atr::default(),
            inserted: true,
            holder: Holder::default(),
            card: PlasticCard::default(),
            pins: Pins::default(),
            tries: Tries::default(),
            certificates: Certificates::default(),
            validity: Validity::default(),
            quirks: Quirks::default(),
        }
    }
}

impl Profile {
    /// Parses a profile.
    ///
    /// # Errors
    /// [`ProfileError::Syntax`] with line, column and field: not TOML, an unknown field, a value out of its range.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        Ok(fault::parse(text)?)
    }

    /// The profile of a built-in name, or read from a file: a text with a path separator or `.toml` is a file.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`], [`ProfileError::Read`], [`ProfileError::TooLong`], or what [`Profile::parse`] says, with the file's name.
    pub fn load(name_or_path: impl AsRef<Path>) -> Result<Self, ProfileError> {
        let path = name_or_path.as_ref();
        if let Some(name) = path.to_str()
            && !name.contains(MAIN_SEPARATOR)
            && !name.ends_with(".toml")
        {
            return Self::built_in(name);
        }
        let unreadable = |source| ProfileError::Read {
            path: path.to_owned(),
            source,
        };
        let mut text = String::new();
        File::open(path)
            .and_then(|file| {
                file.take(MAX_FILE_LEN.saturating_add(1))
                    .read_to_string(&mut text)
            })
            .map_err(unreadable)?;
        if text.len() as u64 > MAX_FILE_LEN {
            return Err(ProfileError::TooLong(path.to_owned()));
        }
        Ok(fault::parse(&text).map_err(|fault| fault.in_file(path))?)
    }

    /// The built-in profile of this name, one of [`BUILT_IN`].
    ///
    /// # Errors
    /// [`ProfileError::Unknown`], which lists the names.
    pub fn built_in(name: &str) -> Result<Self, ProfileError> {
        match BUILT_IN.iter().find(|built_in| built_in.name == name) {
            Some(built_in) => Self::parse(built_in.text),
            None => Err(ProfileError::Unknown(name.to_owned())),
        }
    }
}

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file could not be read.
    #[error("the profile {} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is longer than 64 KiB.
    #[error("{} is longer than {MAX_FILE_LEN} bytes: it is no profile", .0.display())]
    TooLong(PathBuf),
    /// The text is not a profile; the message quotes the line.
    #[error(transparent)]
    Syntax(#[from] Fault),
    /// No built-in profile has this name.
    #[error(
        "there is no built-in profile `{0}`, only {names}; the name of a file ends in .toml or has a {MAIN_SEPARATOR} in it",
        names = names()
    )]
    Unknown(String),
}

fn names() -> String {
    let names: Vec<&str> = BUILT_IN.iter().map(|built_in| built_in.name).collect();
    names.join(", ")
}

/// What a card's keys, serial numbers and names derive from: text, or an integer written as text.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Seed(String);

impl Seed {
    /// The seed's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: ToString> From<T> for Seed {
    fn from(seed: T) -> Self {
        Self(seed.to_string())
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a seed is a string or an integer")]
        enum Raw {
            Text(String),
            Number(i64),
        }
        Ok(match Raw::deserialize(deserializer)? {
            Raw::Text(text) => Self(text),
            Raw::Number(number) => Self(number.to_string()),
        })
    }
}
