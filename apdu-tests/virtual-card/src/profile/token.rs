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
            [0x3B | 0x3F, _, rest @ ..] if rest.len() <= 31 => Ok(Self(bytes)),
            _ => Err(AtrError),
        }
    }
}

/// A text that is no ATR.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("an ATR is 2 to 33 bytes in hexadecimal, and begins with 3B or 3F")]
pub struct AtrError;
