//! The little language in which stories write bytes.
//!
//! Words are separated by spaces. `00 A4` or `00A4` are bytes; `'ABC123'` is ASCII text; `FF*16` is sixteen times FF.
//! In an expected answer a dot stands for any hexadecimal digit (`63 C.`, `..`, `..*252`), `..*` for any number of bytes,
//! and `none` for no answer at all.

use std::fmt;
use std::iter::repeat_n;

use serde::Deserialize;

/// The most bytes a story may write: the longest extended APDU.
const MAX_LEN: usize = 65_544;

/// A command APDU as a story writes it. It does not show its data: those of VERIFY are a PIN.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct CommandBytes(Vec<u8>);

/// What an answer must look like.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct AnswerPattern {
    text: String,
    shape: Shape,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Shape {
    /// The card is gone.
    Nothing,
    /// These bytes.
    Whole(Vec<BytePattern>),
    /// These bytes, any number of others, and these.
    Around(Vec<BytePattern>, Vec<BytePattern>),
}

/// A byte of which only the bits in `mask` matter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct BytePattern {
    value: u8,
    mask: u8,
}

/// Why a text is no sequence of bytes.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PatternError {
    /// Not two hexadecimal digits a byte.
    #[error("{0:?} is not written as bytes: two hexadecimal digits each, 'text', or a byte*count")]
    Word(String),
    /// A quotation mark without its partner.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// Text that is not ASCII.
    #[error("the text in quotation marks is not ASCII")]
    NotAscii,
    /// A wildcard in a command.
    #[error("a command has no wildcards")]
    WildcardInCommand,
    /// A second `..*`.
    #[error("..* can stand only once")]
    TwoGaps,
    /// Fewer than the four bytes of a command, or the two of a status word.
    #[error("too short: a command has at least four bytes, an answer two")]
    TooShort,
    /// More than an extended APDU holds.
    #[error("too long: an APDU has at most {MAX_LEN} bytes")]
    TooLong,
}

/// How an answer is not what was expected. Of the answer it shows no more than the status word and one byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Mismatch {
    /// An answer although none was expected.
    #[error("the card answered, and should be gone")]
    Answer,
    /// No answer.
    #[error("no answer")]
    Nothing,
    /// Another status word.
    #[error("answered with {:02X} {:02X}", .0[0], .0[1])]
    Status([u8; 2]),
    /// The status word is right, the length is not.
    #[error("answered with {0} bytes of data")]
    Length(usize),
    /// The status word is right, a byte is not.
    #[error("byte {0} of the answer is {1:02X}")]
    Byte(usize, u8),
}

impl CommandBytes {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The header, and the number of bytes after it.
impl fmt::Display for CommandBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (header, body) = self.0.split_at(4.min(self.0.len()));
        let words: Vec<_> = header.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&words.join(" "))?;
        match body {
            [] => Ok(()),
            [le] => write!(f, " {le:02X}"),
            _ => write!(f, " and {} bytes", body.len()),
        }
    }
}

impl fmt::Debug for CommandBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommandBytes({self})")
    }
}

impl TryFrom<String> for CommandBytes {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        let Shape::Whole(patterns) = parse(&text)? else {
            return Err(PatternError::WildcardInCommand);
        };
        if patterns.len() < 4 {
            return Err(PatternError::TooShort);
        }
        let exact = |pattern: &BytePattern| (pattern.mask == 0xFF).then_some(pattern.value);
        let bytes: Option<_> = patterns.iter().map(exact).collect();
        bytes.map(Self).ok_or(PatternError::WildcardInCommand)
    }
}

impl TryFrom<String> for AnswerPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        let shape = match text.as_str() {
            "none" => Shape::Nothing,
            text => parse(text)?,
        };
        if matches!(&shape, Shape::Whole(bytes) | Shape::Around(_, bytes) if bytes.len() < 2) {
            return Err(PatternError::TooShort);
        }
        Ok(Self { text, shape })
    }
}

