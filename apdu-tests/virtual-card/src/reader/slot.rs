//! What lies in a reader, behind its lock.

use std::collections::VecDeque;
use std::sync::Arc;

use super::event::{Event, Watcher};
use super::fault::{Armed, Verdict};
use super::{Silence, TraceStep};
use crate::card::VirtualCard;
use crate::state::StateFile;

/// How many steps a trace holds; the oldest go first.
const MAX_TRACE: usize = 4096;

#[derive(Default)]
pub(super) struct Slot {
    pub(super) card: Option<VirtualCard>,
    /// A card that was torn out, until somebody takes it.
    torn: Option<VirtualCard>,
    /// Counts insertions and removals.
    pub(super) generation: u32,
    /// Counts the orders to heal, for those who wait for one.
    pub(super) healed: u32,
    /// Where the state of the card that is in is kept.
    state: Option<Arc<StateFile>>,
    pub(super) faults: Armed,
    pub(super) trace: VecDeque<TraceStep>,
    /// APDUs that reached a card in this reader.
    pub(super) apdus: u64,
    pub(super) watcher: Option<Watcher>,
}

impl Slot {
    pub(super) fn insertion(&self) -> Option<u32> {
        self.card.is_some().then_some(self.generation)
    }

    /// Puts a card in and gives it power. Faults that were armed for a card before it are over.
    pub(super) fn insert(&mut self, mut card: VirtualCard, state: Option<Arc<StateFile>>) {
        if self.card.is_some() {
            self.faults = Armed::default();
            self.tell(Event::Removed);
        }
        card.power_on();
        let atr = card.atr().to_vec();
        self.card = Some(card);
        self.state = state;
        self.torn = None;
        self.generation = self.generation.wrapping_add(1);
        self.tell(Event::Inserted { atr: &atr });
    }

    /// Takes the card out, or the one that was torn out before; whether something changed in the reader comes with it.
    pub(super) fn remove(&mut self) -> (Option<VirtualCard>, bool) {
        match self.take_out() {
            Some(card) => (Some(card), true),
            None => (self.torn.take(), false),
        }
    }

    fn take_out(&mut self) -> Option<VirtualCard> {
        let mut card = self.card.take()?;
        self.state = None;
        card.power_off();
        self.faults = Armed::default();
        self.generation = self.generation.wrapping_add(1);
        self.tell(Event::Removed);
        Some(card)
    }

    pub(super) fn watch(&mut self, mut watcher: Watcher) {
        if let Some(card) = &self.card {
            watcher(Event::Inserted { atr: card.atr() });
        }
        self.watcher = Some(watcher);
    }

    fn tell(&mut self, event: Event<'_>) {
        if let Some(watcher) = &mut self.watcher {
            watcher(event);
        }
    }

    pub(super) fn power_on(&mut self) {
        if let Some(card) = &mut self.card {
            card.power_on();
            self.tell(Event::PowerOn);
        }
    }

    pub(super) fn power_off(&mut self) {
        if let Some(card) = &mut self.card {
            card.power_off();
        }
    }

    pub(super) fn reset(&mut self) {
        if let Some(card) = &mut self.card {
            let warm = card.is_powered();
            card.reset();
            self.tell(if warm { Event::Reset } else { Event::PowerOn });
        }
    }

    pub(super) fn heal(&mut self) {
        self.faults = Armed::default();
        self.healed = self.healed.wrapping_add(1);
    }

    /// The one place where an exchange passes: what is armed decides what comes of it.
    pub(super) fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        if self.card.is_none() {
            return Err(Silence::NoCard);
        }
        let verdict = self.faults.count();
        if verdict.tear {
            self.torn = self.take_out();
        }
        // As pcscd does it.
        if self.card.as_ref().is_some_and(|card| !card.is_powered()) {
            self.power_on();
        }
        let card = self.card.as_mut().ok_or(Silence::NoCard)?;
        self.apdus = self.apdus.saturating_add(1);
        let mut answer = card.transmit(command);
        if let Some(state) = &self.state {
            answer = state.keep(card, answer);
        }
        let answer = Self::deliver(verdict, command, answer);
        let seen = answer.as_deref().map_err(|silence| *silence);
        self.tell(Event::Exchange {
            command,
            answer: seen,
        });
        self.record(TraceStep::of(command, seen.unwrap_or_default()));
        answer
    }

    fn deliver(verdict: Verdict, command: &[u8], answer: Vec<u8>) -> Result<Vec<u8>, Silence> {
        if verdict.mute {
            return Err(Silence::Mute);
        }
        Ok(verdict.spoil(command, answer))
    }

    fn record(&mut self, step: TraceStep) {
        if self.trace.len() >= MAX_TRACE {
            self.trace.pop_front();
        }
        self.trace.push_back(step);
    }
}
