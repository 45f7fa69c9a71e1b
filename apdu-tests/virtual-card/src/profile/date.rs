//! Calendar dates.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use toml::value::Datetime;
use x509_cert::der::DateTime;

/// A day, 1970-01-01..=2099-12-31 for certificates and from 1868 on for birth dates; in a profile a TOML local date.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "Datetime")]
pub struct CalendarDate {
    year: u16,
    month: u8,
    day: u8,
}

impl CalendarDate {
    /// The default holder's birth date.
    pub(crate) const HEISEI_2_APRIL_1: Self = Self {
        year: 1990,
        month: 4,
        day: 1,
    };

    /// A day of the Gregorian calendar.
    ///
    /// # Errors
    /// [`DateError`] for a day that does not exist or lies outside 1868..=2099.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        if (1868..=2099).contains(&year) && (1..=days).contains(&day) {
            Ok(Self { year, month, day })
        } else {
            Err(DateError)
        }
    }

    /// The same day of another year; 28 February for a 29th that is missing there.
    pub(crate) fn in_year(self, year: u16) -> Result<Self, DateError> {
        Self::new(year, self.month, self.day).or_else(|_| Self::new(year, self.month, 28))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The UTC day of a time since 1970.
    pub(crate) fn of(since_epoch: Duration) -> Result<Self, DateError> {
        let time = DateTime::from_unix_duration(since_epoch).map_err(|_| DateError)?;
        Self::new(time.year(), time.month(), time.day())
    }

    /// A time of this day in UTC; from 1970 on.
    pub(crate) fn at(self, hour: u8, minute: u8, second: u8) -> Result<DateTime, DateError> {
        DateTime::new(self.year, self.month, self.day, hour, minute, second).map_err(|_| DateError)
    }

    /// `YYYYMMDD`.
    pub(crate) fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// The birth date as the signature certificate writes it: digit of the era (0 before Meiji), then `YYYYMMDD`.
    pub(crate) fn with_era(self) -> String {
        let (era, _) = self.era();
        format!("{era}{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// `YYMMDD` with the year of the Japanese era, as the applets' keys made of a birth date have it.
    pub(crate) fn in_era_digits(self) -> String {
        let (_, begin) = self.era();
        let year = self.year.saturating_sub(begin).saturating_add(1);
        format!("{year:02}{:02}{:02}", self.month, self.day)
    }

    /// The digit of the era, 0 before Meiji, and its first year.
    fn era(self) -> (u8, u16) {
        match (self.year, self.month, self.day) {
            reiwa if reiwa >= (2019, 5, 1) => (5, 2019),
            heisei if heisei >= (1989, 1, 8) => (4, 1989),
            showa if showa >= (1926, 12, 25) => (3, 1926),
            taisho if taisho >= (1912, 7, 30) => (2, 1912),
            meiji if meiji >= (1868, 10, 23) => (1, 1868),
            _ => (0, 1868),
        }
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<Datetime> for CalendarDate {
    type Error = DateError;

    fn try_from(datetime: Datetime) -> Result<Self, DateError> {
        match datetime {
            Datetime {
                date: Some(date),
                time: None,
                offset: None,
            } => Self::new(date.year, date.month, date.day),
            _ => Err(DateError),
        }
    }
}

impl FromStr for CalendarDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        text.parse::<Datetime>().map_err(|_| DateError)?.try_into()
    }
}

/// Something that is no date.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a date is a day between 1868-01-01 and 2099-12-31, written as in 1990-04-01")]
pub struct DateError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_begin_on_their_first_day() {
        for (date, written, digits) in [
            ("1868-10-22", "018681022", "011022"),
            ("1868-10-23", "118681023", "011023"),
            ("1912-07-29", "119120729", "450729"),
            ("1912-07-30", "219120730", "010730"),
            ("1926-12-24", "219261224", "151224"),
            ("1926-12-25", "319261225", "011225"),
            ("1989-01-07", "319890107", "640107"),
            ("1989-01-08", "419890108", "010108"),
            ("2019-04-30", "420190430", "310430"),
            ("2019-05-01", "520190501", "010501"),
        ] {
            let date: CalendarDate = date.parse().unwrap();
            assert_eq!(
                (date.with_era().as_str(), date.in_era_digits().as_str()),
                (written, digits)
            );
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for date in [
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-13-01",
            "2024-00-10",
            "1867-12-31",
            "2100-01-01",
        ] {
            assert_eq!(date.parse::<CalendarDate>(), Err(DateError), "{date}");
        }
        assert!("2000-02-29".parse::<CalendarDate>().is_ok());
    }

    #[test]
    fn a_leap_day_falls_on_the_28th_in_other_years() {
        let born: CalendarDate = "2004-02-29".parse().unwrap();
        assert_eq!(born.in_year(2027).unwrap().to_string(), "2027-02-28");
        assert_eq!(born.in_year(2028).unwrap().to_string(), "2028-02-29");
    }
}
