//! A reader in this process: a card can be inserted, removed and torn out while others use it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::card::VirtualCard;
use crate::status_word::StatusWord;

/// How many steps a trace holds; the oldest go first.
const MAX_TRACE: usize = 4096;

/// A reader with one slot. Clones are the same reader.
#[derive(Clone)]
pub struct VirtualReader {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    card: Option<VirtualCard>,
    /// A card that [`VirtualReader::tear_at`] removed, until somebody takes it.
    torn: Option<VirtualCard>,
    /// Counts insertions and removals.
    generation: u32,
    /// APDUs until the card is torn out: with 1, the next one meets no card.
    tear_in: Option<u32>,
    trace: VecDeque<TraceStep>,
}

/// One APDU as the reader saw it: never its data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TraceStep {
    /// CLA, INS, P1, P2; zeros for bytes that a malformed command lacks.
    pub header: [u8; 4],
    /// Nc: the length of the data field. For a malformed command all bytes after the header.
    pub lc: usize,
    /// The length of the answer's data.
    pub answered: usize,
    /// SW1-SW2; `None` for a card that said nothing.
    pub status: Option<StatusWord>,
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
    pub fn insert(&self, mut card: VirtualCard) {
        card.power_on();
        let mut slot = self.lock();
        slot.card = Some(card);
        slot.torn = None;
        slot.tear_in = None;
        self.change(slot);
    }

    /// Takes the card out, without power; or hands over the one that [`VirtualReader::tear_at`] removed.
    pub fn remove(&self) -> Option<VirtualCard> {
        let mut slot = self.lock();
        let Some(mut card) = slot.card.take() else {
            return slot.torn.take();
        };
        card.power_off();
        slot.tear_in = None;
        self.change(slot);
        Some(card)
    }

    /// A number that is another one after each insertion; `None` while the reader is empty.
    #[must_use]
    pub fn insertion(&self) -> Option<u32> {
        let slot = self.lock();
        slot.card.is_some().then_some(slot.generation)
    }

    /// The number of insertions and removals so far.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.lock().generation
    }

    /// Waits until [`VirtualReader::generation`] is no longer `seen`, at most `timeout`, and returns it.
    #[must_use]
    pub fn wait_for_change(&self, seen: u32, timeout: Duration) -> u32 {
        let unchanged = |slot: &mut Slot| slot.generation == seen;
        let waited = self
            .shared
            .changed
            .wait_timeout_while(self.lock(), timeout, unchanged);
        waited.unwrap_or_else(PoisonError::into_inner).0.generation
    }

    /// The card's answer to reset; `None` without a card.
    #[must_use]
    pub fn atr(&self) -> Option<Vec<u8>> {
        self.inspect(|card| card.atr().to_vec())
    }

    /// Sends a command APDU; `None` without a card. A card without power gets it first, as pcscd does it.
    #[must_use]
    pub fn transmit(&self, command: &[u8]) -> Option<Vec<u8>> {
        let mut slot = self.lock();
        if slot.tear_now() {
            self.change(slot);
            return None;
        }
        let card = slot.card.as_mut()?;
        if !card.is_powered() {
            card.power_on();
        }
        let answer = card.transmit(command);
        slot.record(TraceStep::of(command, &answer));
        Some(answer)
    }

    /// Gives the card power, from nothing: a cold reset.
    pub fn power_on(&self) {
        self.with_card(VirtualCard::power_on);
    }

    /// Cuts the card's power; the next APDU gives it back.
    pub fn power_off(&self) {
        self.with_card(VirtualCard::power_off);
    }

    /// Warm reset.
    pub fn reset(&self) {
        self.with_card(VirtualCard::reset);
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

    /// Tears the card out before the `nth` APDU from now: 1 is the next one, 0 takes the order back.
    ///
    /// The card waits for [`VirtualReader::remove`]. Inserting and removing end the order.
    pub fn tear_at(&self, nth: u32) {
        self.lock().tear_in = (nth > 0).then_some(nth);
    }

    fn with_card(&self, act: impl FnOnce(&mut VirtualCard)) {
        if let Some(card) = &mut self.lock().card {
            act(card);
        }
    }

    /// A panic of one user is none of the others' business: a card is whole between two APDUs.
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.shared
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, mut slot: MutexGuard<'_, Slot>) {
        slot.generation = slot.generation.wrapping_add(1);
        drop(slot);
        self.shared.changed.notify_all();
    }
}

impl Slot {
    /// Counts one APDU, and takes the card out if it was the one ordered.
    fn tear_now(&mut self) -> bool {
        let Some(left) = self.tear_in.and_then(|left| left.checked_sub(1)) else {
            return false;
        };
        self.tear_in = (left > 0).then_some(left);
        if left > 0 {
            return false;
        }
        self.torn = self.card.take();
        if let Some(card) = &mut self.torn {
            card.power_off();
        }
        self.torn.is_some()
    }

    fn record(&mut self, step: TraceStep) {
        if self.trace.len() >= MAX_TRACE {
            self.trace.pop_front();
        }
        self.trace.push_back(step);
    }
}

impl TraceStep {
    /// The step in which `answer` followed on `command`.
    pub(crate) fn of(command: &[u8], answer: &[u8]) -> Self {
        let mut header = [0; 4];
        for (byte, sent) in header.iter_mut().zip(command) {
            *byte = *sent;
        }
        let lc = crate::apdu::CommandApdu::try_from(command).map_or_else(
            |_| command.len().saturating_sub(header.len()),
            |apdu| apdu.data.len(),
        );
        let (answered, status) = match answer.split_last_chunk() {
            Some((data, status)) => (data.len(), Some(StatusWord::from(*status))),
            None => (0, None),
        };
        Self {
            header,
            lc,
            answered,
            status,
        }
    }
}

impl fmt::Display for TraceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        write!(
            f,
            "{cla:02X} {ins:02X} {p1:02X} {p2:02X} Lc={} -> ",
            self.lc
        )?;
        match self.status {
            Some(status) => write!(f, "[{}] {status}", self.answered),
            None => f.write_str("nothing"),
        }
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
