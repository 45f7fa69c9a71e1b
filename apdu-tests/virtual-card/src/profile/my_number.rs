//! My Number (個人番号): eleven digits and a check digit.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// Weights of the eleven digits, from the left (平成26年総務省令第85号, article 5, which counts them from the right:
/// 2 to 7, then 2 to 6).
const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// A made-up My Number with the right check digit; 照合番号A of the applets that have one.
///
/// Like a PIN it does not show itself in `Debug`.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct MyNumber(String);

impl MyNumber {
    /// Its twelve digits in ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for MyNumber {
    /// 123456789018.
    fn default() -> Self {
        Self("123456789018".to_owned())
    }
}

impl TryFrom<String> for MyNumber {
    type Error = MyNumberError;

    fn try_from(text: String) -> Result<Self, MyNumberError> {
        let digits: Vec<u32> = text
            .chars()
            .map(|c| c.to_digit(10))
            .collect::<Option<_>>()
            .ok_or(MyNumberError::Digits)?;
        let [number @ .., given] = digits.as_slice() else {
            return Err(MyNumberError::Digits);
        };
        if number.len() != WEIGHTS.len() {
            return Err(MyNumberError::Digits);
        }
        let needed = check_digit(number);
        if *given == needed {
            Ok(Self(text))
        } else {
            Err(MyNumberError::CheckDigit { needed })
        }
    }
}

/// 11 less the remainder of the weighted sum by 11; 0 where the remainder is 0 or 1.
fn check_digit(number: &[u32]) -> u32 {
    let sum: u32 = number
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit.saturating_mul(weight))
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        remainder => 11_u32.saturating_sub(remainder),
    }
}

impl FromStr for MyNumber {
    type Err = MyNumberError;

    fn from_str(text: &str) -> Result<Self, MyNumberError> {
        text.to_owned().try_into()
    }
}

impl fmt::Debug for MyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MyNumber(..)")
    }
}

/// A text that is no My Number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MyNumberError {
    /// It is not twelve digits.
    #[error("a My Number has twelve digits")]
    Digits,
    /// Its last digit does not follow from the others.
    #[error("the last digit of this My Number, its check digit, must be {needed}")]
    CheckDigit {
        /// What the last digit must be.
        needed: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_last_digit_of_ten_is_right() {
        // Remainders 3, 0, 1 and 10 of the weighted sum.
        for (number, right) in [
            ("12345678901", 8),
            ("00000000000", 0),
            ("00000000006", 0),
            ("00000000005", 1),
        ] {
            for last in 0..10 {
                let parsed = format!("{number}{last}").parse::<MyNumber>();
                if last == right {
                    assert_eq!(parsed.unwrap().as_str(), format!("{number}{right}"));
                } else {
                    assert_eq!(parsed, Err(MyNumberError::CheckDigit { needed: right }));
                }
            }
        }
    }

    #[test]
    fn swapped_neighbours_are_noticed() {
        assert!("213456789018".parse::<MyNumber>().is_err());
        assert!("123456798018".parse::<MyNumber>().is_err());
    }

    #[test]
    fn anything_but_twelve_digits_is_refused() {
        for text in [
            "",
            "1",
            "12345678901",
            "1234567890180",
            "12345678901x",
            "１２３４５６７８９０１８",
        ] {
            assert_eq!(
                text.parse::<MyNumber>(),
                Err(MyNumberError::Digits),
                "{text}"
            );
        }
    }
}
