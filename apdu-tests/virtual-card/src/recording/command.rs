//! A command as a recording shows it: without the PIN it may bring.

use std::fmt;

use super::Hex;
use crate::secrecy::{
    self, CHANGE_KEY, CHANGE_REFERENCE_DATA, CHANGE_REFERENCE_DATA_BER, RESET_RETRY_COUNTER,
    RESET_RETRY_COUNTER_BER, UNLOCK_KEY, VERIFY, VERIFY_BER,
};

/// A command APDU of which a PIN, or what may be one, is only counted.
///
/// Of a command that may bring a PIN by its instruction byte, well-formed or not and of any class, the header and Lc are
/// shown where no character of a PIN can be among them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    shown: Vec<u8>,
    secret: usize,
}

impl Command {
    /// What may be shown of a command APDU.
    #[must_use]
    pub fn of(apdu: &[u8]) -> Self {
        let shown = secrecy::harmless(apdu);
        let (shown, secret) = apdu.split_at_checked(shown).unwrap_or((apdu, &[]));
        Self {
            shown: shown.to_vec(),
            secret: secret.len(),
        }
    }

    /// A command of which `shown` stands in a recording, and a number of bytes that do not. `None` if such a command
    /// would not be shown this way.
    pub(super) fn from_recording(shown: Vec<u8>, secret: usize) -> Option<Self> {
        // Any secret of this length serves that does not look like an Lc and its data.
        let filler = if secret == usize::from(b'0') + 1 {
            b'1'
        } else {
            b'0'
        };
        let mut apdu = shown.clone();
        apdu.resize(shown.len().saturating_add(secret), filler);
        (Self::of(&apdu)
            == Self {
                shown: shown.clone(),
                secret,
            })
        .then_some(Self { shown, secret })
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.shown).fmt(f)?;
        if self.secret > 0 {
            write!(f, " [{} secret bytes]", self.secret)?;
        }
        write!(f, "  # {}", Name(self))
    }
}

/// What people call a command.
struct Name<'a>(&'a Command);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self.0.shown {
            [_, 0xA4, 0x04, _, _, ref name @ ..] => {
                write!(f, "SELECT application {}", Compact(name))
            }
            [_, 0xA4, 0x02, _, 0x02, high, low, ..] => {
                write!(f, "SELECT EF {high:02X}{low:02X}")
            }
            [_, 0xA4, ..] => f.write_str("SELECT"),
            [_, 0xB0, p1, p2, ..] if p1 >= 0x80 => {
                write!(f, "READ BINARY EF {:02X} from {p2}", p1 & 0x1F)
            }
            [_, 0xB0, p1, p2, ..] => {
                write!(f, "READ BINARY from {}", u16::from_be_bytes([p1, p2]))
            }
            [_, 0xB2, ..] => f.write_str("READ RECORD"),
            [_, 0xC0, ..] => f.write_str("GET RESPONSE"),
            [_, 0xCA, ..] => f.write_str("GET DATA"),
            [_, 0x84, ..] => f.write_str("GET CHALLENGE"),
            [_, 0x88, ..] => f.write_str("INTERNAL AUTHENTICATE"),
            [_, VERIFY | VERIFY_BER, _, p2] | [_, VERIFY | VERIFY_BER, _, p2, 0x00]
                if self.0.secret == 0 =>
            {
                write!(f, "how many tries has {}?", Reference(p2))
            }
            [_, VERIFY | VERIFY_BER, ref rest @ ..] => with_reference(f, "VERIFY", rest),
            [
                _,
                CHANGE_REFERENCE_DATA | CHANGE_REFERENCE_DATA_BER,
                ref rest @ ..,
            ] => with_reference(f, "CHANGE REFERENCE DATA", rest),
            [
                _,
                RESET_RETRY_COUNTER | RESET_RETRY_COUNTER_BER,
                ref rest @ ..,
            ] => with_reference(f, "RESET RETRY COUNTER", rest),
            [_, CHANGE_KEY, ref rest @ ..] => with_reference(f, "CHANGE KEY", rest),
            [_, UNLOCK_KEY, ref rest @ ..] => with_reference(f, "UNLOCK KEY", rest),
            [_, 0x2A, 0x00..=0x05, p2, ..] => {
                write!(f, "COMPUTE DIGITAL SIGNATURE {}", Reference(p2))
            }
            [_, 0x2A, ..] => f.write_str("PERFORM SECURITY OPERATION"),
            [_, ins, ..] => write!(f, "instruction {ins:02X}"),
            _ => f.write_str("too short for a command"),
        }
    }
}

/// A name, and the EF where P2 is shown.
fn with_reference(f: &mut fmt::Formatter<'_>, name: &str, rest: &[u8]) -> fmt::Result {
    match *rest {
        [_, p2, ..] => write!(f, "{name} {}", Reference(p2)),
        _ => f.write_str(name),
    }
}

