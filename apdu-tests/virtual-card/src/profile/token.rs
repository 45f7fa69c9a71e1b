//! What the card says it is: ATR and token label.

use serde::Deserialize;

/// The label in EF 0006, by which clients tell kinds of token apart.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum TokenKind {
    /// `JPKIAPICCTOKEN2`: the plastic My Number card.
    #[default]
    MyNumberCard,
    /// `JPKIAPGPSETOKEN`: an Android phone, whose authentication certificate is readable only after its PIN.
    Android,
    /// `JPKIAPIOSTOKEN`: an iPhone.
    Iphone,
    /// `JPKIAPICCTOKEN`: the 住基カード that is no longer issued.
    JukiCard,
}

impl TokenKind {
    /// The label, without its padding.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::MyNumberCard => "JPKIAPICCTOKEN2",
            Self::Android => "JPKIAPGPSETOKEN",
            Self::Iphone => "JPKIAPIOSTOKEN",
            Self::JukiCard => "JPKIAPICCTOKEN",
        }
    }
}

/// An answer to reset, 2..=33 bytes (ISO/IEC 7816-3); in a profile, hexadecimal digits.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct Atr(Vec<u8>);

impl Atr {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Default for Atr {
    /// Contact, T=1, no historical bytes: seen on a My Number test card.
    fn default() -> Self {
        Self(vec![0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14])
    }
}

impl TryFrom<String> for Atr {
    type Error = AtrError;

    fn try_from(text: String) -> Result<Self, AtrError> {
        let digits: Vec<u32> = text
            .chars()
            .filter(|c| *c != ' ')
            .map(|c| c.to_digit(16))
            .collect::<Option<_>>()
            .ok_or(AtrError)?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => u8::try_from(high << 4 | low).map_err(|_| AtrError),
                _ => Err(AtrError),
            })
            .collect::<Result<_, _>>()?;
        match bytes.as_slice() {
            [0x3B | 0x3F, after_ts @ ..] if after_ts.len() <= 32 && is_whole(after_ts) => {
                Ok(Self(bytes))
            }
            _ => Err(AtrError),
        }
    }
}

/// Whether what follows TS is as long as its format byte and interface bytes say, and its check byte right (ISO/IEC
/// 7816-3, 8.2).
fn is_whole(after_ts: &[u8]) -> bool {
    let mut rest = after_ts.iter().copied();
    let Some(format) = rest.next() else {
        return false;
    };
    let (mut announced, mut has_check_byte) = (format, false);
    // The high half announces TA, TB, TC and TD; a TD announces the next four, and its low half names a protocol.
    while announced & 0xF0 != 0 {
        let others = (announced & 0x70).count_ones();
        if (0..others).any(|_| rest.next().is_none()) {
            return false;
        }
        announced = match (announced & 0x80 != 0).then(|| rest.next()) {
            None => 0,
            Some(None) => return false,
            Some(Some(next)) => {
                has_check_byte |= next & 0x0F != 0;
                next
            }
        };
    }
    let historical = usize::from(format & 0x0F);
    let check = after_ts.iter().fold(0, |sum, byte| sum ^ byte);
    rest.len() == historical.saturating_add(usize::from(has_check_byte))
        && (!has_check_byte || check == 0)
}

/// A text that is no ATR.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "an ATR is 2 to 33 bytes in hexadecimal, begins with 3B or 3F, and has the length and the check byte that it announces"
)]
pub struct AtrError;
