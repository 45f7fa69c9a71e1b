//! What may be done to somebody's card: a list of what is allowed, by a decoder of its own.

use std::fmt;

use super::story::{Act, ReaderAction, Story};

/// A command that costs no try, changes nothing and signs nothing, on any card.
#[derive(Clone, Copy)]
pub struct HarmlessCommand<'a>(&'a [u8]);

/// Why a story, or a command, is kept from somebody's card.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Danger {
    /// Not on the list.
    #[error("a command with the header {0} is not sent to a real card")]
    Command(String),
    /// The story itself does not claim to be harmless.
    #[error("the story is not marked harmless")]
    NotMarked,
    /// Something that only a person can do.
    #[error("the story takes the card out, for which nobody is there")]
    NeedsAHand,
}

impl<'a> HarmlessCommand<'a> {
    /// The command APDU.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> TryFrom<&'a [u8]> for HarmlessCommand<'a> {
    type Error = Danger;

    /// Class 00 only, and of it: SELECT, READ BINARY, READ RECORD and GET DATA without data, VERIFY without data.
    fn try_from(command: &'a [u8]) -> Result<Self, Danger> {
        let harmless = match command {
            // SELECT of the master file; SELECT with data as long as Lc says, with or without Le.
            [0x00, 0xA4, _, _] => true,
            [0x00, 0xA4, _, _, lc, rest @ ..] => {
                let lc = usize::from(*lc);
                (1..=16).contains(&lc) && (rest.len() == lc || rest.len() == lc.saturating_add(1))
            }
            // Le alone, short or extended.
            [0x00, 0xB0 | 0xB2 | 0xCA, _, _, _] => true,
            [0x00, 0xB0 | 0xB2 | 0xCA, _, _, 0x00, _, _] => true,
            // The question for the tries left, in both forms.
            [0x00, 0x20, 0x00, _] | [0x00, 0x20, 0x00, _, 0x00] => true,
            _ => false,
        };
        if harmless {
            Ok(Self(command))
        } else {
            let header = command.iter().take(4).map(|byte| format!("{byte:02X}"));
            Err(Danger::Command(header.collect::<Vec<_>>().join(" ")))
        }
    }
}

impl fmt::Debug for HarmlessCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HarmlessCommand({:02X?})", self.0)
    }
}

/// Looks at all of a story before any of it is played.
///
/// # Errors
/// The first [`Danger`] in it.
pub fn check_harmless(story: &Story) -> Result<(), Danger> {
    if !story.harmless {
        return Err(Danger::NotMarked);
    }
    for step in &story.steps {
        match &step.act {
            Act::Send { command, .. } => {
                HarmlessCommand::try_from(command.as_bytes())?;
            }
            Act::Reader(ReaderAction::Remove | ReaderAction::Insert) => {
                return Err(Danger::NeedsAHand);
            }
            Act::Reader(ReaderAction::WarmReset | ReaderAction::PowerCycle) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
