//! What of a card outlives power: its PINs and their counters.

use crate::card::VirtualCard;
use crate::file::FileId;
use crate::file_system::FileSystem;
use crate::pin::PinMemory;

/// Every PIN of a card, in the card's order. No `Debug`: it holds them.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Memory {
    pub(super) pins: Vec<Remembered>,
}

/// One PIN, and where it lies.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Remembered {
    pub(super) application: Vec<u8>,
    pub(super) file: u16,
    pub(super) pin: PinMemory,
}

impl Memory {
    pub(crate) fn of(files: &FileSystem) -> Self {
        let pins = files.pins().map(|(application, file, pin)| Remembered {
            application: application.to_vec(),
            file: file.into(),
            pin: pin.memory(),
        });
        Self {
            pins: pins.collect(),
        }
    }

    pub(crate) fn write_to(&self, files: &mut FileSystem) {
        for Remembered {
            application,
            file,
            pin,
        } in &self.pins
        {
            if let Some(there) = files.pin_mut_of(application, FileId::from(file.to_be_bytes())) {
                there.set_memory(pin);
            }
        }
    }

    /// Whether these are the PINs of `card`, no more and no less, with counters that they can have.
    pub(super) fn fits(&self, card: &VirtualCard) -> bool {
        let pins = card.pins();
        let mut own = self.pins.iter();
        let same = pins.zip(own.by_ref()).all(|(there, kept)| {
            there.application == kept.application
                && there.file == kept.file
                && kept.pin.tries_left <= there.max_tries
        });
        same && own.next().is_none() && card.pins().count() == self.pins.len()
    }
}
