use std::fmt;

/// SW1-SW2 as the card sent it (ISO/IEC 7816-4). Meaning is asked of it, never stored in it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct StatusWord(u16);

impl StatusWord {
    /// 9000: done.
    pub const SUCCESS: Self = Self(0x9000);
    /// 6282: the file ended before Le bytes were read; the data is good.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// 6700: wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// 6982: a PIN must be verified first.
    pub const SECURITY_STATUS_NOT_SATISFIED: Self = Self(0x6982);
    /// 6A82: no such file or application.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// 6A86: P1-P2 not supported.
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    /// 6A87: Lc does not fit P1-P2.
    pub const LC_INCONSISTENT: Self = Self(0x6A87);
    /// 6B00: the offset is outside the file.
    pub const OUTSIDE_FILE: Self = Self(0x6B00);
    /// 6F00: no precise diagnosis.
    pub const NO_DIAGNOSIS: Self = Self(0x6F00);

    /// Whether the command was carried out (9000).
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::SUCCESS
    }

    /// The x of 63Cx: tries left after a wrong PIN, or in answer to a query.
    #[must_use]
    pub fn tries_left(self) -> Option<u8> {
        let [sw1, sw2] = self.0.to_be_bytes();
        (sw1 == 0x63 && sw2 & 0xF0 == 0xC0).then_some(sw2 & 0x0F)
    }

    /// Whether the reference data is blocked: 63C0, 6983 (ISO) or 6984 (JICSAP; what My Number cards
    /// answer). Source: reference dossier on the card, section 3.2; see `docs/card.md`.
    #[must_use]
    pub fn is_blocked(self) -> bool {
        matches!(self.0, 0x63C0 | 0x6983 | 0x6984)
    }

    /// Whether SELECT by name was refused as by a card without the application: 6Axx (wrong parameters,
    /// above all 6A82), 6Dxx (no such instruction) or 6Exx (no such class).
    #[must_use]
    pub fn refuses_selection(self) -> bool {
        let [sw1, _] = self.0.to_be_bytes();
        matches!(sw1, 0x6A | 0x6D | 0x6E)
    }

    /// The number of bytes that wait for GET RESPONSE (61xx; 00 stands for 256).
    #[must_use]
    pub fn bytes_waiting(self) -> Option<u16> {
        self.length_after(0x61)
    }

    /// The Le that the card would accept (6Cxx; 00 stands for 256).
    #[must_use]
    pub fn exact_length(self) -> Option<u16> {
        self.length_after(0x6C)
    }

    fn length_after(self, expected_sw1: u8) -> Option<u16> {
        let [sw1, sw2] = self.0.to_be_bytes();
        (sw1 == expected_sw1).then_some(if sw2 == 0 { 256 } else { u16::from(sw2) })
    }
}

impl From<u16> for StatusWord {
    fn from(raw: u16) -> Self {
        Self(raw)
    }
}

impl From<StatusWord> for u16 {
    fn from(status: StatusWord) -> Self {
        status.0
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_word_comes_back_as_it_went_in() {
        for raw in 0..=u16::MAX {
            assert_eq!(u16::from(StatusWord::from(raw)), raw);
        }
    }

    #[test]
    fn only_63cx_tells_tries_left() {
        for raw in 0..=u16::MAX {
            let expected = (0x63C0..=0x63CF)
                .contains(&raw)
                .then(|| u8::try_from(raw - 0x63C0).unwrap());
            assert_eq!(StatusWord::from(raw).tries_left(), expected);
        }
    }

    #[test]
    fn blocked_has_three_spellings_and_no_more() {
        let blocked: Vec<u16> = (0..=u16::MAX)
            .filter(|raw| StatusWord::from(*raw).is_blocked())
            .collect();
        assert_eq!(blocked, [0x63C0, 0x6983, 0x6984]);
    }

    #[test]
    fn a_zero_second_byte_stands_for_256() {
        assert_eq!(StatusWord::from(0x6100).bytes_waiting(), Some(256));
        assert_eq!(StatusWord::from(0x6110).bytes_waiting(), Some(16));
        assert_eq!(StatusWord::from(0x6C00).exact_length(), Some(256));
        assert_eq!(StatusWord::from(0x6CA0).exact_length(), Some(160));
        assert_eq!(StatusWord::SUCCESS.bytes_waiting(), None);
    }
}
