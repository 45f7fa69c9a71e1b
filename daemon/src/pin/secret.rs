use std::fmt;

use super::PinKind;
use super::locked_page::LockedPage;

/// The longest PIN of the card, in bytes.
const MAX_LEN: usize = 16;

/// Bytes before the PIN in its page: room for a command's header and Lc.
const BEFORE: usize = 5;

/// Why a text cannot be the PIN, whatever the card holds. It never reaches the card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImpossiblePin {
    /// Too few or too many characters.
    #[error("the PIN has the wrong length")]
    WrongLength,
    /// A character that the PIN cannot have.
    #[error("the PIN has a character that it cannot have")]
    WrongCharacter,
}

/// A PIN as the card takes it, in memory that is locked, wiped and never copied or printed.
pub struct Pin {
    kind: PinKind,
    page: LockedPage,
    length: usize,
}

impl Pin {
    /// Makes a PIN of what a person typed, in this page.
    ///
    /// Full-width digits and letters (U+FF01 to U+FF5E) count as their ASCII twins, and the
    /// signature password is upper case: the card compares bytes and knows no other form.
    ///
    /// # Errors
    /// [`ImpossiblePin`] if it is not 4 digits, or not 6 to 16 letters and digits.
    pub fn parse(mut page: LockedPage, kind: PinKind, typed: &str) -> Result<Self, ImpossiblePin> {
        let mut length = 0_usize;
        for character in typed.chars() {
            let byte = fold(kind, character).ok_or(ImpossiblePin::WrongCharacter)?;
            let room = page
                .bytes_mut()
                .get_mut(BEFORE..BEFORE.saturating_add(MAX_LEN))
                .and_then(|pin| pin.get_mut(length));
            *room.ok_or(ImpossiblePin::WrongLength)? = byte;
            length = length.saturating_add(1);
        }
        let possible = match kind {
            PinKind::UserAuthentication => 4..=4,
            PinKind::DigitalSignature => 6..=MAX_LEN,
        };
        if possible.contains(&length) {
            Ok(Self { kind, page, length })
        } else {
            Err(ImpossiblePin::WrongLength)
        }
    }

    /// Which PIN it is for.
    #[must_use]
    pub fn kind(&self) -> PinKind {
        self.kind
    }

    /// The short command of this header whose data is the PIN, made around it: the PIN is copied nowhere. For VERIFY, and
    /// for nothing else.
    pub(crate) fn as_data_of(&mut self, header: [u8; 4]) -> &[u8] {
        let [class, instruction, p1, p2] = header;
        // At most MAX_LEN.
        let lc = u8::try_from(self.length).unwrap_or_default();
        let bytes = self.page.bytes_mut();
        if let Some(before) = bytes.first_chunk_mut::<BEFORE>() {
            *before = [class, instruction, p1, p2, lc];
        }
        bytes
            .get(..BEFORE.saturating_add(self.length))
            .unwrap_or_default()
    }
}

/// The byte that stands for a typed character; `None` if no PIN of this kind has it.
fn fold(kind: PinKind, character: char) -> Option<u8> {
    let code = u32::from(character);
    let ascii = match code {
        // FULLWIDTH EXCLAMATION MARK to FULLWIDTH TILDE lie as ASCII does, FEE0 further.
        0xFF01..=0xFF5E => code.checked_sub(0xFEE0)?,
        _ => code,
    };
    let byte = u8::try_from(ascii).ok()?;
    match kind {
        PinKind::UserAuthentication => byte.is_ascii_digit().then_some(byte),
        PinKind::DigitalSignature => byte
            .is_ascii_alphanumeric()
            .then_some(byte.to_ascii_uppercase()),
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({:?})", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(kind: PinKind, typed: &str) -> Result<Vec<u8>, ImpossiblePin> {
        let pin = Pin::parse(LockedPage::new().unwrap(), kind, typed);
        pin.map(|mut pin| pin.as_data_of([0; 4])[BEFORE..].to_vec())
    }

    #[test]
    fn full_width_digits_are_digits() {
        assert_eq!(
            parse(PinKind::UserAuthentication, "１２３４").unwrap(),
            b"1234"
        );
        assert_eq!(
            parse(PinKind::UserAuthentication, "1２3４").unwrap(),
            b"1234"
        );
    }

    #[test]
    fn the_signature_password_is_upper_case() {
        assert_eq!(
            parse(PinKind::DigitalSignature, "ａｂc１２3Z").unwrap(),
            b"ABC123Z"
        );
    }

    #[test]
    fn a_pin_that_cannot_be_right_is_refused() {
        use ImpossiblePin::{WrongCharacter, WrongLength};
        use PinKind::{DigitalSignature, UserAuthentication};
        for (kind, typed, reason) in [
            (UserAuthentication, "", WrongLength),
            (UserAuthentication, "123", WrongLength),
            (UserAuthentication, "12345", WrongLength),
            (UserAuthentication, "12a4", WrongCharacter),
            (UserAuthentication, "12 4", WrongCharacter),
            (UserAuthentication, "१२३४", WrongCharacter),
            (DigitalSignature, "", WrongLength),
            (DigitalSignature, "ABC12", WrongLength),
            (DigitalSignature, "ABCDEFGH123456789", WrongLength),
            (DigitalSignature, "ABC-123", WrongCharacter),
            (DigitalSignature, "ÀBC123", WrongCharacter),
            (DigitalSignature, "ABC123\0", WrongCharacter),
        ] {
            assert_eq!(parse(kind, typed), Err(reason), "{typed}");
        }
    }

    #[test]
    fn of_all_characters_only_digits_and_letters_in_two_widths_are_taken() {
        let taken = |kind| {
            (0..=u32::from(char::MAX))
                .filter_map(char::from_u32)
                .filter(|character| fold(kind, *character).is_some())
                .count()
        };
        assert_eq!(taken(PinKind::UserAuthentication), 2 * 10);
        assert_eq!(taken(PinKind::DigitalSignature), 2 * (10 + 26 + 26));
    }

    #[test]
    fn debug_never_shows_the_pin() {
        let page = LockedPage::new().unwrap();
        let pin = Pin::parse(page, PinKind::UserAuthentication, "1234").unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(UserAuthentication)");
    }

    #[test]
    fn a_command_is_made_where_the_pin_lies() {
        let page = LockedPage::new().unwrap();
        let place = page.bytes().as_ptr();
        let mut pin = Pin::parse(page, PinKind::DigitalSignature, "ABC123").unwrap();
        for p2 in [0x9B, 0x80] {
            let command = pin.as_data_of([0x00, 0x20, 0x00, p2]);
            assert_eq!(
                command,
                [&[0x00, 0x20, 0x00, p2, 6], &b"ABC123"[..]].concat()
            );
            assert_eq!(command.as_ptr(), place);
        }
    }
}