impl fmt::Display for AnswerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AnswerPattern {
    /// Compares an answer; `None` is a card that gave none.
    ///
    /// # Errors
    /// The first thing that is wrong; the status word goes before the data.
    pub fn check(&self, answer: Option<&[u8]>) -> Result<(), Mismatch> {
        let (answer, front, back) = match (&self.shape, answer) {
            (Shape::Nothing, None) => return Ok(()),
            (Shape::Nothing, Some(_)) => return Err(Mismatch::Answer),
            (_, None) => return Err(Mismatch::Nothing),
            (Shape::Whole(bytes), Some(answer)) => (answer, &bytes[..], None),
            (Shape::Around(front, back), Some(answer)) => (answer, &front[..], Some(&back[..])),
        };
        let Some((data, status)) = answer.split_last_chunk::<2>() else {
            return Err(Mismatch::Length(answer.len()));
        };
        let fits = |(pattern, byte): (&BytePattern, &u8)| pattern.fits(*byte);
        let end = back.unwrap_or(front).iter().rev();
        if !end.zip(status.iter().rev()).all(fits) {
            return Err(Mismatch::Status(*status));
        }
        let least = front.len().saturating_add(back.map_or(0, <[_]>::len));
        let right_length = match back {
            None => answer.len() == least,
            Some(_) => answer.len() >= least,
        };
        if !right_length {
            return Err(Mismatch::Length(data.len()));
        }
        let behind = answer.len().saturating_sub(back.map_or(0, <[_]>::len));
        let from_front = front.iter().zip(answer.iter().enumerate());
        let from_back = back.unwrap_or_default();
        let from_back = from_back.iter().zip(answer.iter().enumerate().skip(behind));
        let wrong = from_front
            .chain(from_back)
            .find(|(pattern, (_, byte))| !pattern.fits(**byte));
        match wrong {
            None => Ok(()),
            Some((_, (at, byte))) => Err(Mismatch::Byte(at, *byte)),
        }
    }
}

impl BytePattern {
    fn exactly(value: u8) -> Self {
        Self { value, mask: 0xFF }
    }

    fn fits(self, byte: u8) -> bool {
        byte & self.mask == self.value
    }
}

fn parse(text: &str) -> Result<Shape, PatternError> {
    let mut front = None;
    let mut bytes = Vec::new();
    // Every other part lies between quotation marks.
    let mut parts = text.split('\'');
    while let Some(plain) = parts.next() {
        for word in plain.split_whitespace() {
            if word == "..*" {
                if front.replace(std::mem::take(&mut bytes)).is_some() {
                    return Err(PatternError::TwoGaps);
                }
            } else {
                bytes.extend(parse_word(word)?);
            }
        }
        let Some(quoted) = parts.next() else { break };
        if !quoted.is_ascii() {
            return Err(PatternError::NotAscii);
        }
        bytes.extend(quoted.bytes().map(BytePattern::exactly));
        if bytes.len() > MAX_LEN {
            return Err(PatternError::TooLong);
        }
    }
    if !text.matches('\'').count().is_multiple_of(2) {
        return Err(PatternError::OpenQuote);
    }
    if bytes.len() > MAX_LEN {
        return Err(PatternError::TooLong);
    }
    Ok(match front {
        None => Shape::Whole(bytes),
        Some(front) => Shape::Around(front, bytes),
    })
}

/// One word: bytes, or one byte and how often.
fn parse_word(word: &str) -> Result<Vec<BytePattern>, PatternError> {
    let wrong = || PatternError::Word(word.to_owned());
    let (digits, count) = match word.split_once('*') {
        None => (word, 1),
        Some((digits, count)) if digits.len() == 2 => (digits, count.parse().map_err(|_| wrong())?),
        Some(_) => return Err(wrong()),
    };
    if count > MAX_LEN {
        return Err(PatternError::TooLong);
    }
    let nibbles: Option<Vec<_>> = digits.chars().map(nibble).collect();
    let nibbles = nibbles.ok_or_else(wrong)?;
    let (pairs, []) = nibbles.as_chunks::<2>() else {
        return Err(wrong());
    };
    let byte = |[high, low]: &[BytePattern; 2]| BytePattern {
        value: high.value << 4 | low.value,
        mask: high.mask << 4 | low.mask,
    };
    let bytes = pairs.iter().map(byte);
    Ok(bytes.flat_map(|byte| repeat_n(byte, count)).collect())
}

fn nibble(digit: char) -> Option<BytePattern> {
    if digit == '.' {
        return Some(BytePattern { value: 0, mask: 0 });
    }
    let value = u8::try_from(digit.to_digit(16)?).ok()?;
    Some(BytePattern { value, mask: 0x0F })
}

#[cfg(test)]
mod tests;
