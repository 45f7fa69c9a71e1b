//! The stories of `scenarios/` through the system's smart card service, and the way to a real card tried on a virtual one.
//!
//! Needs what [`apdu_tests::pcscd`] needs.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends with what went wrong"
)]

use std::fs;
use std::process::{Command, Output, Stdio};

use apdu_tests::bench;
use apdu_tests::pcscd::{PluggedIn, Slot};
use apdu_tests::scenario::{self, BehindPcscd, Report, Story, Verdict, play};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn every_story_goes_behind_pcscd_as_in_process() {
    let mut stage = BehindPcscd::new();
    let mut report = Report::default();
    for file in scenario::files(scenario::DIRECTORY).unwrap() {
        let story = Story::load(file).unwrap();
        let outcomes = play(&story, &mut stage).map(Verdict::WithItsCards);
        report.add(
            &story.name,
            outcomes.unwrap_or_else(|error| Verdict::refused(&error)),
        );
    }
    assert!(report.passed(), "\n{report}");
}

#[test]
fn a_real_card_is_told_harmless_stories_and_nothing_else() {
    let reader = bench::reader("vpcd", "quirks = { refuse_four_byte_verify = true }");
    let plugged = PluggedIn::of(reader);
    let directory = TempDir::new().unwrap();
    harmless_stories_are_played_and_the_card_told_apart(&plugged);
    a_story_that_only_says_it_is_harmless_is_refused(&plugged, &directory);
    without_consent_nothing_is_sent(&plugged);
}

fn harmless_stories_are_played_and_the_card_told_apart(plugged: &PluggedIn) {
    let played = real_card(&["--yes", "--json"]);
    let report: Value = serde_json::from_slice(&played.stdout).unwrap();
    assert_eq!(played.status.code(), Some(0), "{report:#}");
    let stories = report["stories"].as_array().unwrap();
    let queries = stories
        .iter()
        .find(|story| story["story"] == "How a card may be asked for the tries left")
        .unwrap();
    let cards: Vec<_> = queries["cards"].as_array().unwrap().iter().collect();
    assert_eq!(cards[0]["variant"], "both");
    assert_eq!(cards[0]["passed"], false, "this card refuses four bytes");
    assert_eq!(cards[1]["variant"], "five");
    assert_eq!(cards[1]["passed"], true);
    let trace = plugged.reader().trace();
    assert!(trace.len() > 40, "{}", trace.len());
    let harmless = |step: &jpki_virtual_card::TraceStep| match step.header {
        [0x00, 0xA4 | 0xB0 | 0xB2 | 0xCA, ..] => true,
        [0x00, 0x20, ..] => step.lc == 0,
        _ => false,
    };
    assert!(trace.iter().all(harmless), "{trace:?}");
}

fn a_story_that_only_says_it_is_harmless_is_refused(plugged: &PluggedIn, directory: &TempDir) {
    plugged.reader().clear_trace();
    let file = directory.path().join("wolf.toml");
    let counter = fs::read_to_string(format!(
        "{}/authentication-pin-counter.toml",
        scenario::DIRECTORY
    ));
    let counter = counter.unwrap();
    for (story, why) in [
        (counter.clone(), "the story is not marked harmless"),
        (
            counter.replace("harmless = false", "harmless = true"),
            "a command with the header 00 20 00 98 is not sent to a real card",
        ),
    ] {
        fs::write(&file, story).unwrap();
        let harmless = format!("{}/selecting.toml", scenario::DIRECTORY);
        let refused = real_card(&["--yes", &harmless, file.to_str().unwrap()]);
        let said = String::from_utf8(refused.stdout).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(why), "{said}");
    }
    assert_eq!(plugged.reader().trace(), [], "not even the harmless one");
}

fn without_consent_nothing_is_sent(plugged: &PluggedIn) {
    plugged.reader().clear_trace();
    let refused = real_card(&[]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("nobody agreed"), "{said}");
    assert_eq!(plugged.reader().trace(), []);
}

/// Nobody sits at a terminal here.
fn real_card(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_card-scenarios"))
        .args(["--dangerous-real-card", "--reader", Slot::First.name()])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}
