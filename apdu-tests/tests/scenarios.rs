//! The stories of `scenarios/`, played in this process: one test a file.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

use std::path::{Path, PathBuf};

use apdu_tests::scenario::{self, InProcess, Report, Story, Verdict, play};

/// A test for each file, named as the file is, and one that no file is forgotten.
macro_rules! stories {
    ($($name:ident = $file:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            passes($file);
        })+

        #[test]
        fn no_story_is_left_out() {
            let files = scenario::files(scenario::DIRECTORY).unwrap();
            let names: Vec<_> = files.iter().map(|file| file.file_stem().unwrap()).collect();
            assert_eq!(names, [$($file),+]);
        }
    };
}

stories! {
    android_phone = "android-phone",
    answers_fetched = "answers-fetched",
    asking_after_success = "asking-after-success",
    asking_for_tries = "asking-for-tries",
    authentication_pin_counter = "authentication-pin-counter",
    behind_certificates = "behind-certificates",
    blocked_words = "blocked-words",
    blocked = "blocked",
    card_number = "card-number",
    changing_pins = "changing-pins",
    child = "child",
    code_tries = "code-tries",
    data_objects = "data-objects",
    extended_read = "extended-read",
    first_command = "first-command",
    iphone = "iphone",
    juki_card = "juki-card",
    lost_card = "lost-card",
    malformed_commands = "malformed-commands",
    no_usable_pins = "no-usable-pins",
    other_commands = "other-commands",
    reading_at_length = "reading-at-length",
    reading_certificates = "reading-certificates",
    resident_register_pins = "resident-register-pins",
    selecting = "selecting",
    short_identifiers = "short-identifiers",
    signature_password_counter = "signature-password-counter",
    signing = "signing",
    text_applet = "text-applet",
    text_hashes = "text-hashes",
    verified_how_long = "verified-how-long",
    visual_applet = "visual-applet",
    wrong_signature_input = "wrong-signature-input",
}

fn path(file: &str) -> PathBuf {
    Path::new(scenario::DIRECTORY)
        .join(file)
        .with_extension("toml")
}

fn passes(file: &str) {
    let story = Story::load(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let outcomes = play(&story, &mut InProcess::new()).unwrap();
    let mut report = Report::default();
    report.add(&story.name, Verdict::WithItsCards(outcomes));
    assert!(report.passed(), "\n{report}");
}
