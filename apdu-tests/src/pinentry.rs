//! A prompt program that types what a test gives it: a script that speaks Assuan.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use jpkid::pin::pinentry::Pinentry;
use tempfile::TempDir;

/// Types what it was given, one answer for each question, and cancels when none is left.
#[derive(Debug)]
pub struct ScriptedPinentry {
    place: TempDir,
}

impl ScriptedPinentry {
    /// Types these.
    #[must_use]
    pub fn typing(answers: &[&str]) -> Self {
        let place = TempDir::new().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pinentry.sh");
        symlink(script, place.path().join("pinentry")).unwrap();
        fs::create_dir(place.path().join("answers")).unwrap();
        let pinentry = Self { place };
        pinentry.will_type(answers);
        pinentry
    }

    /// Types these after all others.
    pub fn will_type(&self, answers: &[&str]) {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        for answer in answers {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            // Under another name first, so that no half of it is typed.
            let half = self.place.path().join(format!("half-{number}"));
            fs::write(&half, answer).unwrap();
            let whole = self.place.path().join(format!("answers/{number:09}"));
            fs::rename(half, whole).unwrap();
        }
    }

    /// The daemon's own client of this program.
    #[must_use]
    pub fn prompt(&self) -> Pinentry {
        Pinentry::new(self.program().to_str().unwrap())
    }

    /// The window of the next question stays open.
    pub fn will_wait(&self) {
        self.will_type(&["WAITS\n"]);
    }

    /// Types this in the next window once it is told to.
    pub fn will_type_when_told(&self, answer: &str) {
        self.will_type(&[&format!("LATER {answer}")]);
    }

    /// Tells it to.
    pub fn type_now(&self) {
        fs::write(self.place.path().join("now"), "").unwrap();
    }

    /// Windows that are open now.
    #[must_use]
    pub fn open_windows(&self) -> usize {
        let opened = fs::read_to_string(self.place.path().join("opened")).unwrap_or_default();
        // The program of a process that has ended cannot be read.
        let is_open = |pid: &&str| fs::read_link(format!("/proc/{pid}/exe")).is_ok();
        opened.lines().filter(is_open).count()
    }

    /// How many commands of this name it was given.
    #[must_use]
    pub fn times_told(&self, command: &str) -> usize {
        let told = fs::read_to_string(self.place.path().join("told")).unwrap_or_default();
        told.lines()
            .filter(|line| line.split(' ').next() == Some(command))
            .count()
    }

    /// Its path, for `JPKID_PINENTRY`.
    #[must_use]
    pub fn program(&self) -> PathBuf {
        self.place.path().join("pinentry")
    }
}
