//! What may stand between the service and its cards.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use jpki_virtual_card::VirtualReader;
use jpkid::card::{Card, CardSource, CardTransaction, Reader, TransportError};
use zeroize::Zeroizing;

/// What a card answered, or why it did not.
pub type Answer = Result<Zeroizing<Vec<u8>>, TransportError>;

/// One command on its way to the card.
pub struct Exchange<'e> {
    /// Which one since the source was made, counted from 1.
    pub nth: usize,
    /// The command's bytes.
    pub command: &'e [u8],
    card: &'e mut dyn CardTransaction,
}

impl Exchange<'_> {
    /// Sends the command.
    ///
    /// # Errors
    /// The card's own.
    pub fn pass_on(&mut self) -> Answer {
        self.send(self.command)
    }

    /// Sends another command in its place.
    ///
    /// # Errors
    /// The card's own.
    pub fn send(&mut self, command: &[u8]) -> Answer {
        self.card.transmit(command)
    }

    /// The instruction byte.
    #[must_use]
    pub fn instruction(&self) -> u8 {
        self.command.get(1).copied().unwrap_or_default()
    }

    /// Whether it is a VERIFY with a PIN.
    #[must_use]
    pub fn brings_pin(&self) -> bool {
        self.instruction() == 0x20 && self.command.len() > 5
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exchange({})", self.nth)
    }
}

type Tap = dyn Fn(Exchange<'_>) -> Answer + Send + Sync;

/// Hands each command of another source to the test, which may pass it on, change the answer, lose it or wait.
pub struct Tapped {
    source: Arc<dyn CardSource>,
    line: Arc<Line>,
}

struct Line {
    tap: Box<Tap>,
    exchanges: AtomicUsize,
}

impl Tapped {
    /// Taps this source.
    pub fn new(
        source: impl CardSource + 'static,
        tap: impl Fn(Exchange<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self {
            source: Arc::new(source),
            line: Arc::new(Line {
                tap: Box::new(tap),
                exchanges: AtomicUsize::default(),
            }),
        }
    }
}

impl CardSource for Tapped {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        self.source.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        Ok(Box::new(TappedCard {
            card: self.source.connect(reader)?,
            line: Arc::clone(&self.line),
        }))
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        self.source.wait_for_change(seen)
    }
}

struct TappedCard {
    card: Box<dyn Card>,
    line: Arc<Line>,
}

impl Card for TappedCard {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(TappedTransaction {
            transaction: self.card.begin()?,
            line: Arc::clone(&self.line),
        }))
    }
}

struct TappedTransaction<'t> {
    transaction: Box<dyn CardTransaction + 't>,
    line: Arc<Line>,
}

impl CardTransaction for TappedTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Answer {
        let nth = self
            .line
            .exchanges
            .fetch_add(1, Ordering::SeqCst)
            .saturating_add(1);
        (self.line.tap)(Exchange {
            nth,
            command,
            card: self.transaction.as_mut(),
        })
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        self.transaction.power_off()
    }
}

/// Readers that can be plugged in and out. Clones are the same shelf.
#[derive(Clone, Default)]
pub struct Shelf {
    readers: Arc<Mutex<Vec<VirtualReader>>>,
}

impl Shelf {
    /// A shelf with these readers.
    pub fn new(readers: impl IntoIterator<Item = VirtualReader>) -> Self {
        Self {
            readers: Arc::new(Mutex::new(readers.into_iter().collect())),
        }
    }

    /// Plugs a reader in.
    pub fn plug_in(&self, reader: VirtualReader) {
        self.readers.lock().unwrap().push(reader);
    }

    /// Unplugs the reader of this name.
    pub fn unplug(&self, name: &str) {
        self.readers
            .lock()
            .unwrap()
            .retain(|reader| reader.name() != name);
    }

    fn all(&self) -> Vec<VirtualReader> {
        self.readers.lock().unwrap().clone()
    }
}

impl CardSource for Shelf {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        let mut readers = Vec::new();
        for reader in self.all() {
            readers.extend(CardSource::readers(&reader)?);
        }
        Ok(readers)
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        let readers = self.all();
        let named = readers.iter().find(|known| known.name() == reader);
        named.ok_or(TransportError::NoReader)?.connect(reader)
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        loop {
            let now = self.readers()?;
            if now != seen {
                return Ok(now);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

impl fmt::Debug for Tapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tapped").field(&self.source).finish()
    }
}
