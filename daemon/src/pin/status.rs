use std::fmt;

use crate::apdu::StatusWord;

/// The two PINs of the JPKI applet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PinKind {
    /// 利用者証明用: 4 digits, 3 tries; number ② on the slip that a person got with the card.
    UserAuthentication,
    /// 署名用: 6 to 16 letters and digits, 5 tries; number ① on the slip.
    DigitalSignature,
}

impl PinKind {
    /// Tries after a right PIN, which sets the card's counter back: 3 or 5.
    #[must_use]
    pub fn tries_when_full(self) -> TriesLeft {
        match self {
            Self::UserAuthentication => TriesLeft(3),
            Self::DigitalSignature => TriesLeft(5),
        }
    }
}

/// Tries that a PIN has left before it is blocked: 1 to 15.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TriesLeft(u8);

impl TriesLeft {
    /// The last try: a wrong PIN now blocks it.
    pub const LAST: Self = Self(1);

    /// `None` for 0 (that is [`PinStatus::Blocked`]) and above 15.
    #[must_use]
    pub fn new(tries: u8) -> Option<Self> {
        (1..=15).contains(&tries).then_some(Self(tries))
    }

    /// Whether a wrong PIN would block it.
    #[must_use]
    pub fn is_last(self) -> bool {
        self == Self::LAST
    }
}

impl From<TriesLeft> for u8 {
    fn from(tries: TriesLeft) -> Self {
        tries.0
    }
}

impl fmt::Display for TriesLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the card answers when asked about a PIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PinStatus {
    /// The PIN is verified in this session, by whomever; the counter is not told.
    Verified,
    /// The PIN may be tried.
    Unverified(TriesLeft),
    /// The PIN cannot be used until it is reset at a municipal counter.
    Blocked,
}

impl PinStatus {
    /// Decodes the answer to an empty VERIFY; `None` for a status word that says nothing of a PIN.
    #[must_use]
    pub fn decode(status: StatusWord) -> Option<Self> {
        if status.is_success() {
            Some(Self::Verified)
        } else if status.is_blocked() {
            Some(Self::Blocked)
        } else {
            status
                .tries_left()
                .and_then(TriesLeft::new)
                .map(Self::Unverified)
        }
    }

    /// The tries left: 0 when blocked, `None` when the card does not tell.
    #[must_use]
    pub fn tries_left(self) -> Option<u8> {
        match self {
            Self::Verified => None,
            Self::Unverified(tries) => Some(tries.into()),
            Self::Blocked => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_word_has_one_meaning_for_a_pin() {
        for raw in 0..=u16::MAX {
            let expected = match raw {
                0x9000 => Some(PinStatus::Verified),
                0x63C0 | 0x6983 | 0x6984 => Some(PinStatus::Blocked),
                0x63C1..=0x63CF => {
                    TriesLeft::new(u8::try_from(raw - 0x63C0).unwrap()).map(PinStatus::Unverified)
                }
                _ => None,
            };
            assert_eq!(
                PinStatus::decode(StatusWord::from(raw)),
                expected,
                "{raw:04X}"
            );
        }
    }
}
