//! The systemd units: judged by systemd, and run by a person's own service manager, which applies what they say.
//!
//! Needs root, systemd, and target/debug/jpkid with its software card. systemd need not have started the machine.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

mod logged_in;

use std::process::Command;
use std::time::Instant;

use logged_in::{LoggedIn, PATIENCE};
use serde_json::Value;

const UNITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/systemd");

const JPKI_LOG_IN: [&str; 6] = [
    "authenticate",
    "--json",
    "--origin",
    "https://example.com",
    "--nonce",
    "a-nonce-of-44-characters-or-more-0123456789abcdef",
];

#[test]
fn systemd_finds_little_that_the_daemon_could_do_to_the_machine() {
    let judged = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", "--threshold=19"])
        .arg(format!("{UNITS}/jpkid.service"))
        .output()
        .expect("systemd is installed");
    // Fails where the exposure is over 1.9, of 10.
    assert!(judged.status.success(), "{judged:?}");
}

#[test]
fn a_confined_daemon_logs_in_and_can_do_nothing_else() {
    let person = LoggedIn::new();
    let free = person.run("/home/person/attempts", &[]);
    assert_eq!(
        free,
        "home: done\nprograms: done\nnetwork: done\nnamespace: done\n"
    );

    let token = person.run("jpki", &JPKI_LOG_IN);
    assert!(token.contains("web-eid:1.0"), "{token}");
    // The window is the daemon's child, and tried the same.
    let confined = person.read("run/user/1000/jpkid/attempts");
    assert_eq!(
        confined,
        "home: refused\nprograms: refused\nnetwork: refused\nnamespace: refused\n"
    );
}

#[test]
fn a_confined_daemon_knows_a_browser_from_a_program() {
    let person = LoggedIn::new();
    person.run("jpki", &JPKI_LOG_IN);
    let mut browser = person.browser();
    let answer = browser.call("authenticate", &apdu_tests::bench::log_in());
    assert_eq!(answer.pointer("/result/format").unwrap(), "web-eid:1.0");

    let history: Value = serde_json::from_str(&person.run("jpki", &["history", "--json"])).unwrap();
    let asked: Vec<_> = history
        .get("history")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name| entry.get(name).and_then(Value::as_str).unwrap();
            (text("askedBy"), text("program"), text("result"))
        })
        .collect();
    assert_eq!(
        asked,
        [
            ("program", "/usr/local/bin/jpki", "done"),
            ("website", "/home/person/chromium", "done"),
        ]
    );
}

#[test]
fn a_killed_daemon_starts_at_once_and_closes_what_was_open() {
    let person = LoggedIn::new();
    person.run("jpki", &["status"]);
    let first = person.daemon();
    // As it stands there between VERIFY and the end of an exchange.
    person.run(
        "sh",
        &[
            "-c",
            "printf 'Virtual reader (software card)' >$XDG_RUNTIME_DIR/jpkid/jpkid.open",
        ],
    );
    person.run("kill", &["-KILL", &first]);
    let begin = Instant::now();
    while person.has("run/user/1000/jpkid/jpkid.open") || person.daemon() == "0" {
        // No client asked for anything.
        assert!(
            begin.elapsed() < PATIENCE,
            "{}",
            person.read("home/person/log")
        );
    }
    assert_ne!(person.daemon(), first);
    let log = person.read("home/person/log");
    assert!(log.contains("closing a card that was left open"), "{log}");
}
