//! Status words: the card's only kind of error.

use std::fmt;

/// SW1-SW2 (ISO/IEC 7816-4, JICSAP v1.1). On the card the status word *is* the error type.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct StatusWord(u16);

impl StatusWord {
    /// 9000: done.
    pub const DONE: Self = Self(0x9000);
    /// 6581: memory failure.
    pub const MEMORY_FAILURE: Self = Self(0x6581);
    /// 66F1: the security environment is faulty; here: no key delivery is configured.
    pub const FAULTY_SECURITY_ENVIRONMENT: Self = Self(0x66F1);
    /// 6700: wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// 6881: logical channels are not supported.
    pub const NO_LOGICAL_CHANNELS: Self = Self(0x6881);
    /// 6882: secure messaging is not supported.
    pub const NO_SECURE_MESSAGING: Self = Self(0x6882);
    /// 6884: command chaining is not supported.
    pub const NO_COMMAND_CHAINING: Self = Self(0x6884);
    /// 6981: the command does not fit the kind of file.
    pub const WRONG_FILE_TYPE: Self = Self(0x6981);
    /// 6982: security status not satisfied.
    pub const NOT_VERIFIED: Self = Self(0x6982);
    /// 6983: authentication method blocked (ISO/IEC 7816-4); no real card was seen to say it.
    pub const METHOD_BLOCKED: Self = Self(0x6983);
    /// 6984: the reference data is blocked (JICSAP: referenced IEF locked).
    pub const BLOCKED: Self = Self(0x6984);
    /// 6985: conditions of use not satisfied.
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    /// 6986: command not allowed, no current EF.
    pub const NO_CURRENT_EF: Self = Self(0x6986);
    /// 69FC: secure messaging without a session.
    pub const NO_SECURE_SESSION: Self = Self(0x69FC);
    /// 6A80: the data field is wrong.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// 6A82: file or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// 6A83: record not found.
    pub const NO_SUCH_RECORD: Self = Self(0x6A83);
    /// 6A86: wrong P1-P2.
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    /// 6A88: referenced data not found.
    pub const NO_SUCH_DATA: Self = Self(0x6A88);
    /// 6B00: the offset is outside the EF.
    pub const OUTSIDE_EF: Self = Self(0x6B00);
    /// 6D00: unknown instruction.
    pub const UNKNOWN_INSTRUCTION: Self = Self(0x6D00);
    /// 6E00: class not supported.
    pub const WRONG_CLASS: Self = Self(0x6E00);
    /// 6F00: no precise diagnosis.
    pub const NO_DIAGNOSIS: Self = Self(0x6F00);

    /// 63Cx: not verified, `tries` (0..=15; more counts as 15) left.
    #[must_use]
    pub fn tries_left(tries: u8) -> Self {
        Self(0x63C0 | u16::from(tries.min(0x0F)))
    }

    /// 61xx: `waiting` bytes can be fetched with GET RESPONSE; 00 stands for 256 or more.
    pub(crate) fn waiting(waiting: usize) -> Self {
        Self(0x6100 | u16::from(u8::try_from(waiting).unwrap_or(0)))
    }

    /// 6Cxx: repeat with Le = `exact`; 00 stands for 256.
    pub(crate) fn exact_length(exact: usize) -> Self {
        Self(0x6C00 | u16::from(u8::try_from(exact).unwrap_or(0)))
    }
}

impl From<StatusWord> for u16 {
    fn from(status: StatusWord) -> Self {
        status.0
    }
}

impl From<[u8; 2]> for StatusWord {
    fn from(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}
