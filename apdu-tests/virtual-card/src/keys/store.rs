//! Keys on disk, so that the next start need not make them: PKCS #8 in files that only their owner can read.

use std::env;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use rustix::fs::{Mode, OFlags};
use tempfile::NamedTempFile;

use super::MODULUS_BITS;

/// The directory that is used in place of `$XDG_CACHE_HOME/jpki-virtual-card`; empty for none at all.
const OVERRIDE: &str = "JPKI_VIRTUAL_CARD_CACHE";
/// No file of a key is longer, in bytes; a key of 2048 bits takes about 1220.
const MAX_LENGTH: u64 = 4096;
/// What of a file's mode is for its group and for others.
const OTHERS: u32 = 0o077;
/// What of a directory's mode lets its group and others put files into it.
const OTHERS_WRITE: u32 = 0o022;

/// A directory of keys.
pub(super) struct Store {
    directory: PathBuf,
}

impl Store {
    /// The one that the environment names; none where it wants none, or none can be had.
    pub(super) fn of_environment() -> Option<Self> {
        let directory = directory(
            env::var_os(OVERRIDE),
            env::var_os("XDG_CACHE_HOME"),
            env::var_os("HOME"),
        )?;
        Self::open(directory).ok()
    }

    /// A directory of ours, which is made where it is missing.
    fn open(directory: PathBuf) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)?;
        let metadata = directory.metadata()?;
        if is_own(&metadata) && metadata.mode() & OTHERS_WRITE == 0 {
            Ok(Self { directory })
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }

    /// The key that was kept under `name`. Whatever is not a whole key that only we could read is as good as none.
    pub(super) fn load(&self, name: &str) -> Option<RsaPrivateKey> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(self.directory.join(name), flags, Mode::empty()).ok()?;
        let file = File::from(file);
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || !is_own(&metadata) || metadata.mode() & OTHERS != 0 {
            return None;
        }
        let mut der = Vec::new();
        file.take(MAX_LENGTH).read_to_end(&mut der).ok()?;
        let key = RsaPrivateKey::from_pkcs8_der(&der).ok()?;
        (key.n().bits() == MODULUS_BITS).then_some(key)
    }

    /// Keeps a key under `name`, in place of whatever is there.
    ///
    /// # Errors
    /// Where the file cannot be written; what was there before is then there still.
    pub(super) fn save(&self, name: &str, key: &RsaPrivateKey) -> io::Result<()> {
        let der = key.to_pkcs8_der().map_err(io::Error::other)?;
        // Its mode is 0600 from the beginning.
        let mut file = NamedTempFile::new_in(&self.directory)?;
        file.write_all(der.as_bytes())?;
        file.persist(self.directory.join(name))?;
        Ok(())
    }
}

fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// Where keys are kept, by the values of three variables.
fn directory(
    chosen: Option<OsString>,
    cache_home: Option<OsString>,
    home: Option<OsString>,
) -> Option<PathBuf> {
    if let Some(chosen) = chosen {
        return Some(chosen)
            .filter(|chosen| !chosen.is_empty())
            .map(PathBuf::from);
    }
    // The XDG base directory specification: a path that is not absolute is to be ignored.
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let cache = cache_home
        .and_then(absolute)
        .or_else(|| home.and_then(absolute).map(|home| home.join(".cache")))?;
    Some(cache.join(Path::new("jpki-virtual-card")))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use tempfile::TempDir;

    use super::*;
    use crate::keys::{KeyRole, key};
    use crate::profile::Seed;

    fn a_key() -> RsaPrivateKey {
        key(&Seed::from("card"), KeyRole::Authentication).unwrap()
    }

    /// A store in a new directory, with one key in it.
    fn store() -> (TempDir, Store, PathBuf) {
        let parent = TempDir::new().unwrap();
        let store = Store::open(parent.path().join("a/b")).unwrap();
        store.save("key", &a_key()).unwrap();
        let file = store.directory.join("key");
        (parent, store, file)
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn a_key_is_kept_for_its_owner_alone() {
        let (_parent, store, file) = store();
        assert!(store.load("key") == Some(a_key()));
        assert!(store.load("another").is_none());
        assert_eq!((mode(&store.directory), mode(&file)), (0o700, 0o600));
        let files: Vec<_> = fs::read_dir(&store.directory).unwrap().collect();
        assert_eq!(files.len(), 1, "nothing else is left: {files:?}");
    }

    #[test]
    fn a_file_cut_off_anywhere_is_no_key() {
        let (_parent, store, file) = store();
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() {
            fs::write(&file, &whole[..length]).unwrap();
            assert!(store.load("key").is_none(), "{length} bytes");
        }
        fs::write(&file, &whole).unwrap();
        assert!(store.load("key").is_some());
    }

    #[test]
    fn a_file_with_a_wrong_byte_anywhere_gives_no_other_key() {
        let (_parent, store, file) = store();
        let whole = fs::read(&file).unwrap();
        for index in (0..whole.len()).step_by(7) {
            let mut wrong = whole.clone();
            wrong[index] ^= 0x10;
            fs::write(&file, &wrong).unwrap();
            let loaded = store.load("key");
            assert!(loaded.is_none_or(|key| key == a_key()), "byte {index}");
        }
    }

    #[test]
    fn a_file_that_others_could_read_or_write_is_no_key() {
        let (_parent, store, file) = store();
        for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666] {
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            assert!(store.load("key").is_none(), "{mode:o}");
        }
        store.save("key", &a_key()).unwrap();
        assert_eq!(mode(&file), 0o600, "the file is made anew");
        assert!(store.load("key").is_some());
    }

    #[test]
    fn a_link_a_directory_and_a_fifo_are_no_key() {
        let (_parent, store, file) = store();
        let link = store.directory.join("link");
        symlink(&file, link).unwrap();
        assert!(store.load("link").is_none());
        fs::create_dir(store.directory.join("directory")).unwrap();
        assert!(store.load("directory").is_none());
        let fifo = store.directory.join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .unwrap();
        assert!(store.load("fifo").is_none());
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_not_used() {
        let parent = TempDir::new().unwrap();
        for mode in [0o720, 0o702, 0o777] {
            fs::set_permissions(parent.path(), Permissions::from_mode(mode)).unwrap();
            assert!(Store::open(parent.path().to_owned()).is_err(), "{mode:o}");
        }
    }

    #[test]
    fn the_override_goes_before_the_cache_home_and_that_before_the_home() {
        let place = |chosen: Option<&str>, cache: Option<&str>, home: Option<&str>| {
            directory(
                chosen.map(OsString::from),
                cache.map(OsString::from),
                home.map(OsString::from),
            )
        };
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(place(Some("keys"), Some("/c"), Some("/h")), path("keys"));
        assert_eq!(place(Some(""), Some("/c"), Some("/h")), None);
        assert_eq!(
            place(None, Some("/c"), Some("/h")),
            path("/c/jpki-virtual-card")
        );
        for ignored in [None, Some(""), Some("relative")] {
            assert_eq!(
                place(None, ignored, Some("/h")),
                path("/h/.cache/jpki-virtual-card")
            );
        }
        assert_eq!(place(None, None, None), None);
    }
}
