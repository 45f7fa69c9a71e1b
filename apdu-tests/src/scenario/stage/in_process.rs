//! The card in this process.

use jpki_virtual_card::{Profile, VirtualCard, VirtualReader};

use super::{Stage, StageError};
use crate::scenario::story::ReaderAction;

/// A reader in this process: nothing between the story and the card.
#[derive(Debug)]
pub struct InProcess {
    reader: VirtualReader,
    taken_out: Option<VirtualCard>,
}

impl InProcess {
    /// A new reader.
    #[must_use]
    pub fn new() -> Self {
        Self::of(VirtualReader::new("in process"))
    }

    /// A reader that somebody else has, too.
    pub(super) fn of(reader: VirtualReader) -> Self {
        Self {
            reader,
            taken_out: None,
        }
    }

    /// The reader.
    pub(super) fn reader(&self) -> VirtualReader {
        self.reader.clone()
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage for InProcess {
    fn begin(&mut self, profile: &Profile) -> Result<(), StageError> {
        self.reader.insert(VirtualCard::mint(profile)?);
        self.taken_out = None;
        Ok(())
    }

    fn send(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, StageError> {
        Ok(self.reader.transmit(command))
    }

    fn act(&mut self, action: ReaderAction) -> Result<(), StageError> {
        match action {
            ReaderAction::Remove => self.taken_out = self.reader.remove(),
            ReaderAction::Insert => {
                let card = self.taken_out.take();
                self.reader.insert(card.ok_or(StageError::NothingTakenOut)?);
            }
            ReaderAction::WarmReset => self.reader.reset(),
            ReaderAction::PowerCycle => self.reader.power_on(),
        }
        Ok(())
    }
}
