//! Any text is a story or is refused; what is a story can be told apart as harmless or not.
#![no_main]

use apdu_tests::scenario::{HarmlessCommand, Story, check_harmless};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(story) = Story::parse(text) {
        let harmless = check_harmless(&story).is_ok();
        let mut commands = story.commands();
        let all = commands.all(|command| HarmlessCommand::try_from(command.as_bytes()).is_ok());
        assert!(!harmless || all);
    }
});
