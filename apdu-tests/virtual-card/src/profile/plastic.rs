//! What is printed on the plastic: serial number, expiry, security code.

use std::fmt;
use std::time::SystemTime;

use serde::Deserialize;

use super::Profile;
use super::date::{CalendarDate, DateError};
use super::validity::ValidityError;

/// Cards expire on this birthday after their issue …
const ADULTS_BIRTHDAY: u16 = 10;
/// … and on this one where the holder was a minor then.
const MINORS_BIRTHDAY: u16 = 5;
/// The age from which on a holder is no minor.
const ADULT: u16 = 18;

/// The card itself, apart from what is issued onto it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct PlasticCard {
    /// The serial number in the common AP.
    pub serial: CardSerial,
    /// The last day of the card itself. Where absent, the holder's tenth birthday after the certificates' issue; the
    /// fifth for one who was not yet 18.
    pub expires: Option<CalendarDate>,
    /// The four printed digits at the end of 照合番号B.
    pub security_code: SecurityCode,
}

/// Fifteen digits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct CardSerial(String);

impl CardSerial {
    /// Its digits in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for CardSerial {
    /// 000000000000001.
    fn default() -> Self {
        Self("000000000000001".to_owned())
    }
}

impl TryFrom<String> for CardSerial {
    type Error = PlasticError;

    fn try_from(text: String) -> Result<Self, PlasticError> {
        if is_digits(&text, 15) {
            Ok(Self(text))
        } else {
            Err(PlasticError::Serial)
        }
    }
}

/// Four digits. Like a PIN they do not show themselves in `Debug`.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct SecurityCode(String);

impl SecurityCode {
    /// Its digits in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SecurityCode {
    /// 1234.
    fn default() -> Self {
        Self("1234".to_owned())
    }
}

impl TryFrom<String> for SecurityCode {
    type Error = PlasticError;

    fn try_from(text: String) -> Result<Self, PlasticError> {
        if is_digits(&text, 4) {
            Ok(Self(text))
        } else {
            Err(PlasticError::SecurityCode)
        }
    }
}

impl fmt::Debug for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecurityCode(..)")
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|b| b.is_ascii_digit())
}

/// A text that is not printed so on any card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PlasticError {
    /// Not a serial number.
    #[error("a card's serial number has 15 digits")]
    Serial,
    /// Not a security code.
    #[error("a security code has four digits")]
    SecurityCode,
}

impl Profile {
    /// The last day of the card itself, for one that is minted at `now`.
    ///
    /// # Errors
    /// [`ValidityError`] where the certificates cannot be dated, or the card would last beyond 2099.
    pub fn card_expiry(&self, now: SystemTime) -> Result<CalendarDate, ValidityError> {
        if let Some(expires) = self.card.expires {
            return Ok(expires);
        }
        let birth_date = self.holder.birth_date;
        let issued = self.validity.days(birth_date, now)?.first();
        Ok(expiry(birth_date, issued)?)
    }

    /// Checks that certificates issued at `now` begin after the holder's birth and end before the card.
    pub(super) fn check_dates(&self, now: SystemTime) -> Result<(), ValidityError> {
        let days = self.validity.days(self.holder.birth_date, now)?;
        if days.first() < self.holder.birth_date {
            Err(ValidityError::BeforeBirth)
        } else if self.card.expires.is_some_and(|last| last < days.last()) {
            Err(ValidityError::OutlastCard)
        } else {
            Ok(())
        }
    }

    /// 照合番号B, 14 digits: birth date as YYMMDD with the year of the Japanese era, year of the card's expiry, security
    /// code.
    ///
    /// # Errors
    /// As [`Profile::card_expiry`].
    pub fn code_b(&self, now: SystemTime) -> Result<String, ValidityError> {
        Ok(format!(
            "{}{}{}",
            self.holder.birth_date.in_era_digits(),
            self.card_expiry(now)?.year(),
            self.card.security_code.as_str()
        ))
    }
}

/// The tenth or fifth birthday after `issued`.
fn expiry(birth_date: CalendarDate, issued: CalendarDate) -> Result<CalendarDate, DateError> {
    let birthday = birth_date.in_year(issued.year())?;
    // The birthday before the first one after the issue: perhaps the day of issue.
    let last_birthday = if birthday <= issued {
        issued.year()
    } else {
        issued.year().saturating_sub(1)
    };
    let age = last_birthday.saturating_sub(birth_date.year());
    let birthdays = if age < ADULT {
        MINORS_BIRTHDAY
    } else {
        ADULTS_BIRTHDAY
    };
    birth_date.in_year(last_birthday.saturating_add(birthdays))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    /// 2026-11-23 12:00 UTC.
    fn now() -> SystemTime {
        UNIX_EPOCH
            .checked_add(Duration::from_secs(1_795_435_200))
            .unwrap()
    }

    #[test]
    fn a_card_expires_on_the_tenth_birthday_after_its_issue_and_a_minors_on_the_fifth() {
        for (born, issued, expires) in [
            ("1990-04-01", "2026-04-01", "2036-04-01"),
            ("1990-04-01", "2026-03-31", "2035-04-01"),
            ("1990-04-01", "2026-04-02", "2036-04-01"),
            ("2004-02-29", "2026-11-23", "2036-02-29"),
            ("2008-11-23", "2026-11-23", "2036-11-23"),
            ("2008-11-24", "2026-11-23", "2030-11-24"),
            ("2026-11-23", "2026-11-23", "2031-11-23"),
        ] {
            let profile = Profile::parse(&format!(
                "holder.birth_date = {born}\nvalidity.from = {issued}"
            ))
            .unwrap();
            let expiry = profile.card_expiry(now()).unwrap();
            assert_eq!(expiry.to_string(), expires, "born {born}, issued {issued}");
        }
    }

    #[test]
    fn code_b_is_era_birth_date_then_year_of_expiry_then_security_code() {
        for (born, code) in [
            ("1990-04-01", "02040120361234"),
            ("1989-01-07", "64010720361234"),
            ("2001-12-31", "13123120361234"),
        ] {
            let profile = Profile::parse(&format!(
                "holder.birth_date = {born}\ncard.expires = 2036-04-01"
            ))
            .unwrap();
            assert_eq!(profile.code_b(now()).unwrap(), code);
        }
    }
}
