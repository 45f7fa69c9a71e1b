//! A reader in which a recording lies instead of a card.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use jpki_virtual_card::recording::{Mismatch, Recording, Replay, Stop};
use jpkid::card::{Card, CardSource, CardTransaction, Insertion, Reader, TransportError};
use zeroize::Zeroizing;

use crate::source::Answer;

const NAME: &str = "Reader with a recording";

/// A reader that answers as a recording does, and only in its order. Clones are the same reader.
#[derive(Clone, Debug)]
pub struct ReplayReader {
    replay: Arc<Mutex<Replay>>,
}

impl ReplayReader {
    /// A reader with this recording, from its start.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        Self {
            replay: Arc::new(Mutex::new(Replay::new(recording))),
        }
    }

    /// The end: everything was asked for, and nothing else.
    ///
    /// # Errors
    /// The first step that was wrong, missing or left over.
    pub fn finish(&self) -> Result<(), Mismatch> {
        self.lock().finish()
    }

    fn lock(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CardSource for ReplayReader {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        Ok(vec![Reader {
            name: NAME.to_owned(),
            insertion: Some(Insertion(1)),
        }])
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        if reader != NAME {
            return Err(TransportError::NoReader);
        }
        Ok(Box::new(self.clone()))
    }

    /// Nothing ever changes.
    fn wait_for_change(&self, _: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        loop {
            thread::park();
        }
    }
}

impl Card for ReplayReader {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(ReplayTransaction(self)))
    }
}

struct ReplayTransaction<'reader>(&'reader ReplayReader);

impl CardTransaction for ReplayTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Answer {
        match self.0.lock().transmit(command) {
            Ok(answer) => Ok(Zeroizing::new(answer)),
            Err(Stop::Silence) => Err(TransportError::Unresponsive),
            Err(Stop::Mismatch(_)) => Err(TransportError::CardRemoved),
        }
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        self.0.lock().power_on();
        Ok(())
    }
}
