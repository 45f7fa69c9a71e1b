//! Dates as the certificate carries them and as people read them.

use time::{Date, Month, OffsetDateTime, UtcOffset, Weekday};

use crate::Language;

/// An era of the Japanese calendar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Era {
    Meiji,
    Taisho,
    Showa,
    Heisei,
    Reiwa,
}

impl Era {
    /// The digit in front of a birth date in the certificate.
    fn from_digit(digit: char) -> Option<Self> {
        match digit {
            '1' => Some(Self::Meiji),
            '2' => Some(Self::Taisho),
            '3' => Some(Self::Showa),
            '4' => Some(Self::Heisei),
            '5' => Some(Self::Reiwa),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The Gregorian year of the era's first year.
    fn first_year(self) -> i32 {
        match self {
            Self::Meiji => 1868,
            Self::Taisho => 1912,
            Self::Showa => 1926,
            Self::Heisei => 1989,
            Self::Reiwa => 2019,
        }
    }

    /// 昭和55年, 令和元年; `None` for a year before the era.
    fn year(self, year: i32) -> Option<String> {
        let count = year.checked_sub(self.first_year())?.checked_add(1)?;
        match count {
            ..=0 => None,
            1 => Some(format!("{}元年", self.name())),
            _ => Some(format!("{}{count}年", self.name())),
        }
    }
}

/// A birth date from the certificate: an era digit and a Gregorian date, `EYYYYMMDD`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BirthDate(Kind);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    Known {
        era: Option<Era>,
        date: Date,
    },
    /// The register has dates that no calendar has, such as one without a day.
    AsWritten(String),
}

impl BirthDate {
    /// Parses `EYYYYMMDD`. Never fails: an unknown era is left out, and what is no date stays as it is written.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(parse(text).unwrap_or_else(|| Kind::AsWritten(text.to_owned())))
    }

    /// The date in the person's language: 昭和55年1月2日（1980年1月2日）, or 2 January 1980.
    #[must_use]
    pub fn display(&self, language: Language) -> String {
        match (&self.0, language) {
            (Kind::AsWritten(text), _) => text.clone(),
            (Kind::Known { date, .. }, Language::English) => english_date(*date),
            (Kind::Known { era, date }, Language::Japanese) => {
                let gregorian = japanese_date(*date);
                match era.and_then(|era| era.year(date.year())) {
                    Some(year) => {
                        format!(
                            "{year}{}月{}日（{gregorian}）",
                            u8::from(date.month()),
                            date.day()
                        )
                    }
                    None => gregorian,
                }
            }
        }
    }
}

fn parse(text: &str) -> Option<Kind> {
    if text.len() != 9 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let era = Era::from_digit(text.chars().next()?);
    let year = text.get(1..5)?.parse().ok()?;
    let month = Month::try_from(text.get(5..7)?.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year, month, text.get(7..9)?.parse().ok()?).ok()?;
    Some(Kind::Known { era, date })
}

impl Language {
    /// A moment in Japan's time and the language's form: 2026年8月27日（木）14時03分, or Thursday, 27 August 2026, 14:03.
    #[must_use]
    pub fn date_and_time(self, moment: OffsetDateTime) -> String {
        let local = moment.to_offset(japan_standard_time());
        let (date, hour, minute) = (local.date(), local.hour(), local.minute());
        match self {
            Self::Japanese => {
                format!(
                    "{}（{}）{hour}時{minute:02}分（日本時間）",
                    japanese_date(date),
                    japanese_weekday(date.weekday())
                )
            }
            Self::English => {
                format!(
                    "{}, {}, {hour:02}:{minute:02} JST",
                    date.weekday(),
                    english_date(date)
                )
            }
        }
    }

    /// A day in Japan's time and the language's form.
    #[must_use]
    pub fn date(self, moment: OffsetDateTime) -> String {
        let date = moment.to_offset(japan_standard_time()).date();
        match self {
            Self::Japanese => japanese_date(date),
            Self::English => english_date(date),
        }
    }
}

/// UTC+9 all the year.
fn japan_standard_time() -> UtcOffset {
    UtcOffset::from_hms(9, 0, 0).unwrap_or(UtcOffset::UTC)
}

fn japanese_date(date: Date) -> String {
    format!(
        "{}年{}月{}日",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

fn english_date(date: Date) -> String {
    format!("{} {} {}", date.day(), date.month(), date.year())
}

fn japanese_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_reads_in_both_languages() {
        for (text, japanese, english) in [
            (
                "319800102",
                "昭和55年1月2日（1980年1月2日）",
                "2 January 1980",
            ),
            ("520190501", "令和元年5月1日（2019年5月1日）", "1 May 2019"),
            (
                "119120729",
                "明治45年7月29日（1912年7月29日）",
                "29 July 1912",
            ),
            (
                "219120730",
                "大正元年7月30日（1912年7月30日）",
                "30 July 1912",
            ),
            (
                "420000229",
                "平成12年2月29日（2000年2月29日）",
                "29 February 2000",
            ),
        ] {
            let date = BirthDate::parse(text);
            assert_eq!(date.display(Language::Japanese), japanese);
            assert_eq!(date.display(Language::English), english);
        }
    }

    #[test]
    fn an_unknown_era_or_one_that_had_not_begun_is_left_out() {
        for text in ["019800102", "919800102", "519800102"] {
            assert_eq!(
                BirthDate::parse(text).display(Language::Japanese),
                "1980年1月2日"
            );
        }
    }

    #[test]
    fn what_is_no_date_stays_as_written() {
        for text in [
            "319400000",
            "319800230",
            "31980010",
            "3198001020",
            "",
            "３19800102",
            "昭和55",
        ] {
            assert_eq!(BirthDate::parse(text).display(Language::English), text);
        }
    }

    #[test]
    fn a_moment_is_shown_in_the_time_of_japan() {
        // 2026-08-26 15:03 UTC is the next day in Japan.
        let moment = OffsetDateTime::from_unix_timestamp(1_787_756_580).unwrap();
        assert_eq!(
            Language::Japanese.date_and_time(moment),
            "2026年8月27日（木）0時03分（日本時間）"
        );
        assert_eq!(
            Language::English.date_and_time(moment),
            "Thursday, 27 August 2026, 00:03 JST"
        );
        assert_eq!(Language::Japanese.date(moment), "2026年8月27日");
        assert_eq!(Language::English.date(moment), "27 August 2026");
    }
}