/// The EF that P2 names.
struct Reference(u8);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0x81..=0x9E => write!(f, "EF {:02X}", self.0 & 0x1F),
            _ => f.write_str("the current EF"),
        }
    }
}

struct Compact<'a>(&'a [u8]);

impl fmt::Display for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(apdu: &[u8]) -> String {
        let text = Command::of(apdu).to_string();
        text.split("  #").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_pin_is_only_counted_whatever_is_wrong_with_its_command() {
        let cases: [(&[u8], &str); 20] = [
            (
                b"\x00\x20\x00\x98\x041234",
                "00 20 00 98 04 [4 secret bytes]",
            ),
            (
                b"\x80\x20\x00\x98\x041234",
                "80 20 00 98 04 [4 secret bytes]",
            ),
            (
                b"\x00\x24\x01\x80\x041234",
                "00 24 01 80 04 [4 secret bytes]",
            ),
            (
                b"\x80\x32\x00\x80\x041234",
                "80 32 00 80 04 [4 secret bytes]",
            ),
            (
                b"\xFF\x32\x00\x80\x041234",
                "FF 32 00 80 04 [4 secret bytes]",
            ),
            (b"\x00\x20\x00\x98\x0412345", "00 20 00 98 [6 secret bytes]"),
            (b"\x00\x20\x00\x98\x0412", "00 20 00 98 [3 secret bytes]"),
            (b"\x00\x20\x00\x981234", "00 20 00 98 [4 secret bytes]"),
            (
                b"\x00\x20\x00\x98\x00\x00\x041234",
                "00 20 00 98 [7 secret bytes]",
            ),
            (b"\x00\x20\x041234", "00 20 [5 secret bytes]"),
            (b"\x00\x201234", "00 20 [4 secret bytes]"),
            (b"\x00\x201", "00 20 [1 secret bytes]"),
            (b"\x00\x20\x00\x98\x31", "00 20 00 98 [1 secret bytes]"),
            (b"\x00\x20\x00\x98\x00\x31", "00 20 00 98 [2 secret bytes]"),
            (
                b"\x00\x21\x00\x98\x041234",
                "00 21 00 98 04 [4 secret bytes]",
            ),
            (b"\x00\x25\x31\x32\x33\x34", "00 25 [4 secret bytes]"),
            (
                b"\x0C\x2C\x00\x98\x041234",
                "0C 2C 00 98 04 [4 secret bytes]",
            ),
            (
                b"\x00\x2D\x00\x98\x041234",
                "00 2D 00 98 04 [4 secret bytes]",
            ),
            (
                b"\x80\x54\x00\x98\x041234",
                "80 54 00 98 04 [4 secret bytes]",
            ),
            (
                b"\x00\x54\x00\x98\x041234",
                "00 54 00 98 04 [4 secret bytes]",
            ),
        ];
        for (apdu, expected) in cases {
            assert_eq!(shown(apdu), expected);
        }
    }

    #[test]
    fn what_brings_no_pin_is_shown_whole() {
        for apdu in [
            &b"\x00\x20\x00\x98"[..],
            b"\x00\x20\x00\x98\x00",
            b"\x00\xB0\x8A\x00\x00",
            b"\x80\x2A\x00\x80\x041234\x00",
            b"\x00",
        ] {
            assert_eq!(shown(apdu), Hex(apdu).to_string());
        }
    }

    #[test]
    fn names_are_those_of_the_standard() {
        let name = |apdu: &[u8]| Name(&Command::of(apdu)).to_string();
        assert_eq!(name(b"\x00\xA4\x02\x0C\x02\x00\x0A"), "SELECT EF 000A");
        assert_eq!(name(b"\x00\xB0\x8A\x10\x00"), "READ BINARY EF 0A from 16");
        assert_eq!(name(b"\x00\xB0\x01\x00\x00"), "READ BINARY from 256");
        assert_eq!(name(b"\x00\x20\x00\x98"), "how many tries has EF 18?");
        assert_eq!(name(b"\x00\x20\x00\x98\x00"), "how many tries has EF 18?");
        assert_eq!(name(b"\x80\x54\x00\x98\x041234"), "UNLOCK KEY EF 18");
        assert_eq!(
            name(b"\x80\x2A\x00\x80"),
            "COMPUTE DIGITAL SIGNATURE the current EF"
        );
    }

    #[test]
    fn a_verify_that_brings_something_is_no_question_however_long_its_length_is_written() {
        for apdu in [
            &b"\x00\x20\x00\x98\x00\x00\x041234"[..],
            b"\x00\x20\x00\x981234",
            b"\x00\x20\x00\x98\x0412",
        ] {
            assert_eq!(Name(&Command::of(apdu)).to_string(), "VERIFY EF 18");
        }
    }
}
