//! `--record` and `replay`, between the program and a vpcd that is this test.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Running, SELECT_JPKI, accept, ask, program, send, two_slots};

const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'];
const ASK_TRIES: [u8; 4] = [0x00, 0x20, 0x00, 0x98];

/// Records SELECT and VERIFY in each of two slots.
fn record(directory: &TempDir) -> [String; 2] {
    let (first, second, address) = two_slots();
    let path = |name| directory.path().join(name).to_str().unwrap().to_owned();
    let paths = [path("adult.txt"), path("child.txt")];
    let mut running = Running::new(&[
        "--profile",
        "adult",
        "--profile",
        "child",
        "--vpcd",
        &address,
        "--record",
        &paths[0],
        "--record",
        &paths[1],
    ]);
    for listener in [&first, &second] {
        let mut card = accept(listener);
        send(&mut card, &[1]);
        ask(&mut card, &[4]).unwrap();
        ask(&mut card, &SELECT_JPKI).unwrap();
        ask(&mut card, &VERIFY).unwrap();
        send(&mut card, &[0]);
    }
    assert_eq!(running.terminate(), Some(0));
    paths
}

fn replay(path: &str, vpcd: &TcpListener) -> Child {
    replay_with(&[], path, vpcd)
}

fn replay_with(arguments: &[&str], path: &str, vpcd: &TcpListener) -> Child {
    program()
        .args(["replay", path, "--grace", "200"])
        .args(arguments)
        .arg("--vpcd")
        .arg(vpcd.local_addr().unwrap().to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[test]
fn what_was_recorded_is_replayed_with_status_0() {
    let directory = TempDir::new().unwrap();
    for (path, profile) in record(&directory).iter().zip(["adult", "child"]) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(&format!("\nprofile {profile}\n")), "{text}");
        assert!(!text.contains("31 32 33 34"), "{text}");
        let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
        let child = replay(path, &vpcd);
        let mut card = accept(&vpcd);
        send(&mut card, &[1]);
        assert_eq!(ask(&mut card, &[4]).unwrap()[..2], [0x3B, 0xE0]);
        assert_eq!(ask(&mut card, &SELECT_JPKI), Some(vec![0x90, 0x00]));
        assert_eq!(ask(&mut card, &VERIFY), Some(vec![0x90, 0x00]));
        while ask(&mut card, &[4]).is_some() {}
        let (status, said) = end(child);
        assert_eq!(status, Some(0), "{said}");
    }
}

#[test]
fn a_recording_is_its_users_alone_even_over_a_file_that_was_not() {
    let directory = TempDir::new().unwrap();
    let open = directory.path().join("adult.txt");
    fs::write(&open, "what was there before").unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    for path in record(&directory) {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path}");
        assert!(!fs::read_to_string(&path).unwrap().contains("before"));
    }
}

#[test]
fn a_wrong_step_a_missing_one_and_one_too_many_end_with_status_1() {
    let directory = TempDir::new().unwrap();
    let [path, _] = record(&directory);
    for (commands, expected) in [
        (&[&ASK_TRIES[..]][..], "expected power on, then 00 A4"),
        (
            &[&SELECT_JPKI[..], &ASK_TRIES[..]],
            "received 00 20 00 98  #",
        ),
        (
            &[&SELECT_JPKI[..], &VERIFY[..], &ASK_TRIES[..]],
            "ends after 2 commands",
        ),
    ] {
        let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
        let child = replay(&path, &vpcd);
        let mut card = accept(&vpcd);
        let (last, right) = commands.split_last().unwrap();
        for command in right {
            assert_eq!(ask(&mut card, command), Some(vec![0x90, 0x00]));
        }
        assert_eq!(ask(&mut card, last), None, "the card leaves");
        drop(card);
        drop(vpcd);
        let (status, said) = end(child);
        assert_eq!(status, Some(1));
        assert!(said.contains(expected), "{said}");
    }
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = replay(&path, &vpcd);
    let mut card = accept(&vpcd);
    ask(&mut card, &SELECT_JPKI).unwrap();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let (status, said) = end(child);
    assert_eq!(status, Some(1));
    assert!(said.contains("1 of 2 commands"), "{said}");
}

#[test]
fn a_program_that_stops_early_ends_the_replay_with_the_step_that_is_missing() {
    let directory = TempDir::new().unwrap();
    let [path, _] = record(&directory);
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = replay_with(&["--timeout", "1"], &path, &vpcd);
    let mut card = accept(&vpcd);
    // Nobody is late who has not begun.
    thread::sleep(Duration::from_millis(1500));
    ask(&mut card, &SELECT_JPKI).unwrap();
    // pcscd goes on looking for the card, which is no step.
    while ask(&mut card, &[4]).is_some() {
        thread::sleep(Duration::from_millis(100));
    }
    let (status, said) = end(child);
    assert_eq!(status, Some(1));
    assert!(
        said.contains("1 of 2 commands") && said.contains("VERIFY EF 18"),
        "{said}"
    );
}

#[test]
fn a_replay_ends_while_vpcd_says_nothing() {
    let directory = TempDir::new().unwrap();
    let [path, _] = record(&directory);
    for (commands, expected) in [(&[&SELECT_JPKI[..], &VERIFY][..], 0), (&[&SELECT_JPKI], 1)] {
        let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
        let child = replay_with(&["--timeout", "1", "--json"], &path, &vpcd);
        let mut card = accept(&vpcd);
        for command in commands {
            ask(&mut card, command).unwrap();
        }
        // The stream ends by itself: `card` is kept, and asks nothing.
        assert_eq!(card.read(&mut [0]).unwrap(), 0);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(expected));
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&result["complete"], &result["commands"], &result["played"]),
            (&json!(expected == 0), &json!(2), &json!(commands.len()))
        );
        assert_eq!(result["error"].is_null(), expected == 0, "{result}");
    }
}

#[test]
fn no_other_card_comes_into_a_slot_that_is_recorded() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("adult.txt");
    let (first, _second, address) = two_slots();
    let record = path.to_str().unwrap();
    let mut running = Running::new(&["--profile", "adult", "--vpcd", &address, "--record", record]);
    let mut card = accept(&first);
    ask(&mut card, &SELECT_JPKI).unwrap();
    let refuses = |arguments: &[&str]| {
        let output = running.ctl(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("slot 0 is recorded"), "{arguments:?}: {said}");
    };
    refuses(&["swap", "child"]);
    assert!(running.done(&["status"]).contains("inserted: adult"));
    running.done(&["remove"]);
    assert_eq!(ask(&mut card, &[4]), None);
    refuses(&["insert", "child"]);
    running.done(&["insert"]);
    let mut again = accept(&first);
    ask(&mut again, &VERIFY).unwrap();
    assert_eq!(running.terminate(), Some(0));
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# a card is inserted") && text.contains("VERIFY EF 18"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_no_recording_is_named_with_its_line() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("bad.txt");
    fs::write(
        &path,
        "jpki-virtual-card recording 1\nprofile a\natr 3B\nnoise\n",
    )
    .unwrap();
    let output = program().arg("replay").arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("bad.txt") && said.contains("line 4"),
        "{said}"
    );
}
