//! The program with cards in both slots of a vpcd, which is this test; and its client `ctl`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

pub(super) const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"));
    command.stdin(Stdio::null());
    command
}

/// A program that runs with its control socket in a directory of its own.
pub(super) struct Running {
    child: Child,
    runtime: TempDir,
}

impl Running {
    pub(super) fn new(arguments: &[&str]) -> Self {
        let runtime = TempDir::new().unwrap();
        let child = program()
            .args(["--seed", "card"])
            .args(arguments)
            .env("XDG_RUNTIME_DIR", runtime.path())
            .spawn()
            .unwrap();
        Self { child, runtime }
    }

    pub(super) fn ctl(&self, arguments: &[&str]) -> Output {
        program()
            .arg("ctl")
            .args(arguments)
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .output()
            .unwrap()
    }

    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let output = self.ctl(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn terminate(&mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

/// Two neighbouring ports, as vpcd's two slots have them.
pub(super) fn two_slots() -> (TcpListener, TcpListener, String) {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = first.local_addr().unwrap();
        let next = address.port().checked_add(1);
        if let Some(Ok(second)) = next.map(|port| TcpListener::bind(("127.0.0.1", port))) {
            return (first, second, address.to_string());
        }
    }
}

pub(super) fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

pub(super) fn send(stream: &mut TcpStream, content: &[u8]) {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length, content].concat()).unwrap();
}

/// The answer to a frame; `None` once the card is gone.
pub(super) fn ask(stream: &mut TcpStream, content: &[u8]) -> Option<Vec<u8>> {
    send(stream, content);
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut content = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut content).unwrap();
    Some(content)
}

#[test]
fn two_cards_lie_in_two_slots_and_are_controlled_apart() {
    let (first, second, address) = two_slots();
    let mut running = Running::new(&[
        "--profile",
        "adult",
        "--profile",
        "child",
        "--vpcd",
        &address,
    ]);
    let (mut adult, mut child) = (accept(&first), accept(&second));
    for card in [&mut adult, &mut child] {
        assert_eq!(ask(card, &SELECT_JPKI), Some(vec![0x90, 0x00]));
    }
    // EF 0008 tells who has a signature certificate.
    let availability = |card: &mut TcpStream| ask(card, &[0x00, 0xB0, 0x88, 0x00, 0x01]).unwrap();
    assert_eq!(availability(&mut adult)[0], 0x8F);
    assert_ne!(availability(&mut child)[0], 0x8F);

    assert!(running.done(&["--slot", "1", "remove"]).contains("empty"));
    assert_eq!(ask(&mut child, &[4]), None);
    assert!(ask(&mut adult, &[4]).is_some(), "the other card stays");
    running.done(&["insert", "--slot", "1"]);
    let mut child = accept(&second);
    assert_eq!(ask(&mut child, &SELECT_JPKI), Some(vec![0x90, 0x00]));

    running.done(&["swap", "child"]);
    assert_eq!(ask(&mut adult, &[4]), None);
    let mut swapped = accept(&first);
    assert_eq!(ask(&mut swapped, &SELECT_JPKI), Some(vec![0x90, 0x00]));
    assert_ne!(availability(&mut swapped)[0], 0x8F);

    assert_eq!(running.terminate(), Some(0));
    assert_eq!(ask(&mut swapped, &[4]), None);
    assert!(
        !running
            .runtime
            .path()
            .join("jpki-virtual-card/control.sock")
            .exists()
    );
}

#[test]
fn status_is_text_for_people_and_json_for_programs() {
    let (first, _second, address) = two_slots();
    let running = Running::new(&["--profile", "adult", "--vpcd", &address]);
    let mut card = accept(&first);
    ask(&mut card, &SELECT_JPKI).unwrap();
    running.done(&["slow", "5"]);
    running.done(&["wrong-length", "9", "--longer"]);
    let text = running.done(&["status"]);
    for expected in [
        "slot 0, inserted: adult, 1 APDUs",
        "D392F000260100000001 (JPKI)",
        "D392F000260100000001 (JPKI) 0018 authentication PIN: 3 tries left",
        "D392F000260100000001 (JPKI) 001B signature password: 5 tries left",
        "D3921000310001010100 (common) 001C common PIN: ",
        "D3921000310001010401 (juki) 001C juki PIN: ",
        "D3921000310001010402 (visual) 0011 birth date: ",
        "D3921000310001010402 (visual) 0012 code B: ",
        "D3921000310001010402 (visual) 0013 code A: ",
        "D3921000310001010408 (text) 0011 text PIN: ",
        "D3921000310001010408 (text) 0012: blocked",
        "D3921000310001010408 (text) 0014 code A: ",
        "D3921000310001010408 (text) 0015 code B: ",
        "armed     slow 5",
        "armed     wrong-length 9 --longer",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let json: Value = serde_json::from_str(&running.done(&["--json", "status"])).unwrap();
    assert_eq!(json[0]["profile"], "adult");
    assert_eq!(json[0]["faults"][0]["slow"]["delayMs"], 5);
}

#[test]
fn what_ctl_cannot_do_ends_with_status_1_and_the_next_step() {
    let (first, _second, address) = two_slots();
    let running = Running::new(&["--vpcd", &address]);
    accept(&first);
    for (arguments, step) in [
        (&["insert"][..], "swap"),
        (&["swap", "nobody"], "adult"),
        (&["--slot", "7", "heal"], "0 to 0"),
        (
            &["--control", "/nonexistent/control.sock", "status"],
            "start jpki-virtual-card",
        ),
    ] {
        let output = running.ctl(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(step), "{arguments:?}: {said}");
    }
    for usage in [&["tear", "0"][..], &["dance"], &["swap"]] {
        assert_eq!(running.ctl(usage).status.code(), Some(2), "{usage:?}");
    }
}

#[test]
fn a_named_profile_file_is_found_from_where_ctl_runs() {
    let (first, _second, address) = two_slots();
    let running = Running::new(&["--vpcd", &address]);
    accept(&first);
    std::fs::write(running.runtime.path().join("mine.toml"), "").unwrap();
    let output = program()
        .args(["ctl", "swap", "mine.toml"])
        .current_dir(running.runtime.path())
        .env("XDG_RUNTIME_DIR", running.runtime.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("/mine.toml"));
}

#[test]
fn a_second_program_runs_without_control_but_not_where_it_was_asked_for() {
    let (first, second, address) = two_slots();
    let running = Running::new(&["--vpcd", &address]);
    accept(&first);
    let socket = running
        .runtime
        .path()
        .join("jpki-virtual-card/control.sock");
    let refused = program()
        .args(["--seed", "card", "--vpcd", &address, "--control"])
        .arg(&socket)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another virtual card"));
    let mut without = program()
        .args([
            "--seed",
            "card",
            "--vpcd",
            &second.local_addr().unwrap().to_string(),
        ])
        .env("XDG_RUNTIME_DIR", running.runtime.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut card = accept(&second);
    assert_eq!(ask(&mut card, &SELECT_JPKI), Some(vec![0x90, 0x00]));
    without.kill().unwrap();
    without.wait().unwrap();
    assert!(running.done(&["status"]).contains("slot 0"));
}

#[test]
fn three_cards_are_more_than_vpcd_has_slots() {
    let output = program()
        .args([
            "--profile",
            "adult",
            "--profile",
            "child",
            "--profile",
            "adult",
        ])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 slots"));
}

#[test]
fn completions_name_the_actions() {
    let output = program().args(["completions", "bash"]).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("wrong-length"));
}
