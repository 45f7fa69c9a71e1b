//! Where the control socket lies, and who may be there.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Nobody but its owner.
const PRIVATE_DIRECTORY: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;
const FOR_OTHERS: u32 = 0o077;
const WRITABLE_FOR_OTHERS: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Why nobody can listen at a place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The directory cannot be made or read.
    #[error("the control socket's directory {} cannot be used", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could read or replace what is in the directory.
    #[error(
        "the control socket's directory {} is open to other users (mode {mode:04o}): choose another with --control PATH",
        path.display()
    )]
    OpenDirectory {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Somebody listens there.
    #[error(
        "another virtual card is controlled through {}: end it, or choose another socket with --control PATH",
        .0.display()
    )]
    InUse(PathBuf),
    /// Something that is no socket lies there.
    #[error("{} is no socket and was left alone: remove it, or choose another path with --control PATH", .0.display())]
    NoSocket(PathBuf),
    /// Listening failed.
    #[error("no control socket can be made at {}", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where the control socket lies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    path: PathBuf,
    own_directory: bool,
}

/// A listening socket, whose file goes with it.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) socket: UnixListener,
    path: PathBuf,
    /// Device and inode of the file: by now another may lie there.
    made: (u64, u64),
    /// Held as long as the socket lives, so that two that start at once cannot both find an old one stale.
    _lock: File,
}

impl Place {
    /// `$XDG_RUNTIME_DIR/jpki-virtual-card/control.sock`, or the same in `/run/user/UID`; `None` without both.
    #[must_use]
    pub fn of_the_user() -> Option<Self> {
        let named = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let runtime = named.or_else(|| {
            let path = PathBuf::from(format!("/run/user/{}", own_uid()));
            fs::symlink_metadata(&path)
                .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own_uid())
                .then_some(path)
        })?;
        Some(Self {
            path: runtime.join("jpki-virtual-card").join("control.sock"),
            own_directory: true,
        })
    }

    /// A place that the person named; its directory must be there.
    #[must_use]
    pub fn named(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            own_directory: false,
        }
    }

    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn prepare_directory(&self) -> Result<(), PlaceError> {
        let path = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let failed = |source| PlaceError::Directory {
            path: path.to_owned(),
            source,
        };
        let metadata = if self.own_directory {
            match DirBuilder::new().mode(PRIVATE_DIRECTORY).create(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(error));
                }
                _ => {}
            }
            fs::symlink_metadata(path)
        } else {
            fs::metadata(path)
        }
        .map_err(failed)?;
        let mode = metadata.mode();
        let safe = if self.own_directory {
            metadata.uid() == own_uid() && mode & FOR_OTHERS == 0
        } else {
            mode & WRITABLE_FOR_OTHERS == 0 || mode & STICKY != 0
        };
        if metadata.is_dir() && safe {
            return Ok(());
        }
        Err(PlaceError::OpenDirectory {
            path: path.to_owned(),
            mode: mode & 0o7777,
        })
    }

    /// Makes the socket, 0600, in the stead of one that nobody listens to.
    ///
    /// # Errors
    /// [`PlaceError`]; a live socket and a file of another kind are left alone.
    pub(super) fn listen(&self) -> Result<Listener, PlaceError> {
        self.prepare_directory()?;
        let path = &self.path;
        let failed = |source| PlaceError::Listen {
            path: path.clone(),
            source,
        };
        let lock = self.lock()?;
        self.remove_stale()?;
        let socket = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, Permissions::from_mode(PRIVATE_FILE)).map_err(failed)?;
        let metadata = fs::symlink_metadata(path).map_err(failed)?;
        Ok(Listener {
            socket,
            path: path.clone(),
            made: (metadata.dev(), metadata.ino()),
            _lock: lock,
        })
    }

    /// Locks `PATH.lock` without waiting. The file stays: removing it would let two hold "the" lock.
    fn lock(&self) -> Result<File, PlaceError> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        let failed = |source| PlaceError::Listen {
            path: path.clone(),
            source,
        };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(PRIVATE_FILE)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .map_err(failed)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(lock),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(PlaceError::InUse(self.path.clone())),
            Err(error) => Err(failed(error.into())),
        }
    }

    fn remove_stale(&self) -> Result<(), PlaceError> {
        let path = &self.path;
        let failed = |source| PlaceError::Listen {
            path: path.clone(),
            source,
        };
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
            Ok(metadata) if !metadata.file_type().is_socket() => {
                return Err(PlaceError::NoSocket(path.clone()));
            }
            Ok(_) => {}
        }
        match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                fs::remove_file(path).map_err(failed)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Ok(_) => Err(PlaceError::InUse(path.clone())),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let ours =
            fs::symlink_metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) == self.made);
        if ours {
            // A file that stays is stale, and the next one replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

pub(super) fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}
