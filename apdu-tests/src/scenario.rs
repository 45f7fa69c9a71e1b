//! Stories about the card, as data: what is sent, what must come back, what happens to the card in between.
//!
//! A [`Story`] is a TOML file in `apdu-tests/scenarios/`; `docs/virtual-card.md` describes it. A [`Stage`] is where a
//! story is played: in this process, through pcscd and vpcd, or with a real card. [`play()`] plays it, and an [`Outcome`]
//! says how it went.

mod harmless;
mod pattern;
mod play;
mod report;
mod stage;
mod story;

use std::fs;
use std::path::{Path, PathBuf};

pub use harmless::{Danger, HarmlessCommand, check_harmless};
pub use pattern::{AnswerPattern, CommandBytes, Mismatch, PatternError};
pub use play::{Outcome, StepOutcome, play, play_unknown_card};
pub use report::{Report, Verdict};
pub use stage::{BehindPcscd, InProcess, RealCard, Stage, StageError};
pub use story::{Act, ReaderAction, Step, Story, StoryError, Variant};

/// The stories of this repository.
pub const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");

/// The story files of a directory, sorted by name.
///
/// # Errors
/// The directory cannot be read.
pub fn files(directory: impl AsRef<Path>) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
