//! Any text as settings: what is taken keeps to the limits that the documents give.

use std::path::Path;
use std::time::Duration;

use jpkid::settings::{Settings, SettingsError};

/// Reads settings; tells whether they are taken.
pub fn check(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    match Settings::parse(text, Path::new("config.toml")) {
        Ok(settings) => {
            assert!(
                settings
                    .pinentry
                    .is_none_or(|program| program.is_absolute())
            );
            let seconds = Duration::from_secs;
            assert!((seconds(5)..=seconds(600)).contains(&settings.prompt_timeout));
            assert!(settings.cancelled_wait <= seconds(60));
            let ids = settings.extension_ids;
            assert!(ids.len() <= 16 && ids.iter().all(|id| (1..=255).contains(&id.len())));
            true
        }
        Err(SettingsError::Invalid { line, .. }) => {
            // A complaint about the end stands on the line after the last break.
            let lines = text.matches('\n').count().saturating_add(1);
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
            false
        }
        Err(other) => panic!("{other}"),
    }
}

/// Settings with every key, and none.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let every_key = "# mine\ndeveloper_origins = true\npinentry = \"/usr/bin/pinentry-gnome3\"\n\
        prompt_timeout_seconds = 60\ncancelled_wait_seconds = 5\nlanguage = 'ja'\nhistory = false\n\
        extension_ids = [\"kmbhegncnoikamoigmjkjpoehgbenimi\", \"\"\"jpkid@example\"\"\"]\n";
    [
        "",
        "language = \"en\"",
        "prompt_timeout_seconds = 0x258",
        every_key,
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
