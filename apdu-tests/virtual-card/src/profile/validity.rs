//! From when until when certificates are valid.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use x509_cert::der::DateTime;

use super::date::{CalendarDate, DateError};

/// How long a certificate is valid at most, in years: until the holder's fifth birthday after issue.
const YEARS: u16 = 5;

/// When the certificates were issued and how long they are valid.
///
/// By default they were issued on the holder's last birthday, so that they are the same for a year; where only their end
/// is given, five years before it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Validity {
    /// The day of issue, from 1970-01-01 on.
    pub from: Option<CalendarDate>,
    /// The last day. Not together with `days`.
    pub until: Option<CalendarDate>,
    /// The days from today to the last day; negative for certificates that have expired. Not together with `until`.
    pub days: Option<i32>,
}

impl Validity {
    /// Checks what the fields are together.
    pub(super) fn check(self) -> Result<(), ValidityError> {
        match self {
            Self {
                until: Some(_),
                days: Some(_),
                ..
            } => Err(ValidityError::TwoEnds),
            Self {
                from: Some(from),
                until: Some(until),
                ..
            } if until <= from => Err(ValidityError::Backwards),
            _ => Ok(()),
        }
    }

    /// The first and the last day, for a holder born on `birth_date` whose card is minted at `now`.
    pub(crate) fn days(
        self,
        birth_date: CalendarDate,
        now: SystemTime,
    ) -> Result<Days, ValidityError> {
        self.check()?;
        let since_epoch = now.duration_since(UNIX_EPOCH).map_err(|_| DateError)?;
        let today = CalendarDate::of(since_epoch)?;
        let birthday = birth_date.in_year(today.year())?;
        let last_birthday = if birthday <= today {
            birthday
        } else {
            birth_date.in_year(today.year().saturating_sub(1))?
        };
        let end = match (self.until, self.days) {
            (Some(until), _) => Some(until),
            (None, Some(days)) => Some(shifted(since_epoch, days)?),
            (None, None) => None,
        };
        let first = match (self.from, end) {
            (Some(from), _) => from,
            (None, Some(end)) => end.in_year(end.year().saturating_sub(YEARS))?,
            (None, None) => last_birthday,
        };
        let last = match end {
            Some(end) => end,
            None => first.in_year(first.year().saturating_add(YEARS))?,
        };
        if last <= first {
            Err(ValidityError::Backwards)
        } else {
            Ok(Days { first, last })
        }
    }
}

fn shifted(since_epoch: Duration, days: i32) -> Result<CalendarDate, DateError> {
    let distance = Duration::from_secs(u64::from(days.unsigned_abs()).saturating_mul(86_400));
    let time = if days < 0 {
        since_epoch.checked_sub(distance)
    } else {
        since_epoch.checked_add(distance)
    };
    CalendarDate::of(time.ok_or(DateError)?)
}

/// The first and the last day of a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Days {
    first: CalendarDate,
    last: CalendarDate,
}

impl Days {
    /// The first moment: `seconds` (0..=59) after UTC midnight.
    pub(crate) fn not_before(self, seconds: u8) -> Result<DateTime, DateError> {
        self.first.at(0, 0, seconds)
    }

    /// The day of issue.
    pub(crate) fn first(self) -> CalendarDate {
        self.first
    }

    /// The last day.
    pub(crate) fn last(self) -> CalendarDate {
        self.last
    }

    /// The last second of the last day in Japan.
    pub(crate) fn not_after(self) -> Result<DateTime, DateError> {
        self.last.at(14, 59, 59)
    }
}

/// What is wrong with a validity.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ValidityError {
    /// Both ends are given.
    #[error("`until` and `days` exclude each other")]
    TwoEnds,
    /// The end does not lie after the beginning.
    #[error("the certificates would end before they begin")]
    Backwards,
    /// The holder was not born when they were issued.
    #[error("the certificates would begin before the holder's birth")]
    BeforeBirth,
    /// The card itself ends before them.
    #[error("the certificates would outlast the card")]
    OutlastCard,
    /// A day that no certificate can name.
    #[error(transparent)]
    Date(#[from] DateError),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last day for a holder born on 1990-04-01, seen from 2026-11-23 12:00 UTC.
    fn days(validity: Validity) -> Result<(String, String), ValidityError> {
        let now = UNIX_EPOCH
            .checked_add(Duration::from_secs(1_795_435_200))
            .unwrap();
        let days = validity.days(CalendarDate::HEISEI_2_APRIL_1, now)?;
        Ok((days.first.to_string(), days.last.to_string()))
    }

    fn date(text: &str) -> Option<CalendarDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn by_default_five_years_from_the_last_birthday() {
        assert_eq!(
            days(Validity::default()),
            Ok(("2026-04-01".into(), "2031-04-01".into()))
        );
    }

    #[test]
    fn days_count_from_today() {
        let in_a_week = Validity {
            days: Some(7),
            ..Validity::default()
        };
        assert_eq!(
            days(in_a_week),
            Ok(("2021-11-30".into(), "2026-11-30".into()))
        );
    }

    #[test]
    fn an_expired_certificate_was_issued_five_years_before_its_end() {
        let last_year = Validity {
            days: Some(-365),
            ..Validity::default()
        };
        assert_eq!(
            days(last_year),
            Ok(("2020-11-23".into(), "2025-11-23".into()))
        );
        let until = Validity {
            until: date("2024-02-29"),
            ..Validity::default()
        };
        assert_eq!(days(until), Ok(("2019-02-28".into(), "2024-02-29".into())));
    }

    #[test]
    fn an_end_before_the_beginning_is_refused() {
        let backwards = Validity {
            from: date("2026-01-02"),
            until: date("2026-01-01"),
            days: None,
        };
        assert_eq!(days(backwards), Err(ValidityError::Backwards));
        let expired_before_issue = Validity {
            from: date("2026-11-01"),
            until: None,
            days: Some(-60),
        };
        assert_eq!(days(expired_before_issue), Err(ValidityError::Backwards));
    }

    #[test]
    fn two_ends_are_refused() {
        let both = Validity {
            from: None,
            until: date("2030-01-01"),
            days: Some(7),
        };
        assert_eq!(days(both), Err(ValidityError::TwoEnds));
    }
}
