//! The system's smart card service with a card in its virtual reader.
//!
//! Needs root (pcscd's socket), pcscd and vsmartcard-vpcd. There is one pcscd on a machine, and its virtual slots are
//! few: whoever uses it for a test holds a lock file, for as long as there is a [`Pcscd`].

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jpki_virtual_card::{VirtualReader, vpcd};
use jpkid::card::pcsc::PcscReaders;
use jpkid::card::{CardSource as _, Reader};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench;

/// Whoever uses pcscd on this machine for a test locks this file.
const LOCK: &str = "/tmp/jpkid-pcscd.lock";
/// Where it listens.
pub const SOCKET: &str = "/run/pcscd/pcscd.comm";
/// For what takes a moment.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running pcscd, for one test at a time. It is ended with its owner, unless it ran before.
#[derive(Debug)]
pub struct Pcscd {
    process: Option<Process>,
    _lock: File,
}

impl Pcscd {
    /// Waits for its turn, and starts pcscd unless it runs.
    #[must_use]
    pub fn start() -> Self {
        let lock = File::create(LOCK).expect("the lock file can be made");
        flock(&lock, FlockOperation::LockExclusive).expect("the lock file can be locked");
        let mut pcscd = Self {
            process: None,
            _lock: lock,
        };
        pcscd.resume();
        pcscd
    }

    /// Ends it.
    ///
    /// # Panics
    /// If it ran before: somebody else's pcscd is not ours to end, nor may a test pass that could not do what it tests.
    /// So do all that follow.
    pub fn stop(&mut self) {
        self.ours();
        self.process = None;
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        self.ours();
        let killed = self.process.take().map(|mut process| process.0.kill());
        killed.expect("ours").expect("it can be killed");
    }

    /// Lets it stand still until [`Pcscd::go_on`].
    pub fn stand_still(&self) {
        self.signal(Signal::STOP);
    }

    /// Ends what [`Pcscd::stand_still`] began.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.ours().0), signal).expect("pcscd runs");
    }

    fn ours(&self) -> &Process {
        self.process.as_ref().expect(
            "a pcscd that is not ours runs; stop it first: systemctl stop pcscd.socket pcscd.service",
        )
    }

    /// Starts it again after [`Pcscd::stop`] or [`Pcscd::kill`].
    pub fn resume(&mut self) {
        let listens = || UnixStream::connect(SOCKET).is_ok();
        if !listens() {
            self.process = Some(Process::pcscd());
        }
        await_that("pcscd listens", listens);
    }
}

/// A program that is ended with its owner.
#[derive(Debug)]
struct Process(Child);

impl Process {
    fn pcscd() -> Self {
        let started = Command::new("pcscd")
            .arg("--foreground")
            .stdin(Stdio::null())
            // It reports each look at a card that nobody uses.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(started.expect("pcscd must be installed (Debian: pcscd), and this test run as root"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that was killed and has been waited for has no id any more.
        if matches!(self.0.try_wait(), Ok(None)) {
            kill_process(Pid::from_child(&self.0), Signal::TERM).ok();
            // One that a failed test left standing still.
            kill_process(Pid::from_child(&self.0), Signal::CONT).ok();
        }
        self.0.wait().ok();
    }
}

/// vpcd's slots, as many as Debian builds it with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Slot {
    /// The one that clients find first.
    First,
    /// Its neighbour.
    Second,
}

impl Slot {
    /// The reader's name in pcscd.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "Virtual PCD 00 00",
            Self::Second => "Virtual PCD 00 01",
        }
    }

    /// Whether a card lies in it, as far as pcscd knows.
    #[must_use]
    pub fn holds_a_card(self) -> bool {
        let holds = |reader: &Reader| reader.name == self.name() && reader.insertion.is_some();
        PcscReaders::default()
            .readers()
            .is_ok_and(|readers| readers.iter().any(holds))
    }

    /// Waits until pcscd has noticed a card, or that there is none.
    pub fn await_card(self, there: bool) {
        await_that("pcscd notices the card (Debian: vsmartcard-vpcd)", || {
            self.holds_a_card() == there
        });
    }

    fn address(self) -> SocketAddr {
        let first: SocketAddr = vpcd::DEFAULT_ADDRESS.parse().expect("an address");
        let offset = u16::from(self == Self::Second);
        SocketAddr::new(first.ip(), first.port().saturating_add(offset))
    }
}

/// Puts a reader's card into a slot, and again whenever it or pcscd comes back.
#[derive(Debug)]
pub struct Plug {
    /// Where the card is put in, taken out and looked at.
    pub reader: VirtualReader,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Plug {
    /// Plugs it in; pcscd notices in its own time.
    #[must_use]
    pub fn new(slot: Slot, reader: VirtualReader) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let (its_reader, its_end) = (reader.clone(), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            while !its_end.load(Ordering::SeqCst) {
                if its_reader.insertion().is_some() {
                    // It ends with the card or with pcscd, and both come back.
                    vpcd::plug(slot.address(), &its_reader, drop).ok();
                    its_reader.power_off();
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        Self {
            reader,
            ended,
            thread: Some(thread),
        }
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        self.reader.remove();
        // pcscd asks for the ATR within half a second, and learns that there is none.
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// A card in the first slot of pcscd, noticed. Fields are dropped in this order.
#[derive(Debug)]
pub struct PluggedIn {
    plug: Plug,
    /// The service, to stop and to resume.
    pub pcscd: Pcscd,
}

impl PluggedIn {
    /// The card of this profile.
    #[must_use]
    pub fn new(profile: &str) -> Self {
        Self::of(bench::reader("vpcd", profile))
    }

    /// The card of this reader.
    #[must_use]
    pub fn of(reader: VirtualReader) -> Self {
        let pcscd = Pcscd::start();
        let plug = Plug::new(Slot::First, reader);
        Slot::First.await_card(true);
        Self { plug, pcscd }
    }

    /// Where the card is put in, taken out and looked at.
    #[must_use]
    pub fn reader(&self) -> &VirtualReader {
        &self.plug.reader
    }
}

fn await_that(what: &str, mut happens: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happens() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_is_not_ours_is_neither_ended_nor_taken_for_one_that_was() {
        let foreign = || Pcscd {
            process: None,
            _lock: tempfile::tempfile().unwrap(),
        };
        let attempts: [fn(Pcscd); 4] = [
            |mut pcscd| pcscd.stop(),
            |mut pcscd| pcscd.kill(),
            |pcscd| pcscd.stand_still(),
            |pcscd| pcscd.go_on(),
        ];
        for attempt in attempts {
            let panic = std::panic::catch_unwind(|| attempt(foreign())).unwrap_err();
            let message = panic.downcast::<String>().unwrap();
            assert!(message.contains("stop it first"), "{message}");
        }
    }
}
