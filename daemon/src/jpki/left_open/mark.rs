use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// No list of readers with open cards is longer, in bytes.
const MAX_MARK_LEN: u64 = 4096;

/// The file in which the readers with open cards stand: one reader's name a line.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    readers: Mutex<Vec<String>>,
}

impl Mark {
    pub(super) fn read(path: PathBuf) -> Self {
        let mut text = String::new();
        let read =
            File::open(&path).and_then(|file| file.take(MAX_MARK_LEN).read_to_string(&mut text));
        match read {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "it cannot be known whether a card was left open");
            }
            _ => {}
        }
        Self {
            path,
            readers: Mutex::new(text.lines().map(str::to_owned).collect()),
        }
    }

    pub(super) fn readers(&self) -> Vec<String> {
        self.lock().clone()
    }

    pub(super) fn has(&self, reader: &str) -> bool {
        self.lock().iter().any(|open| open == reader)
    }

    pub(super) fn add(&self, reader: &str) {
        let mut readers = self.lock();
        if !readers.iter().any(|open| open == reader) {
            readers.push(reader.to_owned());
            self.write(&readers);
        }
    }

    pub(super) fn remove(&self, reader: &str) {
        let mut readers = self.lock();
        readers.retain(|open| open != reader);
        self.write(&readers);
    }

    /// A daemon that cannot write still serves, and says what it cannot promise.
    fn write(&self, readers: &[String]) {
        let written = if readers.is_empty() {
            fs::remove_file(&self.path)
        } else {
            self.replace(&readers.join("\n"))
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a card would stay open if this daemon were killed");
            }
            _ => {}
        }
    }

    /// By renaming, so that whoever is killed here leaves one list or the other.
    fn replace(&self, list: &str) -> io::Result<()> {
        let next = self.path.with_extension("open.new");
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&next)?
            .write_all(list.as_bytes())?;
        fs::rename(next, &self.path)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
