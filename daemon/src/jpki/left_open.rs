//! Remembers on disk which cards are open, so that a daemon that is killed leaves none so for longer than until the next
//! one starts.

mod mark;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use mark::Mark;
use zeroize::Zeroizing;

use super::Applet;
use super::file::JPKI;
use crate::card::{Card, CardSource, CardTransaction, Reader, TransportError};

/// A source that writes down each reader whose card has been sent a PIN, until the card is closed.
#[derive(Debug)]
pub struct LeftOpen {
    source: Arc<dyn CardSource>,
    mark: Arc<Mark>,
    /// Of each reader's card, one closes at a time. Whoever holds it may wait for another program as long as that likes.
    closing: Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl LeftOpen {
    /// Writes to the file `mark`, mode 0600, which is there only while a card is open.
    #[must_use]
    pub fn new(source: Arc<dyn CardSource>, mark: PathBuf) -> Self {
        Self {
            source,
            mark: Arc::new(Mark::read(mark)),
            closing: Mutex::default(),
        }
    }

    /// Closes the cards that a daemon left open when it was killed, all at once. Waits for programs that use them; what
    /// cannot be closed now is closed before it is used.
    pub fn close_all(&self) {
        thread::scope(|scope| {
            for reader in self.mark.readers() {
                scope.spawn(move || {
                    if let Err(error) = self.close(&reader) {
                        tracing::warn!(reader, %error, "a card that was left open cannot be closed yet");
                    }
                });
            }
        });
    }

    /// Closes a card if it was left open; one without power is closed.
    fn close(&self, reader: &str) -> Result<(), TransportError> {
        if !self.mark.has(reader) {
            return Ok(());
        }
        let turn = Arc::clone(lock(&self.closing).entry(reader.to_owned()).or_default());
        let _turn = lock(&turn);
        // Whoever had the turn before has closed it.
        if !self.mark.has(reader) {
            return Ok(());
        }
        match self.source.connect(reader) {
            Ok(mut card) => {
                tracing::warn!(reader, "closing a card that was left open");
                // Takes the mark away if it comes to that.
                Applet::leave(Box::new(MarkedTransaction {
                    transaction: card.begin()?,
                    reader,
                    mark: &self.mark,
                    open: true,
                }));
                Ok(())
            }
            Err(TransportError::NoReader | TransportError::NoCard) => {
                self.mark.remove(reader);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl CardSource for LeftOpen {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        self.source.readers()
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        // Nobody connects to a card that this daemon has open: its mark is of the one before.
        self.close(reader)?;
        Ok(Box::new(MarkedCard {
            card: self.source.connect(reader)?,
            reader: reader.to_owned(),
            mark: Arc::clone(&self.mark),
        }))
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        self.source.wait_for_change(seen)
    }
}

struct MarkedCard {
    card: Box<dyn Card>,
    reader: String,
    mark: Arc<Mark>,
}

impl Card for MarkedCard {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        Ok(Box::new(MarkedTransaction {
            transaction: self.card.begin()?,
            reader: &self.reader,
            mark: &self.mark,
            open: false,
        }))
    }
}

struct MarkedTransaction<'c> {
    transaction: Box<dyn CardTransaction + 'c>,
    reader: &'c str,
    mark: &'c Mark,
    open: bool,
}

impl MarkedTransaction<'_> {
    fn closed(&mut self) {
        if std::mem::take(&mut self.open) {
            self.mark.remove(self.reader);
        }
    }
}

impl CardTransaction for MarkedTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        if brings_pin(command) && !self.open {
            self.mark.add(self.reader);
            self.open = true;
        }
        let answer = self.transaction.transmit(command)?;
        if leaves_applet(command) && answer.ends_with(&[0x90, 0x00]) {
            self.closed();
        }
        Ok(answer)
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        let ended = self.transaction.power_off();
        // A card that was pulled has no power either. Any other is closed before its next use.
        if matches!(
            ended,
            Ok(())
                | Err(TransportError::CardRemoved
                    | TransportError::NoCard
                    | TransportError::NoReader)
        ) {
            self.closed();
        }
        ended
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The instruction byte of VERIFY.
const VERIFY: u8 = 0x20;

/// VERIFY with data. Without any it is four or five bytes long.
fn brings_pin(command: &[u8]) -> bool {
    command.len() > 5 && command.get(1) == Some(&VERIFY)
}

/// SELECT of another application.
fn leaves_applet(command: &[u8]) -> bool {
    matches!(command, [0x00, 0xA4, 0x04, _, _, name @ ..] if !name.starts_with(JPKI.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const SELECT_JPKI: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
    const LEAVE: &[u8] = b"\x00\xA4\x04\x0C\x07\xA0\x00\x00\x01\x51\x00\x00";
    const VERIFY_PIN: &[u8] = b"\x00\x20\x00\x98\x041234";

    /// A card that says 9000 to all, and remembers what it was sent.
    #[derive(Debug, Default)]
    struct Fake {
        sent: Mutex<Vec<Vec<u8>>>,
        busy: AtomicBool,
        /// The service ends after it has connected.
        dying: AtomicBool,
        /// Another program has the card of this reader, until the lock is free.
        stuck: Mutex<()>,
    }

    impl CardSource for Arc<Fake> {
        fn readers(&self) -> Result<Vec<Reader>, TransportError> {
            Ok(Vec::new())
        }

        fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
            if self.busy.load(Ordering::Relaxed) {
                return Err(TransportError::Busy);
            }
            let card = Arc::clone(self);
            Ok(match reader {
                STUCK => Box::new(Stuck(card)),
                _ => Box::new(card),
            })
        }

        fn wait_for_change(&self, _: &[Reader]) -> Result<Vec<Reader>, TransportError> {
            Err(TransportError::NoService)
        }
    }

    /// The reader whose card another program may have.
    const STUCK: &str = "Stuck reader";

    struct Stuck(Arc<Fake>);

    impl Card for Stuck {
        fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
            drop(lock(&self.0.stuck));
            self.0.begin()
        }
    }

    impl Card for Arc<Fake> {
        fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
            Ok(Box::new(Arc::clone(self)))
        }
    }

