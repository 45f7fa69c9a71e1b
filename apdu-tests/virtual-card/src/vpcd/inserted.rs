//! The card in a [`VirtualReader`], as vpcd sees it.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use super::{Occupant, VpcdError};
use crate::reader::{Silence, TraceStep, VirtualReader};

/// How often a mute card looks whether vpcd is still there.
const LOOK: Duration = Duration::from_millis(250);

/// One insertion of a card.
pub(super) struct Inserted<'reader, Observe> {
    pub(super) reader: &'reader VirtualReader,
    pub(super) insertion: u32,
    pub(super) observe: Observe,
}

impl<Observe: FnMut(TraceStep)> Occupant for Inserted<'_, Observe> {
    fn is_there(&self) -> bool {
        self.reader.insertion() == Some(self.insertion)
    }

    fn atr(&self) -> Option<Vec<u8>> {
        self.reader.atr()
    }

    fn power_off(&mut self) {
        self.reader.power_off();
    }

    fn power_on(&mut self) {
        self.reader.power_on();
    }

    fn reset(&mut self) {
        self.reader.reset();
    }

    fn transmit(&mut self, command: &[u8], vpcd: &TcpStream) -> Result<Option<Vec<u8>>, VpcdError> {
        let healed = self.reader.healed();
        let answer = self.reader.exchange(self.insertion, command);
        if answer != Err(Silence::NoCard) {
            (self.observe)(TraceStep::of(
                command,
                answer.as_deref().unwrap_or_default(),
            ));
        }
        if answer == Err(Silence::Mute) {
            self.stay_silent(healed, vpcd)?;
        }
        Ok(answer.ok())
    }
}

impl<Observe> Inserted<'_, Observe> {
    /// Says nothing until the reader is healed or emptied, or vpcd gives up.
    fn stay_silent(&self, healed: u32, vpcd: &TcpStream) -> Result<(), VpcdError> {
        vpcd.set_nonblocking(true)?;
        while !self.reader.wait_for_relief(self.insertion, healed, LOOK) {
            match vpcd.peek(&mut [0]) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error.into()),
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }
}
