//! Where the daemon listens, and who may be there.
//!
//! The default socket lies in a directory of its own, mode 0700. `JPKID_SOCKET` may name a place
//! elsewhere; its directory must then belong to this user or to root, and others must not be able to
//! replace files in it (not writable for group and others, or sticky as `/tmp` is). The socket itself is
//! 0600 in both cases, and the server checks each peer's user besides.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use listenfd::ListenFd;
use rustix::fs::{FlockOperation, flock};
use tokio::net::{UnixListener, UnixStream};

use super::peer::own_uid;

/// Long enough for a busy daemon to accept; a socket that does not answer by then is taken for alive.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Why the daemon cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Neither `JPKID_SOCKET` nor a runtime directory is known.
    #[error("no place for the socket: neither JPKID_SOCKET nor XDG_RUNTIME_DIR is set")]
    NoPlace,
    /// The directory cannot be made or read.
    #[error("cannot use the directory {path}: {source}")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory is open to others.
    #[error("the directory {path} is not safe: owner {owner}, mode {mode:04o}")]
    UnsafeDirectory {
        /// The directory.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// Its mode.
        mode: u32,
    },
    /// Another daemon listens there.
    #[error("another daemon already listens at {0}")]
    InUse(PathBuf),
    /// Something that is not a socket is there.
    #[error("{0} is there and is not a socket; it was left alone")]
    NotASocket(PathBuf),
    /// Listening failed.
    #[error("cannot listen at {path}: {source}")]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The service manager's socket cannot be used.
    #[error("cannot use the socket from the service manager: {0}")]
    Inherited(io::Error),
}

/// The place of the socket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SocketPlace {
    path: PathBuf,
    own_directory: bool,
}

impl SocketPlace {
    /// `JPKID_SOCKET`, else `$XDG_RUNTIME_DIR/jpkid/jpkid.sock`, else the same in `/run/user/UID`.
    ///
    /// # Errors
    /// [`SocketError::NoPlace`] where none of them is there.
    pub fn from_environment() -> Result<Self, SocketError> {
        if let Some(path) = std::env::var_os("JPKID_SOCKET").filter(|path| !path.is_empty()) {
            return Ok(Self::named(path));
        }
        let runtime = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(users_runtime_directory)
            .ok_or(SocketError::NoPlace)?;
        Ok(Self::in_runtime_directory(&runtime))
    }

    /// The default place within a user's runtime directory.
    #[must_use]
    pub fn in_runtime_directory(runtime: &Path) -> Self {
        Self {
            path: runtime.join("jpkid").join("jpkid.sock"),
            own_directory: true,
        }
    }

    /// A place that the person named.
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

    /// The socket's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// Makes the directory (0700) if it is missing, and refuses one that others could tamper with.
    ///
    /// # Errors
    /// [`SocketError::Directory`], [`SocketError::UnsafeDirectory`].
    pub fn prepare_directory(&self) -> Result<(), SocketError> {
        let path = self.directory();
        let failed = |source| SocketError::Directory {
            path: path.to_owned(),
            source,
        };
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        // A symbolic link could point into a directory of someone else: only a named place may be one.
        let metadata = if self.own_directory {
            fs::symlink_metadata(path)
        } else {
            fs::metadata(path)
        }
        .map_err(failed)?;
        if directory_is_safe(
            metadata.is_dir(),
            metadata.uid(),
            metadata.mode(),
            own_uid(),
            self.own_directory,
        ) {
            return Ok(());
        }
        Err(SocketError::UnsafeDirectory {
            path: path.to_owned(),
            owner: metadata.uid(),
            mode: metadata.mode() & 0o7777,
        })
    }
}

/// The rule of the module's documentation, as a decision on facts.
fn directory_is_safe(
    is_directory: bool,
    owner: u32,
    mode: u32,
    own_uid: u32,
    own_directory: bool,
) -> bool {
    const SHARED: u32 = 0o077;
    const WRITABLE_FOR_OTHERS: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    if own_directory {
        is_directory && owner == own_uid && mode & SHARED == 0
    } else {
        is_directory
            && (owner == own_uid || owner == 0)
            && (mode & WRITABLE_FOR_OTHERS == 0 || mode & STICKY != 0)
    }
}

