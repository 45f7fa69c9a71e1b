//! One login as a recording: `recordings/login.txt` is what the daemon and the card say to each other, to read and to
//! play.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use apdu_tests::bench::{self, Bench};
use apdu_tests::person::Reply::Types;
use apdu_tests::{ORIGIN, ReplayReader, proof};
use jpki_virtual_card::VirtualReader;
use jpki_virtual_card::recording::{Recorder, Recording};

const RECORDED: &str = include_str!("../recordings/login.txt");

/// The certificates of this card are the same on any day.
const PROFILE: &str = "[validity]\nfrom = 2024-04-01\nuntil = 2049-04-01";

/// Memory that the reader writes to and the test reads.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn replaying(text: &str) -> (Bench, ReplayReader) {
    let reader = ReplayReader::new(Recording::parse(text).unwrap());
    let unused = VirtualReader::new("unused");
    (Bench::over(reader.clone(), unused, [Types("1234")]), reader)
}

#[tokio::test]
async fn the_daemon_and_the_card_say_exactly_what_is_recorded() {
    let reader = bench::reader("Reader", PROFILE);
    let paper = Paper::default();
    let mut recorder = Recorder::new(paper.clone(), "adult");
    reader.watch(move |event| recorder.record(event).unwrap());
    let bench = Bench::over(reader.clone(), reader, [Types("1234")]);
    bench.log_in().await.unwrap();
    let said = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    if said != RECORDED {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("login.txt");
        fs::write(&new, &said).unwrap();
        let new = new.display();
        assert_eq!(
            said, RECORDED,
            "if this is meant: cp {new} recordings/login.txt"
        );
    }
}

#[tokio::test]
async fn a_recorded_login_logs_in_again_with_exactly_those_commands() {
    let (bench, reader) = replaying(RECORDED);
    let token = bench.log_in().await.unwrap();
    assert_eq!(reader.finish(), Ok(()));
    let certificate = bench::card(PROFILE).authentication_certificate().to_vec();
    assert!(proof::is_token_of(
        &token,
        &certificate,
        ORIGIN,
        bench::NONCE
    ));
}

#[tokio::test]
async fn a_login_that_lacks_a_command_or_has_another_is_no_replay() {
    let more = format!("{RECORDED}> 00 B0 86 00 00\n< 90 00\n");
    let (bench, reader) = replaying(&more);
    bench.log_in().await.unwrap();
    let left = reader.finish().unwrap_err().to_string();
    assert!(left.contains("1 of "), "{left}");

    let other = RECORDED.replacen("> 00 B0 8A", "> 00 B0 8B", 1);
    let (bench, reader) = replaying(&other);
    bench.log_in().await.unwrap_err();
    let wrong = reader.finish().unwrap_err().to_string();
    assert!(
        wrong.contains("expected 00 B0 8B") && wrong.contains("received 00 B0 8A"),
        "{wrong}"
    );
}
