//! A software card in the daemon's own process, for testers (feature `virtual-card`).

use std::time::Duration;

use jpki_virtual_card::{Silence, VirtualReader};
use zeroize::Zeroizing;

use super::{Card, CardSource, CardTransaction, Insertion, Reader, TransportError};

/// How long one wait for a change lasts before the state is looked at again.
const WAIT: Duration = Duration::from_secs(60);

impl CardSource for VirtualReader {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        Ok(vec![Reader {
            name: self.name().to_owned(),
            insertion: self.insertion().map(Insertion),
        }])
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        if reader != self.name() {
            return Err(TransportError::NoReader);
        }
        let insertion = self.insertion().ok_or(TransportError::NoCard)?;
        Ok(Box::new(VirtualCardConnection {
            reader: self.clone(),
            insertion,
        }))
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        loop {
            let generation = self.generation();
            let now = self.readers()?;
            if now != seen {
                return Ok(now);
            }
            let _ = VirtualReader::wait_for_change(self, generation, WAIT);
        }
    }
}

struct VirtualCardConnection {
    reader: VirtualReader,
    insertion: u32,
}

impl Card for VirtualCardConnection {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(VirtualTransaction(self)))
    }
}

/// No other program reaches this card, so a transaction needs no lock: one worker owns a reader.
struct VirtualTransaction<'card>(&'card VirtualCardConnection);

impl CardTransaction for VirtualTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        let VirtualCardConnection { reader, insertion } = self.0;
        let answer = reader
            .exchange(*insertion, command)
            .map_err(|silence| match silence {
                Silence::NoCard => TransportError::CardRemoved,
                Silence::Mute => TransportError::Unresponsive,
            })?;
        Ok(Zeroizing::new(answer))
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        // Cuts the power first; the next connection finds the card running.
        self.0.reader.power_on();
        Ok(())
    }
}
