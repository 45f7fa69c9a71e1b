//! The person on the card: made up.

use serde::Deserialize;

use super::date::CalendarDate;
use super::my_number::MyNumber;

/// The longest address on a real card, in characters; the limit is kept for names too.
const MAX_CHARACTERS: usize = 200;

/// Whose card it is. The signature certificate carries all of it but the My Number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Holder {
    /// Name, its parts separated by U+3000; 1..=200 characters.
    pub name: String,
    /// One `0` (as registered) or `1` (replaced glyph) per character of the name; all `0` where absent.
    pub name_map: Option<String>,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth_date: CalendarDate,
    /// Address, 1..=200 characters.
    pub address: String,
    /// As `name_map`, for the address.
    pub address_map: Option<String>,
    /// Where the holder is registered.
    pub municipality: Municipality,
    /// The holder's My Number; in no certificate.
    pub my_number: MyNumber,
}

impl Holder {
    /// Checks what the types do not: lengths and substitute-character maps.
    pub(crate) fn check(&self) -> Result<(), HolderError> {
        check_text("name", &self.name, self.name_map.as_deref())?;
        check_text("address", &self.address, self.address_map.as_deref())?;
        self.municipality.check()
    }

    /// The substitute-character map of the name, `0` or `1` per character.
    pub(crate) fn filled_name_map(&self) -> String {
        filled_map(&self.name, self.name_map.as_deref())
    }

    /// The substitute-character map of the address, `0` or `1` per character.
    pub(crate) fn filled_address_map(&self) -> String {
        filled_map(&self.address, self.address_map.as_deref())
    }
}

impl Default for Holder {
    /// Hanako Mihon ("sample") of a prefecture that does not exist.
    fn default() -> Self {
        Self {
            name: "見本\u{3000}花子".to_owned(),
            name_map: None,
            sex: Sex::Female,
            birth_date: CalendarDate::HEISEI_2_APRIL_1,
            address: "見本県架空市例示町一丁目２番３号".to_owned(),
            address_map: None,
            municipality: Municipality::default(),
            my_number: MyNumber::default(),
        }
    }
}

fn check_text(field: &'static str, text: &str, map: Option<&str>) -> Result<(), HolderError> {
    let characters = text.chars().count();
    if !(1..=MAX_CHARACTERS).contains(&characters) {
        return Err(HolderError::Length { field });
    }
    if text.chars().any(char::is_control) {
        return Err(HolderError::Control { field });
    }
    match map {
        Some(map) if map.chars().any(|c| c != '0' && c != '1') || map.len() != characters => {
            Err(HolderError::Map { field, characters })
        }
        _ => Ok(()),
    }
}

fn filled_map(text: &str, map: Option<&str>) -> String {
    map.map_or_else(|| "0".repeat(text.chars().count()), str::to_owned)
}

/// What is wrong with a holder.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HolderError {
    /// The text is empty or too long.
    #[error("`{field}` must have 1 to 200 characters")]
    Length {
        /// The profile's field.
        field: &'static str,
    },
    /// The text has a control character.
    #[error("`{field}` must have no control characters")]
    Control {
        /// The profile's field.
        field: &'static str,
    },
    /// The substitute-character map does not fit its text.
    #[error(
        "`{field}_map` must have {characters} digits, 0 or 1, one for each character of `{field}`"
    )]
    Map {
        /// The profile's field.
        field: &'static str,
        /// How many digits are needed.
        characters: usize,
    },
    /// The local government code is not five digits.
    #[error("`municipality.code` must have five digits")]
    MunicipalityCode,
    /// A name is not Latin.
    #[error("`municipality.{field}` must have 1 to 64 printable ASCII characters")]
    MunicipalityName {
        /// The profile's field.
        field: &'static str,
    },
}

/// Sex as the signature certificate writes it (`1.2.392.200149.8.5.5.3`).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// 1.
    Male,
    /// 2.
    Female,
    /// 3.
    Other,
}

impl Sex {
    /// The digit in the text and visual APs: JIS X 0303, whose third value is another one than the certificate's.
    pub(crate) const fn jis_digit(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
            Self::Other => "9",
        }
    }

    /// The digit in the certificate.
    #[must_use]
    pub const fn digit(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
            Self::Other => "3",
        }
    }
}

/// Where a holder is registered, as the certificates write it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Municipality {
    /// The five digits of the local government code.
    pub code: String,
    /// The prefecture in Latin letters.
    pub prefecture: String,
    /// The municipality in Latin letters.
    pub name: String,
}

impl Municipality {
    fn check(&self) -> Result<(), HolderError> {
        let latin = |text: &str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'))
        };
        if self.code.len() != 5 || !self.code.bytes().all(|b| b.is_ascii_digit()) {
            Err(HolderError::MunicipalityCode)
        } else if !latin(&self.prefecture) {
            Err(HolderError::MunicipalityName {
                field: "prefecture",
            })
        } else if !latin(&self.name) {
            Err(HolderError::MunicipalityName { field: "name" })
        } else {
            Ok(())
        }
    }
}

impl Default for Municipality {
    /// One that does not exist.
    fn default() -> Self {
        Self {
            code: "99999".to_owned(),
            prefecture: "Mihon-ken".to_owned(),
            name: "Kaku-shi".to_owned(),
        }
    }
}
