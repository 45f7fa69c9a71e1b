//! The daemon's own pinentry client, with a script at the other end.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use jpkid::pin::pinentry::Pinentry;
use tempfile::TempDir;

/// A prompt program that types what it was given, and then cancels.
pub(super) struct ScriptedPinentry {
    place: TempDir,
}

impl ScriptedPinentry {
    pub(super) fn typing(answers: &[&str]) -> Self {
        let place = TempDir::new().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchanges/pinentry.sh");
        symlink(script, place.path().join("pinentry")).unwrap();
        let directory = place.path().join("answers");
        fs::create_dir(&directory).unwrap();
        for (number, answer) in answers.iter().enumerate() {
            fs::write(directory.join(format!("{number:03}")), answer).unwrap();
        }
        Self { place }
    }

    pub(super) fn prompt(&self) -> Pinentry {
        Pinentry::new(self.program().to_str().unwrap())
    }

    /// How many commands of this name it was given.
    pub(super) fn times_told(&self, command: &str) -> usize {
        let told = fs::read_to_string(self.place.path().join("told")).unwrap();
        told.lines()
            .filter(|line| line.split(' ').next() == Some(command))
            .count()
    }

    fn program(&self) -> PathBuf {
        self.place.path().join("pinentry")
    }
}