    impl CardTransaction for Arc<Fake> {
        fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
            if self.dying.load(Ordering::Relaxed) {
                return Err(TransportError::NoService);
            }
            self.sent.lock().unwrap().push(command.to_vec());
            Ok(Zeroizing::new(vec![0x90, 0x00]))
        }

        fn power_off(&mut self) -> Result<(), TransportError> {
            if self.dying.load(Ordering::Relaxed) {
                return Err(TransportError::NoService);
            }
            Ok(())
        }
    }

    struct Place {
        directory: tempfile::TempDir,
        card: Arc<Fake>,
    }

    impl Place {
        fn new() -> Self {
            Self {
                directory: tempfile::tempdir().unwrap(),
                card: Arc::default(),
            }
        }

        fn mark(&self) -> PathBuf {
            self.directory.path().join("jpkid.open")
        }

        fn daemon(&self) -> LeftOpen {
            LeftOpen::new(Arc::new(Arc::clone(&self.card)), self.mark())
        }

        fn send(&self, daemon: &LeftOpen, commands: &[&[u8]]) {
            let mut card = daemon.connect("Reader 0").unwrap();
            let mut transaction = card.begin().unwrap();
            for command in commands {
                transaction.transmit(command).unwrap();
            }
        }

        fn sent(&self) -> Vec<Vec<u8>> {
            std::mem::take(&mut *self.card.sent.lock().unwrap())
        }
    }

    #[test]
    fn a_card_is_marked_from_its_pin_to_the_end() {
        let place = Place::new();
        let daemon = place.daemon();
        place.send(
            &daemon,
            &[SELECT_JPKI, b"\x00\x20\x00\x98", b"\x00\x20\x00\x98\x00"],
        );
        assert!(!place.mark().exists(), "asking for the tries opens nothing");
        place.send(&daemon, &[SELECT_JPKI, VERIFY_PIN, SELECT_JPKI]);
        assert_eq!(fs::read_to_string(place.mark()).unwrap(), "Reader 0");
        let mode = fs::metadata(place.mark()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(daemon);
        let daemon = place.daemon();
        place.send(&daemon, &[SELECT_JPKI, VERIFY_PIN, LEAVE]);
        assert!(!place.mark().exists());
    }

    #[test]
    fn the_next_daemon_closes_what_a_killed_one_left_open() {
        let place = Place::new();
        place.send(&place.daemon(), &[VERIFY_PIN]);
        place.sent();
        let daemon = place.daemon();
        daemon.close_all();
        assert_eq!(place.sent(), [LEAVE]);
        assert!(!place.mark().exists());
        daemon.close_all();
        assert!(place.sent().is_empty(), "a closed card is left alone");
    }

    #[test]
    fn a_card_that_was_busy_at_the_start_is_closed_before_it_is_used() {
        let place = Place::new();
        place.send(&place.daemon(), &[VERIFY_PIN]);
        place.sent();
        place.card.busy.store(true, Ordering::Relaxed);
        let daemon = place.daemon();
        daemon.close_all();
        assert!(place.mark().exists());
        place.card.busy.store(false, Ordering::Relaxed);
        place.send(&daemon, &[SELECT_JPKI]);
        assert_eq!(place.sent(), [LEAVE, SELECT_JPKI]);
        assert!(!place.mark().exists());
    }

    #[test]
    fn a_card_that_another_program_holds_keeps_no_other_reader_waiting() {
        let place = Place::new();
        fs::write(place.mark(), format!("{STUCK}\nReader 0")).unwrap();
        let daemon = place.daemon();
        let held = lock(&place.card.stuck);
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| daemon.close_all());
            scope.spawn(|| {
                // It is closed at the start as well, and one that was never open needs no closing.
                while daemon.mark.has("Reader 0") {
                    thread::sleep(Duration::from_millis(1));
                }
                for reader in ["Reader 0", "Reader 1"] {
                    daemon.connect(reader).unwrap();
                }
                tell.send(()).unwrap();
            });
            let in_time = told.recv_timeout(Duration::from_secs(5));
            let still_marked = fs::read_to_string(place.mark()).unwrap();
            drop(held);
            assert_eq!(in_time, Ok(()));
            assert_eq!(still_marked, STUCK);
        });
        assert_eq!(place.sent(), [LEAVE, LEAVE]);
        assert!(!place.mark().exists());
    }

    #[test]
    fn only_a_power_off_that_came_to_pass_closes_a_card() {
        for (dying, sent_later) in [
            (false, vec![VERIFY_PIN, SELECT_JPKI]),
            (true, vec![VERIFY_PIN, LEAVE, SELECT_JPKI]),
        ] {
            let place = Place::new();
            let daemon = place.daemon();
            {
                let mut card = daemon.connect("Reader 0").unwrap();
                let mut transaction = card.begin().unwrap();
                transaction.transmit(VERIFY_PIN).unwrap();
                // Nothing was sent in between: the service ends as the power is cut.
                place.card.dying.store(dying, Ordering::Relaxed);
                assert_eq!(transaction.power_off().is_err(), dying);
            }
            assert_eq!(place.mark().exists(), dying);
            place.card.dying.store(false, Ordering::Relaxed);
            place.send(&daemon, &[SELECT_JPKI]);
            assert_eq!(place.sent(), sent_later);
            assert!(!place.mark().exists());
        }
    }

    #[test]
    fn a_card_that_could_not_be_closed_stays_marked_until_it_is() {
        let place = Place::new();
        place.send(&place.daemon(), &[VERIFY_PIN]);
        place.sent();
        let daemon = place.daemon();
        place.card.dying.store(true, Ordering::Relaxed);
        daemon.close_all();
        assert_eq!(fs::read_to_string(place.mark()).unwrap(), "Reader 0");
        place.card.dying.store(false, Ordering::Relaxed);
        daemon.close_all();
        assert_eq!(place.sent(), [LEAVE]);
        assert!(!place.mark().exists());
    }

    #[test]
    fn a_list_that_cannot_be_written_whole_leaves_the_one_before() {
        let place = Place::new();
        let daemon = place.daemon();
        place.send(&daemon, &[VERIFY_PIN]);
        // Where the new list would be written.
        fs::create_dir(place.mark().with_extension("open.new")).unwrap();
        let mut other = daemon.connect("Reader 1").unwrap();
        other.begin().unwrap().transmit(VERIFY_PIN).unwrap();
        assert_eq!(fs::read_to_string(place.mark()).unwrap(), "Reader 0");
    }
}
