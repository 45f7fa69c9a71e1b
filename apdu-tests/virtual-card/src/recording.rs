//! Exchanges with a card as readable text, to look at and to play again.
//!
//! ```text
//! jpki-virtual-card recording 1
//! profile adult
//! atr 3B E0 00 FF 81 31 FE 45 14
//!
//! power on
//! > 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  # SELECT application D392F000260100000001
//! < 90 00
//! > 00 20 00 98 04 [4 secret bytes]  # VERIFY EF 18
//! < 90 00
//! ```
//!
//! PINs are never in it, see [`Command`]; everything else that the card says is: certificates with name and address,
//! My Number, images. `docs/virtual-card.md` lists what that means for a recording of somebody's card.

mod command;
mod parse;
mod recorder;
mod replay;

use std::fmt;

pub use command::Command;
pub use parse::{MAX_LENGTH, ParseError};
pub use recorder::Recorder;
pub use replay::{Mismatch, Replay, Stop};

/// The first line of every recording.
const HEADER: &str = "jpki-virtual-card recording 1";
/// Instead of an answer that never came.
const NOTHING: &str = "nothing";

/// A recording: one card, from its insertion on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recording {
    profile: String,
    atr: Vec<u8>,
    steps: Vec<Step>,
}

/// A command, what went before it, and its answer.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Step {
    /// Where the command stands, from 1.
    line: usize,
    start: Option<Start>,
    command: Command,
    /// `None` where none came.
    answer: Option<Vec<u8>>,
}

/// What makes a card begin anew; the stronger one counts where both happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Start {
    /// A warm reset.
    Reset,
    /// A cold one.
    PowerOn,
}

impl Start {
    const ALL: [Self; 2] = [Self::Reset, Self::PowerOn];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::PowerOn => "power on",
        }
    }
}

impl Recording {
    /// Parses a recording, strictly.
    ///
    /// # Errors
    /// [`ParseError`] with the line and the reason.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::recording(text)
    }

    /// The profile that it was made with.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The card's answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.atr
    }

    /// The number of commands.
    #[must_use]
    pub fn commands(&self) -> usize {
        self.steps.len()
    }
}

/// Bytes as pairs of digits with a blank between.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            let blank = if position == 0 { "" } else { " " };
            write!(f, "{blank}{byte:02X}")?;
        }
        Ok(())
    }
}
