//! Somebody's card in a real reader.

use jpki_virtual_card::Profile;
use pcsc::Disposition;

use super::pcsc::Line;
use super::{Stage, StageError};
use crate::scenario::harmless::{Danger, HarmlessCommand};
use crate::scenario::story::ReaderAction;

/// The first command after power-up was seen answered 6F00: SELECT of the master file, which does nothing, takes it.
const THROWN_AWAY: &[u8] = &[0x00, 0xA4, 0x00, 0x00];

/// A reader and the card that lies in it, which no program shares meanwhile.
///
/// Whatever a story says of itself, only a [`HarmlessCommand`] gets through.
#[derive(Debug)]
pub struct RealCard {
    line: Line,
}

impl RealCard {
    /// The card in the reader of this name; without one in the first reader that holds a card.
    ///
    /// # Errors
    /// [`StageError::NoReader`] or [`StageError::Service`].
    pub fn in_reader(name: Option<&str>) -> Result<Self, StageError> {
        let line = Line::to(name)?;
        Ok(Self { line })
    }

    /// The reader's name.
    #[must_use]
    pub fn reader(&self) -> String {
        self.line.reader()
    }

    fn transmit(&mut self, command: HarmlessCommand<'_>) -> Result<Option<Vec<u8>>, StageError> {
        self.line.transmit(command.as_bytes())
    }

    fn throw_away_the_first_command(&mut self) -> Result<(), StageError> {
        self.transmit(HarmlessCommand::try_from(THROWN_AWAY)?)?;
        Ok(())
    }
}

impl Stage for RealCard {
    /// The card is whatever it is.
    fn begin(&mut self, _: &Profile) -> Result<(), StageError> {
        self.line.power_up()?;
        self.throw_away_the_first_command()
    }

    fn send(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, StageError> {
        self.transmit(HarmlessCommand::try_from(command)?)
    }

    fn act(&mut self, action: ReaderAction) -> Result<(), StageError> {
        match action {
            ReaderAction::WarmReset => self.line.restart(Disposition::ResetCard),
            ReaderAction::PowerCycle => {
                self.line.restart(Disposition::UnpowerCard)?;
                self.throw_away_the_first_command()
            }
            ReaderAction::Remove | ReaderAction::Insert => Err(Danger::NeedsAHand.into()),
        }
    }
}
