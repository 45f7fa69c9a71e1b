//! A slot whose card can be changed from outside.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::{Action, PinStatus, SlotStatus};
use super::names;
use crate::card::VirtualCard;
use crate::issuance::MintError;
use crate::profile::{Profile, ProfileError, Seed};
use crate::reader::VirtualReader;
use crate::recording::Recorder;
use crate::state::{StateError, StateFile};

/// What a slot without a named profile holds.
const DEFAULT_PROFILE: &str = "default";

/// A reader, and what is needed to put cards into it.
#[derive(Debug)]
pub struct CardSlot {
    reader: VirtualReader,
    seed: Option<Seed>,
    state: Option<Arc<StateFile>>,
    bay: Mutex<Bay>,
}

/// What lies beside the reader.
#[derive(Debug)]
struct Bay {
    profile: String,
    /// The card that was taken out last.
    outside: Option<VirtualCard>,
    recorded: bool,
}

impl Bay {
    /// Passes if another card may come into slot `number`.
    fn check_unrecorded(&self, number: usize) -> Result<(), InsertError> {
        match self.recorded {
            true => Err(InsertError::Recorded(number)),
            false => Ok(()),
        }
    }
}

/// Why an action was refused. Each text ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// The profile is not there or not right.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The profile makes no card.
    #[error("the card could not be made")]
    Mint(#[from] MintError),
    /// A state is kept, and the card would be another one each time.
    #[error(
        "the profile names no seed, so no state would fit the card next time: give one, or --seed TEXT"
    )]
    NoSeed,
    /// The state in the file is not this card's, or cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The slot is recorded, and a recording is of one card.
    #[error(
        "slot {0} is recorded, and a recording is of one card: end the program and record the other card by itself"
    )]
    Recorded(usize),
    /// There is a card already.
    #[error("slot {0} holds a card: remove it first, or swap it")]
    Occupied(usize),
    /// There is no card.
    #[error("slot {0} is empty: insert a card first")]
    Empty(usize),
}

impl CardSlot {
    /// A slot whose card is made by the profile of this name or file, or by the default one, and inserted unless the
    /// profile keeps it out. `seed` goes before the profile's own, for this card and all that come after it.
    ///
    /// # Errors
    /// [`InsertError::Profile`], [`InsertError::Mint`].
    pub fn new(
        reader: VirtualReader,
        profile: Option<&str>,
        seed: Option<Seed>,
    ) -> Result<Self, InsertError> {
        Self::make_up(reader, profile, seed, None)
    }

    /// The same with a card whose counters and PINs are taken from a file and kept in it. No other card can be inserted.
    ///
    /// # Errors
    /// As [`CardSlot::new`], and [`InsertError::NoSeed`], [`InsertError::State`].
    pub fn with_state(
        reader: VirtualReader,
        profile: Option<&str>,
        seed: Option<Seed>,
        state: StateFile,
    ) -> Result<Self, InsertError> {
        Self::make_up(reader, profile, seed, Some(state))
    }

    fn make_up(
        reader: VirtualReader,
        profile: Option<&str>,
        seed: Option<Seed>,
        state: Option<StateFile>,
    ) -> Result<Self, InsertError> {
        let slot = Self {
            reader,
            seed,
            state: state.map(Arc::new),
            bay: Mutex::new(Bay {
                profile: profile.unwrap_or(DEFAULT_PROFILE).to_owned(),
                outside: None,
                recorded: false,
            }),
        };
        let (card, inserted) = slot.make(profile)?;
        if inserted {
            slot.put_in(card)?;
        } else {
            slot.lock().outside = Some(card);
        }
        Ok(slot)
    }

    /// The reader.
    #[must_use]
    pub fn reader(&self) -> &VirtualReader {
        &self.reader
    }

    /// The profile of the card that is in it or was in it last.
    #[must_use]
    pub fn profile(&self) -> String {
        self.lock().profile.clone()
    }

    /// Records the slot's card into `out`; `failed` is told what writing failed with. No other card can be inserted from
    /// now on.
    pub fn record(
        &self,
        out: impl Write + Send + 'static,
        mut failed: impl FnMut(io::Error) + Send + 'static,
    ) {
        let mut bay = self.lock();
        bay.recorded = true;
        let mut recorder = Recorder::new(out, &bay.profile);
        self.reader.watch(move |event| {
            if let Err(error) = recorder.record(event) {
                failed(error);
            }
        });
    }

