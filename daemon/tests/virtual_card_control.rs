//! The daemon's own software card, removed and put back by its control socket.
#![cfg(feature = "virtual-card")]
#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jpki_virtual_card::control::{self, Action, Request, SlotStatus};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// Ends the daemon with the test.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = (self.0.kill(), self.0.wait());
    }
}

fn slots(socket: &Path, action: Action) -> Vec<SlotStatus> {
    let request = Request { slot: None, action };
    control::ask(socket, &request).expect("an answer")
}

/// The kind of the card that `jpki status` shows; `None` for an empty reader.
fn card(directory: &Path) -> Option<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_jpki"))
        .args(["status", "--json"])
        .env("JPKID_SOCKET", directory.join("jpkid.sock"))
        .env("HOME", directory)
        .output()
        .expect("jpki runs");
    let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let card = status.pointer("/readers/0/card").expect("a reader");
    (!card.is_null()).then(|| card.clone())
}

#[test]
fn the_card_in_the_daemon_is_removed_and_inserted_by_its_control_socket() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path();
    let socket = directory.join("control.sock");
    let _daemon = Daemon(
        Command::new(env!("CARGO_BIN_EXE_jpkid"))
            .args(["serve", "--virtual-card", "adult", "--virtual-card-control"])
            .arg(&socket)
            .env("JPKID_SOCKET", directory.join("jpkid.sock"))
            .env("HOME", directory)
            .stderr(Stdio::null())
            .spawn()
            .expect("jpkid starts"),
    );
    let start = Instant::now();
    while !directory.join("jpkid.sock").exists() {
        assert!(start.elapsed() < PATIENCE, "the daemon does not listen");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(card(directory).is_some());
    let [removed] = slots(&socket, Action::Remove).try_into().expect("one slot");
    assert!(!removed.inserted && removed.profile == "adult");
    assert!(card(directory).is_none());
    slots(&socket, Action::Insert { profile: None });
    assert!(card(directory).is_some());
    let [status] = slots(&socket, Action::Status).try_into().expect("one slot");
    assert!(status.inserted && status.apdus > 0);
}
