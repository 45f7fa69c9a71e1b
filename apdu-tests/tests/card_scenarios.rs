//! `card-scenarios` as a process.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const STORY: &str = "name = 'A counter'\nshows = 'tries'\nharmless = true
[[step]]\nname = 'select'\nsend = '00 A4 04 0C 0A D392F000260100000001'\nexpect = '90 00'
[[step]]\nname = 'a wrong PIN'\nsend = \"00 20 00 98 04 '9876'\"\nexpect = '63 C2'
";

fn play(story: &str, arguments: &[&str]) -> Output {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("story.toml");
    fs::write(&file, story).unwrap();
    Command::new(env!("CARGO_BIN_EXE_card-scenarios"))
        .args(arguments)
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn a_story_that_passes_is_exit_status_0() {
    let played = play(STORY, &[]);
    assert_eq!(played.status.code(), Some(0), "{played:?}");
    assert_eq!(played.stdout, b"ok    A counter\n");
}

#[test]
fn a_story_that_fails_is_exit_status_1_and_the_step_is_named_without_its_pin() {
    let played = play(&STORY.replace("63 C2", "63 C1"), &[]);
    assert_eq!(played.status.code(), Some(1), "{played:?}");
    let said = String::from_utf8(played.stdout).unwrap();
    assert_eq!(
        said,
        "FAIL  A counter\n        command 2, a wrong PIN\n          \
         00 20 00 98 and 5 bytes: answered with 63 C2, expected 63 C1\n"
    );
}

#[test]
fn programs_read_json() {
    let played = play(&STORY.replace("63 C2", "63 C1"), &["--json"]);
    let report: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert_eq!(report["passed"], false);
    let commands = report.pointer("/stories/0/cards/0/commands").unwrap();
    assert_eq!(commands.pointer("/0/passed").unwrap(), true);
    let wrong = commands.pointer("/1/problem").unwrap();
    assert_eq!(wrong, "answered with 63 C2");
}

#[test]
fn a_file_that_is_no_story_is_exit_status_2_with_its_line() {
    let played = play(&STORY.replace("63 C2", "63 C"), &[]);
    assert_eq!(played.status.code(), Some(2), "{played:?}");
    let said = String::from_utf8(played.stderr).unwrap();
    assert!(
        said.contains("story.toml") && said.contains("line 8"),
        "{said}"
    );
}

#[test]
fn flags_that_contradict_are_exit_status_2() {
    for flags in [
        &["--vpcd", "--dangerous-real-card"][..],
        &["--reader", "x"],
        &["--yes"],
    ] {
        assert_eq!(play(STORY, flags).status.code(), Some(2), "{flags:?}");
    }
}