    /// Carries out `action`; `number` is this slot's.
    ///
    /// # Errors
    /// [`InsertError`]; then nothing has changed.
    pub(super) fn act(&self, number: usize, action: &Action) -> Result<(), InsertError> {
        match action {
            Action::Status => {}
            Action::Insert { profile } => self.insert(number, profile.as_deref())?,
            Action::Remove => self.remove(number)?,
            Action::Swap { profile } => {
                let (card, _) = self.make(Some(profile))?;
                let mut bay = self.lock();
                bay.check_unrecorded(number)?;
                self.put_in(card)?;
                profile.clone_into(&mut bay.profile);
                bay.outside = None;
            }
            Action::Arm(fault) => self.reader.arm(*fault),
            Action::Heal => self.reader.heal(),
        }
        Ok(())
    }

    fn insert(&self, number: usize, profile: Option<&str>) -> Result<(), InsertError> {
        let made = profile
            .map(|profile| self.make(Some(profile)))
            .transpose()?;
        let mut bay = self.lock();
        if self.reader.insertion().is_some() {
            return Err(InsertError::Occupied(number));
        }
        if made.is_some() {
            bay.check_unrecorded(number)?;
        }
        if let Some(torn) = self.reader.remove() {
            bay.outside = Some(torn);
        }
        match made {
            Some((card, _)) => self.put_in(card)?,
            None => {
                let card = bay.outside.as_mut().ok_or(InsertError::Empty(number))?;
                // A state that cannot be restored leaves the card outside.
                self.restore(card)?;
                self.put_in(bay.outside.take().ok_or(InsertError::Empty(number))?)?;
            }
        }
        bay.outside = None;
        if let Some(profile) = profile {
            profile.clone_into(&mut bay.profile);
        }
        Ok(())
    }

    fn remove(&self, number: usize) -> Result<(), InsertError> {
        let mut bay = self.lock();
        let was_in = self.reader.insertion().is_some();
        if let Some(card) = self.reader.remove() {
            bay.outside = Some(card);
        }
        was_in.then_some(()).ok_or(InsertError::Empty(number))
    }

    /// The card of a profile, with the state that is kept of it, and whether it belongs into the reader at the start.
    fn make(&self, profile: Option<&str>) -> Result<(VirtualCard, bool), InsertError> {
        let mut profile = profile.map(Profile::load).transpose()?.unwrap_or_default();
        if let Some(seed) = &self.seed {
            profile.seed = Some(seed.clone());
        }
        if self.state.is_some() && profile.seed.is_none() {
            return Err(InsertError::NoSeed);
        }
        let mut card = VirtualCard::mint(&profile)?;
        self.restore(&mut card)?;
        Ok((card, profile.inserted))
    }

    fn restore(&self, card: &mut VirtualCard) -> Result<(), StateError> {
        match &self.state {
            Some(state) => state.restore(card),
            None => Ok(()),
        }
    }

    fn put_in(&self, card: VirtualCard) -> Result<(), StateError> {
        match &self.state {
            Some(state) => self.reader.insert_kept(card, Arc::clone(state)),
            None => {
                self.reader.insert(card);
                Ok(())
            }
        }
    }

    /// How it is now.
    pub(super) fn status(&self, number: usize) -> SlotStatus {
        let bay = self.lock();
        let mut status = SlotStatus {
            slot: number,
            profile: bay.profile.clone(),
            inserted: false,
            powered: false,
            selected_application: None,
            pins: Vec::new(),
            faults: self.reader.faults(),
            apdus: self.reader.apdus(),
        };
        self.reader.inspect(|card| {
            status.inserted = true;
            status.powered = card.is_powered();
            status.selected_application = Some(hexadecimal(card.selected_application()));
            status.pins = card
                .pins()
                .map(|pin| {
                    let application = hexadecimal(pin.application);
                    let file = format!("{:04X}", pin.file);
                    PinStatus {
                        name: names::pin(&application, &file).map(str::to_owned),
                        application,
                        file,
                        tries_left: pin.tries_left,
                        verified: pin.verified,
                    }
                })
                .collect();
        });
        status
    }

    fn lock(&self) -> MutexGuard<'_, Bay> {
        self.bay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
