//! What lies in a reader, behind its lock.

use std::collections::VecDeque;

use super::fault::{Armed, Verdict};
use super::{Silence, TraceStep};
use crate::card::VirtualCard;

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
    pub(super) faults: Armed,
    pub(super) trace: VecDeque<TraceStep>,
    /// APDUs that reached a card in this reader.
    pub(super) apdus: u64,
}

impl Slot {
    pub(super) fn insertion(&self) -> Option<u32> {
        self.card.is_some().then_some(self.generation)
    }

    /// Puts a card in and gives it power. Faults that were armed for a card before it are over.
    pub(super) fn insert(&mut self, mut card: VirtualCard) {
        if self.card.is_some() {
            self.faults = Armed::default();
        }
        card.power_on();
        self.card = Some(card);
        self.torn = None;
        self.generation = self.generation.wrapping_add(1);
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
        card.power_off();
        self.faults = Armed::default();
        self.generation = self.generation.wrapping_add(1);
        Some(card)
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
        let card = self.card.as_mut().ok_or(Silence::NoCard)?;
        self.apdus = self.apdus.saturating_add(1);
        // As pcscd does it.
        if !card.is_powered() {
            card.power_on();
        }
        let answer = card.transmit(command);
        let answer = Self::deliver(verdict, command, answer);
        self.record(TraceStep::of(
            command,
            answer.as_deref().unwrap_or_default(),
        ));
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
