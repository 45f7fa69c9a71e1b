//! A reader in this process: a card can be inserted, removed and torn out while others use it, and [`Fault`]s be armed.

mod event;
mod fault;
mod slot;
mod trace;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::card::VirtualCard;
use crate::state::{StateError, StateFile};
pub use event::Event;
pub use fault::{Fault, LengthChange};
use slot::Slot;
pub use trace::TraceStep;

/// A reader with one slot. Clones are the same reader.
#[derive(Clone)]
pub struct VirtualReader {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    slot: Mutex<Slot>,
    /// Something was inserted, removed or healed.
    changed: Condvar,
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Silence {
    /// The reader is empty, or holds another card than the one that was meant.
    #[error("there is no card in the reader")]
    NoCard,
    /// [`Fault::Mute`]: the card carried out the command and said nothing.
    #[error("the card does not answer")]
    Mute,
}

impl VirtualReader {
    /// An empty reader.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            shared: Arc::new(Shared {
                name: name.into(),
                slot: Mutex::default(),
                changed: Condvar::new(),
            }),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Puts a card in and gives it power. A card that is there already is taken out and dropped.
    pub fn insert(&self, card: VirtualCard) {
        self.lock().insert(card, None);
        self.shared.changed.notify_all();
    }

    /// The same with a card whose state is kept in a file, and is taken from it first.
    ///
    /// # Errors
    /// [`StateError`]; then nothing has changed.
    pub fn insert_kept(
        &self,
        mut card: VirtualCard,
        state: Arc<StateFile>,
    ) -> Result<(), StateError> {
        let mut slot = self.lock();
        state.restore(&mut card)?;
        slot.insert(card, Some(state));
        drop(slot);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Takes the card out, without power; or hands over the one that [`Fault::Tear`] removed.
    pub fn remove(&self) -> Option<VirtualCard> {
        let (card, changed) = self.lock().remove();
        if changed {
            self.shared.changed.notify_all();
        }
        card
    }

    /// A number that is another one after each insertion; `None` while the reader is empty.
    #[must_use]
    pub fn insertion(&self) -> Option<u32> {
        self.lock().insertion()
    }

    /// The number of insertions and removals so far.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.lock().generation
    }

    /// Waits until [`VirtualReader::generation`] is no longer `seen`, at most `timeout`, and returns it.
    #[must_use]
    pub fn wait_for_change(&self, seen: u32, timeout: Duration) -> u32 {
        self.wait_while(self.lock(), timeout, |slot| slot.generation == seen)
            .generation
    }

    /// The card's answer to reset; `None` without a card.
    #[must_use]
    pub fn atr(&self) -> Option<Vec<u8>> {
        self.inspect(|card| card.atr().to_vec())
    }

    /// Sends a command APDU; `None` if no answer came. A card without power gets it first, as pcscd does it.
    #[must_use]
    pub fn transmit(&self, command: &[u8]) -> Option<Vec<u8>> {
        self.exchange(self.insertion()?, command).ok()
    }

    /// Sends a command APDU to the card of this [`VirtualReader::insertion`], and to no other.
    ///
    /// # Errors
    /// [`Silence`] if no answer came.
    pub fn exchange(&self, insertion: u32, command: &[u8]) -> Result<Vec<u8>, Silence> {
        let mut slot = self.lock();
        if let Some(delay) = slot.faults.delay() {
            // Without the lock: a removal and an order to heal end the delay.
            slot = self.wait_while(slot, delay, |slot| {
                slot.insertion() == Some(insertion) && slot.faults.delay().is_some()
            });
        }
        if slot.insertion() != Some(insertion) {
            return Err(Silence::NoCard);
        }
        let answer = slot.exchange(command);
        let torn = slot.insertion().is_none();
        drop(slot);
        if torn {
            self.shared.changed.notify_all();
        }
        answer
    }

    /// Gives the card power, from nothing: a cold reset.
    pub fn power_on(&self) {
        self.lock().power_on();
    }

    /// Cuts the card's power; the next APDU gives it back.
    pub fn power_off(&self) {
        self.lock().power_off();
    }

    /// Warm reset.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// Looks at the card; `None` without one.
    pub fn inspect<T>(&self, look: impl FnOnce(&VirtualCard) -> T) -> Option<T> {
        self.lock().card.as_ref().map(look)
    }

    /// The APDUs since [`VirtualReader::clear_trace`], at most the last 4096.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceStep> {
        self.lock().trace.iter().copied().collect()
    }

    /// Forgets the trace.
    pub fn clear_trace(&self) {
        self.lock().trace.clear();
    }

    /// The APDUs that reached a card in this reader, ever.
    #[must_use]
    pub fn apdus(&self) -> u64 {
        self.lock().apdus
    }

    /// Arms a fault.
    pub fn arm(&self, fault: Fault) {
        self.lock().faults.arm(fault);
    }

    /// The faults that are armed, counted from the next APDU.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.lock().faults.list()
    }

    /// Ends all faults, and the silence of a card that was mute.
    pub fn heal(&self) {
        self.lock().heal();
        self.shared.changed.notify_all();
    }

    /// Tears the card out before the `nth` APDU from now: 1 is the next one, 0 takes the order back.
    ///
    /// The card waits for [`VirtualReader::remove`]. The same as arming [`Fault::Tear`].
    pub fn tear_at(&self, nth: u32) {
        match NonZeroU32::new(nth) {
            Some(nth) => self.arm(Fault::Tear { nth }),
            None => self.lock().faults.disarm_tear(),
        }
    }

    /// Tells `watcher` what happens from now on, and at once of a card that is in. The last one to ask is told.
    ///
    /// It is told under the reader's lock, so that it hears everything in order; it must not ask the reader.
    pub fn watch(&self, watcher: impl FnMut(Event<'_>) + Send + 'static) {
        self.lock().watch(Box::new(watcher));
    }

    /// The number of orders to heal so far.
    pub(crate) fn healed(&self) -> u32 {
        self.lock().healed
    }

    /// Waits for an order to heal after the `healed`th, or for the end of this insertion, at most `timeout`; whether
    /// one came.
    pub(crate) fn wait_for_relief(&self, insertion: u32, healed: u32, timeout: Duration) -> bool {
        let suffers = |slot: &Slot| slot.insertion() == Some(insertion) && slot.healed == healed;
        let slot = self.wait_while(self.lock(), timeout, suffers);
        !suffers(&slot)
    }

    fn wait_while<'slot>(
        &self,
        slot: MutexGuard<'slot, Slot>,
        timeout: Duration,
        condition: impl Fn(&Slot) -> bool,
    ) -> MutexGuard<'slot, Slot> {
        let waited = self
            .shared
            .changed
            .wait_timeout_while(slot, timeout, |slot| condition(slot));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// A panic of one user is none of the others' business: a card is whole between two APDUs.
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.shared
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for VirtualReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualReader")
            .field("name", &self.name())
            .field("insertion", &self.insertion())
            .finish_non_exhaustive()
    }
}
