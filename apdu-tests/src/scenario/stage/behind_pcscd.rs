//! The card behind pcscd, in vpcd's first slot.

use jpki_virtual_card::{Profile, VirtualReader};
use pcsc::Disposition;

use super::in_process::InProcess;
use super::pcsc::Line;
use super::{Stage, StageError};
use crate::pcscd::{PluggedIn, Slot};
use crate::scenario::story::ReaderAction;

/// The card in pcscd's virtual reader. What a hand does, it does to the card itself; all else goes through pcscd.
#[derive(Debug)]
pub struct BehindPcscd {
    line: Option<Line>,
    hand: InProcess,
    plugged: Option<PluggedIn>,
}

impl BehindPcscd {
    /// Waits for its turn with pcscd as soon as there is a card, and keeps it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            line: None,
            hand: InProcess::of(VirtualReader::new("vpcd")),
            plugged: None,
        }
    }

    fn connected(&mut self) -> Result<&mut Line, StageError> {
        match &mut self.line {
            Some(line) => Ok(line),
            none => Ok(none.insert(Line::to(Some(Slot::First.name()))?)),
        }
    }
}

impl Default for BehindPcscd {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage for BehindPcscd {
    fn begin(&mut self, profile: &Profile) -> Result<(), StageError> {
        let reader = self.hand.reader();
        self.line = None;
        if reader.remove().is_some() {
            Slot::First.await_card(false);
        }
        self.hand.begin(profile)?;
        self.plugged.get_or_insert_with(|| PluggedIn::of(reader));
        Slot::First.await_card(true);
        self.connected()?.power_up()
    }

    fn send(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, StageError> {
        self.connected()?.transmit(command)
    }

    fn act(&mut self, action: ReaderAction) -> Result<(), StageError> {
        match action {
            ReaderAction::Remove => {
                self.hand.act(action)?;
                Slot::First.await_card(false);
                Ok(())
            }
            ReaderAction::Insert => {
                self.hand.act(action)?;
                Slot::First.await_card(true);
                self.connected()?.power_up()
            }
            ReaderAction::WarmReset => self.connected()?.restart(Disposition::ResetCard),
            ReaderAction::PowerCycle => self.connected()?.restart(Disposition::UnpowerCard),
        }
    }
}
