//! What the card was used for, for the person to look up: one line of JSON for each use, in a file of the person's own.
//!
//! No personal data, nonce, hash or certificate stands in it. It is as long as a person looks back: two files of 256 KiB.

mod recorded;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{env, mem};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use recorded::Recorded;

/// The bytes after which a file is put aside for a new one.
const MAX_FILE_LEN: u64 = 256 * 1024;

/// The result of a use that succeeded.
const DONE: &str = "done";

/// One use of the card that a site or program asked for: it succeeded, or the person saw a window.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// When it ended.
    pub time: Timestamp,
    /// What was wanted.
    pub action: Action,
    /// Which of the card's two keys, or whose certificate.
    pub key: Key,
    /// Who asked.
    pub asked_by: AskedBy,
    /// The site: the browser's word, or what a program claimed.
    pub origin: Option<String>,
    /// The browser's or the program's file, where the system told it.
    pub program: Option<PathBuf>,
    /// `done`, or the error code that the client was told.
    pub result: String,
}

/// What was wanted of the card.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// A log-in.
    Authenticate,
    /// Signatures.
    Sign,
    /// A certificate alone.
    Certificate,
}

/// One of the card's two keys.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Key {
    /// The user-authentication key (利用者証明用).
    Authentication,
    /// The digital-signature key (署名用).
    Signature,
}

/// Who asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AskedBy {
    /// A web page; the browser named its origin.
    Website,
    /// A program, which may have named an origin.
    Program,
}

/// The file and the one before it (`.1`).
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    /// One line is written at a time.
    writing: Mutex<()>,
}

impl History {
    /// The history in `path`, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            writing: Mutex::default(),
        }
    }

    /// `$XDG_STATE_HOME/jpkid/history.jsonl`, else `~/.local/state/jpkid/history.jsonl`; `None` where no home is known.
    #[must_use]
    pub fn of_this_user() -> Option<Self> {
        // The XDG Base Directory Specification ignores relative paths.
        let state = env::var_os("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local/state")))?;
        Some(Self::at(state.join("jpkid/history.jsonl")))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a use. The file is 0600; a directory that is missing is made 0700.
    ///
    /// # Errors
    /// The system's, if it cannot be written.
    pub fn append(&self, entry: &Use) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(directory) = self.path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
        }
        let mut file = self.open()?;
        if file.metadata()?.len().saturating_add(line.len() as u64) > MAX_FILE_LEN {
            fs::rename(&self.path, self.older())?;
            drop(mem::replace(&mut file, self.open()?));
        }
        // In one piece, so that a line is whole even if the daemon ends here.
        file.write_all(&line)
    }

    /// All uses, the oldest first. A line that cannot be read is left out.
    ///
    /// # Errors
    /// The system's, if a file is there and cannot be read.
    pub fn read(&self) -> io::Result<Vec<Use>> {
        let mut entries = Vec::new();
        for path in [&self.older(), &self.path] {
            let file = match File::open(path) {
                Ok(file) => file.take(MAX_FILE_LEN),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for line in BufReader::new(file).split(b'\n') {
                entries.extend(serde_json::from_slice::<Use>(&line?));
            }
        }
        Ok(entries)
    }

    /// Whether this site's page got what it asked for at least once, as far back as it goes.
    ///
    /// # Errors
    /// The system's, if a file is there and cannot be read.
    pub fn knows(&self, origin: &str) -> io::Result<bool> {
        let of_site = |entry: &Use| {
            entry.asked_by == AskedBy::Website
                && entry.origin.as_deref() == Some(origin)
                && entry.result == DONE
        };
        Ok(self.read()?.iter().any(of_site))
    }

    /// Removes it.
    ///
    /// # Errors
    /// The system's, if a file is there and cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        for path in [&self.older(), &self.path] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn older(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".1");
        name.into()
    }

    fn open(&self) -> io::Result<File> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&self.path)?;
        // A file that was there with a wider mode is closed to others before anything is added.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> Use {
        Use {
            time: Timestamp::from_second(1_795_435_200).expect("a time"),
            action: Action::Authenticate,
            key: Key::Authentication,
            asked_by: AskedBy::Website,
            origin: Some(format!("https://site-{number}.example.jp")),
            program: Some("/usr/lib/chromium/chromium".into()),
            result: "done".into(),
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o7777
    }

    #[test]
    fn what_is_appended_is_read_and_nobody_else_can() {
        let directory = tempfile::tempdir().expect("a directory");
        let history = History::at(directory.path().join("state/jpkid/history.jsonl"));
        assert_eq!(history.read().expect("nothing yet"), []);
        let entries = [entry(1), entry(2)];
        for entry in &entries {
            history.append(entry).expect("written");
        }
        assert_eq!(history.read().expect("read"), entries);
        assert_eq!(mode(history.path()), 0o600);
        assert_eq!(mode(history.path().parent().expect("a directory")), 0o700);
    }

    #[test]
    fn a_line_is_an_object_with_fixed_names() {
        let line = serde_json::to_string(&entry(1)).expect("JSON");
        assert_eq!(
            line,
            concat!(
                r#"{"time":"2026-11-23T12:00:00Z","action":"authenticate","key":"authentication","askedBy":"website","#,
                r#""origin":"https://site-1.example.jp","program":"/usr/lib/chromium/chromium","result":"done"}"#
            )
        );
    }

    #[test]
    fn old_uses_go_and_the_files_stay_small() {
        let directory = tempfile::tempdir().expect("a directory");
        let history = History::at(directory.path().join("history.jsonl"));
        for number in 0..4000 {
            history.append(&entry(number)).expect("written");
        }
        let entries = history.read().expect("read");
        assert_eq!(entries.last(), Some(&entry(3999)));
        assert!((1000..4000).contains(&entries.len()), "{}", entries.len());
        for path in [&history.path, &history.older()] {
            assert!(fs::metadata(path).expect("it is there").len() <= MAX_FILE_LEN);
            assert_eq!(mode(path), 0o600);
        }
        history.clear().expect("removed");
        assert_eq!(history.read().expect("nothing left"), []);
    }

    #[test]
    fn a_torn_line_hides_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let history = History::at(directory.path().join("history.jsonl"));
        fs::write(&history.path, "{\"time\":\"2026-\n\u{0}\n").expect("written");
        history.append(&entry(1)).expect("written");
        assert_eq!(history.read().expect("read"), [entry(1)]);
        assert_eq!(mode(&history.path), 0o600);
    }

    #[test]
    fn it_is_written_through_no_link() {
        let directory = tempfile::tempdir().expect("a directory");
        let history = History::at(directory.path().join("history.jsonl"));
        let other = directory.path().join("other");
        std::os::unix::fs::symlink(&other, &history.path).expect("a link");
        history
            .append(&entry(1))
            .expect_err("a link is not followed");
        assert!(!other.exists());
    }
}