fn users_runtime_directory() -> Option<PathBuf> {
    let path = PathBuf::from(format!("/run/user/{}", own_uid()));
    let metadata = fs::symlink_metadata(&path).ok()?;
    (metadata.is_dir() && metadata.uid() == own_uid()).then_some(path)
}

/// A listening socket; a socket file that it made itself goes with it.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    #[expect(dead_code, reason = "held for its drop, which removes the file")]
    made: Option<MadeFile>,
}

#[derive(Debug)]
struct MadeFile {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// Held as long as the daemon lives, so that two that start at once cannot both find the socket stale.
    _lock: File,
}

impl Listener {
    /// Takes the service manager's socket (`LISTEN_FDS`) if there is one, else makes one at `place`.
    ///
    /// # Errors
    /// Any [`SocketError`]; a live socket and a file of another kind are left alone.
    pub async fn open(place: &SocketPlace) -> Result<Self, SocketError> {
        match ListenFd::from_env().take_unix_listener(0) {
            Ok(Some(socket)) => {
                socket
                    .set_nonblocking(true)
                    .map_err(SocketError::Inherited)?;
                let socket = UnixListener::from_std(socket).map_err(SocketError::Inherited)?;
                Ok(Self { socket, made: None })
            }
            Ok(None) => Self::bind(place).await,
            Err(error) => Err(SocketError::Inherited(error)),
        }
    }

    /// Makes a socket at `place`, in the stead of a stale one.
    ///
    /// # Errors
    /// Any [`SocketError`] but that of the service manager.
    pub async fn bind(place: &SocketPlace) -> Result<Self, SocketError> {
        place.prepare_directory()?;
        let path = place.path();
        let failed = |source| SocketError::Listen {
            path: path.to_owned(),
            source,
        };
        let lock = lock_place(path)?;
        remove_stale(path).await?;
        let socket = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
        let metadata = fs::symlink_metadata(path).map_err(failed)?;
        let made = MadeFile {
            path: path.to_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            _lock: lock,
        };
        if metadata.mode() & 0o777 != 0o600 || !metadata.file_type().is_socket() {
            return Err(failed(io::Error::other("the socket's mode is not 0600")));
        }
        Ok(Self {
            socket,
            made: Some(made),
        })
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.socket.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for MadeFile {
    fn drop(&mut self) {
        // Only the file that was made: the path may hold another by now.
        let ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|now| now.dev() == self.device && now.ino() == self.inode);
        if ours && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the socket could not be removed");
        }
    }
}

/// Locks `PATH.lock` (0600) without waiting. The file stays: removing it would let two hold "the" lock.
fn lock_place(path: &Path) -> Result<File, SocketError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let failed = |source| SocketError::Listen {
        path: lock_path.clone(),
        source,
    };
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&lock_path)
        .map_err(failed)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(SocketError::InUse(path.to_owned())),
        Err(error) => Err(failed(error.into())),
    }
}

/// Removes a socket at `path` that nobody listens to.
async fn remove_stale(path: &Path) -> Result<(), SocketError> {
    let failed = |source| SocketError::Listen {
        path: path.to_owned(),
        source,
    };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            return Err(SocketError::NotASocket(path.to_owned()));
        }
        Ok(_) => {}
    }
    match tokio::time::timeout(PROBE_TIMEOUT, UnixStream::connect(path)).await {
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(failed)
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // It answers, or it is too busy to: a live one is never replaced.
        Ok(Ok(_)) | Err(_) => Err(SocketError::InUse(path.to_owned())),
        Ok(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(SocketError::InUse(path.to_owned()))
        }
        Ok(Err(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_directory_is_private_to_its_user() {
        let safe = |owner, mode| directory_is_safe(true, owner, mode, 1000, true);
        assert!(safe(1000, 0o40700));
        assert!(!safe(1000, 0o40750));
        assert!(!safe(1000, 0o40701));
        assert!(!safe(0, 0o40700));
        assert!(!safe(1001, 0o40700));
        assert!(!directory_is_safe(false, 1000, 0o100_700, 1000, true));
    }

    #[test]
    fn in_a_named_directory_nobody_else_can_replace_files() {
        let safe = |owner, mode| directory_is_safe(true, owner, mode, 1000, false);
        assert!(safe(1000, 0o40755));
        assert!(safe(0, 0o41777), "/tmp is sticky");
        assert!(!safe(0, 0o40777));
        assert!(!safe(1000, 0o40770));
        assert!(!safe(1001, 0o40755));
    }
}
