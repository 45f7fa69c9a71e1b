//! Bytes as a script: mostly commands that make sense, so that chance finds its way into a card.

use std::fmt;
use std::sync::LazyLock;

use super::MAX_STEPS;
use crate::scenario::{self, CommandBytes, ReaderAction, Story};

const POWER_CYCLE: u8 = 0xFF;
const WARM_RESET: u8 = 0xFE;
const POWER_OFF: u8 = 0xFD;
/// Then a length, and so many bytes: a command.
const RAW: u8 = 0xFC;
/// Then a line of the table, a position and a value: that command with one byte changed.
const CHANGED: u8 = 0xFB;

/// What happens to a card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Script {
    /// Which card, counted around.
    pub card: u8,
    /// One after the other.
    pub acts: Vec<Act>,
}

/// One step.
#[derive(Clone, Eq, PartialEq)]
pub enum Act {
    /// Sends this command.
    Send(Vec<u8>),
    /// Cuts power and gives it back.
    PowerCycle,
    /// Resets under power.
    WarmReset,
    /// Cuts power.
    PowerOff,
}

/// The commands that make sense, at most 251. Their order is the meaning of a corpus.
pub static TABLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let lines = include_str!("commands.txt").lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let command = CommandBytes::try_from(line.to_owned()).expect("a line of the table");
            command.as_bytes().to_vec()
        })
        .collect()
});

impl Script {
    /// Every sequence of bytes is a script; one that ends in the middle of a step ends before it.
    #[must_use]
    pub fn decode(input: &[u8]) -> Self {
        let (card, mut rest) = match input {
            [] => (0, input),
            [card, rest @ ..] => (*card, rest),
        };
        let mut acts = Vec::new();
        while acts.len() < MAX_STEPS {
            let Some((act, behind)) = decode_act(rest) else {
                break;
            };
            acts.push(act);
            rest = behind;
        }
        Self { card, acts }
    }

    /// Bytes that [`Script::decode`] reads as this script, up to its limits.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.card];
        for act in &self.acts {
            match act {
                Act::PowerCycle => bytes.push(POWER_CYCLE),
                Act::WarmReset => bytes.push(WARM_RESET),
                Act::PowerOff => bytes.push(POWER_OFF),
                Act::Send(command) => encode_command(&mut bytes, command),
            }
        }
        bytes
    }

    /// The scripts of stories, with the first card.
    #[must_use]
    pub fn of(story: &Story) -> Self {
        let act = |step: &scenario::Step| match &step.act {
            scenario::Act::Send { command, .. } => Act::Send(command.as_bytes().to_vec()),
            scenario::Act::Reader(ReaderAction::Remove) => Act::PowerOff,
            scenario::Act::Reader(ReaderAction::WarmReset) => Act::WarmReset,
            scenario::Act::Reader(ReaderAction::Insert | ReaderAction::PowerCycle) => {
                Act::PowerCycle
            }
        };
        Self {
            card: 0,
            acts: story.steps.iter().map(act).collect(),
        }
    }
}

fn decode_act(bytes: &[u8]) -> Option<(Act, &[u8])> {
    match bytes {
        [POWER_CYCLE, rest @ ..] => Some((Act::PowerCycle, rest)),
        [WARM_RESET, rest @ ..] => Some((Act::WarmReset, rest)),
        [POWER_OFF, rest @ ..] => Some((Act::PowerOff, rest)),
        [RAW, length, rest @ ..] => {
            let (command, rest) = rest.split_at_checked(usize::from(*length))?;
            Some((Act::Send(command.to_vec()), rest))
        }
        [CHANGED, line, position, value, rest @ ..] => {
            let mut command = line_of_the_table(*line)?;
            let position = usize::from(*position).checked_rem(command.len())?;
            *command.get_mut(position)? = *value;
            Some((Act::Send(command), rest))
        }
        [RAW | CHANGED, ..] | [] => None,
        [line, rest @ ..] => Some((Act::Send(line_of_the_table(*line)?), rest)),
    }
}

fn line_of_the_table(line: u8) -> Option<Vec<u8>> {
    let line = usize::from(line).checked_rem(TABLE.len())?;
    TABLE.get(line).cloned()
}

fn encode_command(bytes: &mut Vec<u8>, command: &[u8]) {
    let line = TABLE.iter().position(|known| known == command);
    match (line.map(u8::try_from), u8::try_from(command.len())) {
        (Some(Ok(line)), _) => bytes.push(line),
        (_, Ok(length)) => {
            bytes.extend([RAW, length]);
            bytes.extend(command);
        }
        // Longer than a raw command can be: the longest there is.
        (_, Err(_)) => {
            bytes.extend([RAW, u8::MAX]);
            bytes.extend(command.iter().take(usize::from(u8::MAX)));
        }
    }
}

/// The header, and the number of bytes after it.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerCycle => f.write_str("power cycle"),
            Self::WarmReset => f.write_str("warm reset"),
            Self::PowerOff => f.write_str("power off"),
            Self::Send(command) => {
                let (header, body) = command.split_at(command.len().min(4));
                for byte in header {
                    write!(f, "{byte:02X} ")?;
                }
                write!(f, "and {} bytes", body.len())
            }
        }
    }
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Act({self})")
    }
}
