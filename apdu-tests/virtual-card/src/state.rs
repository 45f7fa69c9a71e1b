//! Counters and changed PINs in a file, so that a card outlives its process, however that ends.
//!
//! A command that compares or changes a PIN is answered only after the file holds what it did: written beside it,
//! flushed, renamed over it, and the directory flushed. Whenever the process is killed, a try that was answered is
//! spent. If the file cannot be written, the card answers 6581 and takes the command back: nothing is verified, and the
//! answer to a wrong PIN is that to a right one.

mod format;
mod memory;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::{self, Decode as _, Encode as _};

use crate::card::VirtualCard;
use crate::status_word::StatusWord;
pub use format::FormatError;
pub(crate) use memory::Memory;

/// The longest state file, in bytes; a card's is shorter than 2 KiB.
const MAX_LENGTH: u64 = 64 * 1024;
const PRIVATE: u32 = 0o600;
/// What a group or everybody may do.
const OTHERS: u32 = 0o077;
/// How long a file that is in use is waited for, and how often it is tried.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(10);

/// Why a card's state cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process keeps a card's state there.
    #[error("another virtual card keeps its state in {}: end it, or name another file", .0.display())]
    InUse(PathBuf),
    /// Others than its user may read or write the file, and PINs are in it. It is left as it is.
    #[error("the state file {} holds PINs and is open to others: chmod 600 it, if you trust what is in it", .0.display())]
    Open(PathBuf),
    /// The file could not be opened or read.
    #[error("the state file {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("the state file {} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not as a card wrote it. It is left as it is.
    #[error("the state file {} is damaged and was left alone: restore it, or remove it for a card as its profile makes it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FormatError,
    },
    /// The file belongs to another card. It is left as it is.
    #[error("the state file {} belongs to another card: use the seed and profile it was made with, or name another file", .0.display())]
    OtherCard(PathBuf),
    /// The card's certificate tells no key.
    #[error("the card's authentication certificate cannot be read")]
    Certificate(#[from] der::Error),
}

/// A card's state file, locked for this process as long as this value lives.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: File,
    kept: Mutex<Option<Kept>>,
}

/// What the file holds.
struct Kept {
    card: String,
    memory: Memory,
}

impl StateFile {
    /// Locks the state file at `path`, which may not be there yet.
    ///
    /// # Errors
    /// [`StateError::InUse`], [`StateError::Write`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StateError> {
        let path = path.into();
        let lock = open_private(&beside(&path, ".lock")).map_err(|source| StateError::Write {
            path: path.clone(),
            source,
        })?;
        match lock_soon(&lock) {
            Ok(()) => Ok(Self {
                path,
                _lock: lock,
                kept: Mutex::new(None),
            }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(StateError::InUse(path)),
            Err(error) => Err(StateError::Write {
                path,
                source: error.into(),
            }),
        }
    }

    /// Gives `card` the state in the file; where there is no file yet, writes one with the card's.
    ///
    /// # Errors
    /// [`StateError`]; then neither the card nor the file has changed.
    pub fn restore(&self, card: &mut VirtualCard) -> Result<(), StateError> {
        let name = fingerprint(card)?;
        let mut kept = self.lock();
        let memory = match self.read()? {
            Some(text) => {
                let damaged = |source| StateError::Damaged {
                    path: self.path.clone(),
                    source,
                };
                let (owner, memory) = format::decode(&text).map_err(damaged)?;
                if owner != name {
                    return Err(StateError::OtherCard(self.path.clone()));
                }
                if !memory.fits(card) {
                    return Err(damaged(FormatError::OtherPins));
                }
                memory
            }
            None => {
                let memory = card.memory();
                self.write(&name, &memory)
                    .map_err(|source| StateError::Write {
                        path: self.path.clone(),
                        source,
                    })?;
                memory
            }
        };
        card.set_memory(&memory);
        *kept = Some(Kept { card: name, memory });
        Ok(())
    }

    /// Keeps what a command did to `card`, before its `answer` goes on; or takes it back, and answers 6581.
    pub(crate) fn keep(&self, card: &mut VirtualCard, answer: Vec<u8>) -> Vec<u8> {
        let now = card.memory();
        let mut kept = self.lock();
        let Some(kept) = &mut *kept else {
            return answer;
        };
        if kept.memory == now {
            return answer;
        }
        if self.write(&kept.card, &now).is_err() {
            card.set_memory(&kept.memory);
            return u16::from(StatusWord::MEMORY_FAILURE).to_be_bytes().to_vec();
        }
        kept.memory = now;
        answer
    }

    fn read(&self) -> Result<Option<Vec<u8>>, StateError> {
        let failed = |source| StateError::Read {
            path: self.path.clone(),
            source,
        };
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mode = file.metadata().map_err(failed)?.permissions().mode();
        if mode & OTHERS != 0 {
            return Err(StateError::Open(self.path.clone()));
        }
        let mut text = Vec::new();
        file.take(MAX_LENGTH)
            .read_to_end(&mut text)
            .map_err(failed)?;
        Ok(Some(text))
    }

    /// Writes beside the file and renames: whoever reads finds the old state or the new one, whole.
    fn write(&self, card: &str, memory: &Memory) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let mut file = create_private(&new)?;
        file.write_all(format::encode(card, memory).as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        // The name is the directory's: it too must be on the disk before the answer is.
        let directory = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        File::open(directory)?.sync_all()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept")
            .field("card", &self.card)
            .finish_non_exhaustive()
    }
}

/// Locks a file, and waits a moment for a process that is just ending.
fn lock_soon(file: &File) -> Result<(), rustix::io::Errno> {
    let start = Instant::now();
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() < PATIENCE => {
                thread::sleep(PAUSE);
            }
            locked => return locked,
        }
    }
}

/// A file for its owner alone; never one behind a symbolic link.
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(PRIVATE)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
}

/// A new file for its owner alone, in the place of whatever an ended process or somebody else left there.
fn create_private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(PRIVATE)
        .open(path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// SHA-256 of the authentication certificate's public key: the same as long as seed and authority are.
fn fingerprint(card: &VirtualCard) -> Result<String, der::Error> {
    let certificate = Certificate::from_der(card.authentication_certificate())?;
    let key = certificate
        .tbs_certificate
        .subject_public_key_info
        .to_der()?;
    Ok(format::hexadecimal(&Sha256::digest(key)))
}
