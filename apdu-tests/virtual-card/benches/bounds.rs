//! The bounds of the card and its program, held: `cargo bench -p jpki-virtual-card --bench bounds` prints what it measures
//! and fails where a bound is crossed.
//!
//! An answer without RSA 0.2 ms, a start with keys from the cache 300 ms, 4 MiB of memory for the running program: its own
//! pages and its share of the system's libraries (PSS). What is resident in all (RSS), libraries whole, is printed beside it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a measurement ends with what went wrong"
)]

mod exchange;

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use exchange::{RSA, WITHOUT_RSA};

/// The longest that an answer may take, if no RSA key is used.
const ANSWER: Duration = Duration::from_micros(200);
/// The longest from the program's start to its connection to vpcd, with keys from the cache.
const START: Duration = Duration::from_millis(300);
/// The most memory (PSS) of the program, with a card that has answered everything here, in KiB.
const MEMORY: u64 = 4096;

/// Answers of each kind.
const ANSWERS: usize = 1000;
/// Answers of each kind that uses a key.
const SIGNATURES: usize = 50;
/// Starts of the program.
const STARTS: usize = 20;

fn main() -> ExitCode {
    let kept = [answers(), program()];
    if kept.contains(&false) {
        println!("A bound is crossed.");
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Measures every kind of answer; whether the ones without RSA are in time, but for the slowest in a hundred, which are
/// those that the system interrupts.
fn answers() -> bool {
    println!("{:32}{:>12}{:>12}", "answer", "median", "99 of 100");
    let mut kept = true;
    for exchange in WITHOUT_RSA {
        let (median, high) = spread(exchange, ANSWERS);
        println!("{exchange:32}{median:>12.1?}{high:>12.1?}");
        kept &= high < ANSWER;
    }
    for exchange in RSA {
        let (median, high) = spread(exchange, SIGNATURES);
        println!("{exchange:32}{median:>12.1?}{high:>12.1?}");
    }
    kept
}

fn spread(exchange: &exchange::Exchange, times: usize) -> (Duration, Duration) {
    let (mut card, command) = exchange.begin();
    let mut taken: Vec<_> = (0..times)
        .map(|_| {
            let begin = Instant::now();
            drop(card.transmit(&command));
            begin.elapsed()
        })
        .collect();
    taken.sort_unstable();
    (taken[times / 2], taken[times * 99 / 100])
}

/// Measures starts and memory of the program; whether both are within their bounds.
fn program() -> bool {
    let scratch = TempDir::new().unwrap();
    drop(Running::start(&scratch));
    let mut starts = Vec::new();
    let (mut memory, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let mut running = Running::start(&scratch);
        starts.push(running.start);
        running.answer_everything();
        memory.push(running.memory("Pss:"));
        resident.push(running.memory("Rss:"));
    }
    starts.sort_unstable();
    let most = |all: Vec<u64>| all.into_iter().max().unwrap();
    let (start, memory, resident) = (starts[STARTS - 1], most(memory), most(resident));
    println!("start, slowest of {STARTS}: {start:.1?}");
    println!(
        "memory, most of {STARTS}: {memory} KiB (resident with whole libraries: {resident} KiB)"
    );
    start < START && memory < MEMORY
}

/// The program, plugged into this one.
struct Running {
    program: Child,
    vpcd: TcpStream,
    start: Duration,
}

impl Running {
    fn start(scratch: &TempDir) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let begin = Instant::now();
        let mut program = Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"))
            .args(["--profile", "adult", "--vpcd"])
            .arg(listener.local_addr().unwrap().to_string())
            .arg("--control")
            .arg(scratch.path().join("control"))
            .env("JPKI_VIRTUAL_CARD_CACHE", scratch.path().join("keys"))
            .spawn()
            .unwrap();
        let vpcd = loop {
            match listener.accept() {
                Ok((vpcd, _)) => break vpcd,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            assert!(program.try_wait().unwrap().is_none(), "the program ended");
            thread::sleep(Duration::from_micros(100));
        };
        let start = begin.elapsed();
        vpcd.set_nonblocking(false).unwrap();
        vpcd.set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Self {
            program,
            vpcd,
            start,
        }
    }

    /// Power on, and every command, each preceded by what it needs.
    fn answer_everything(&mut self) {
        for exchange in WITHOUT_RSA.iter().chain(RSA) {
            // Control 0 and 1: power off and on.
            self.send(&[0]);
            self.send(&[1]);
            for command in exchange.commands() {
                self.send(&command);
                let mut length = [0; 2];
                self.vpcd.read_exact(&mut length).unwrap();
                let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
                self.vpcd.read_exact(&mut answer).unwrap();
            }
        }
    }

    fn send(&mut self, content: &[u8]) {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        self.vpcd
            .write_all(&[&length[..], content].concat())
            .unwrap();
    }

    /// A sum over all its pages, in KiB, by its name in `smaps_rollup`.
    fn memory(&self, sum: &str) -> u64 {
        let path = format!("/proc/{}/smaps_rollup", self.program.id());
        let sums = fs::read_to_string(path).unwrap();
        let line = sums
            .lines()
            .find_map(|line| line.strip_prefix(sum))
            .expect("Linux 4.14");
        line.trim_end_matches("kB").trim().parse().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}
