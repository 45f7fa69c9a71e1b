//! Keys on disk, seen from outside: what the program leaves there, and what it makes of what it finds.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The program, with `cache` for its keys.
fn program(cache: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"));
    command.env("JPKI_VIRTUAL_CARD_CACHE", cache);
    command
}

/// The authentication authority's certificate that `mint` writes.
fn minted(cache: &str) -> Vec<u8> {
    let out = TempDir::new().unwrap();
    let status = program(cache)
        .args(["mint", "--seed", "a secret seed", "--out"])
        .arg(out.path())
        .status();
    assert!(status.unwrap().success());
    fs::read(out.path().join("authentication-ca.der")).unwrap()
}

/// The files in a directory, each with its inode and its contents.
fn files(directory: &Path) -> BTreeMap<PathBuf, (u64, Vec<u8>)> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let kept = (path.metadata().unwrap().ino(), fs::read(&path).unwrap());
            (path, kept)
        })
        .collect()
}

#[test]
fn the_second_start_uses_the_keys_of_the_first_and_their_files_do_not_tell_the_seed() {
    let parent = TempDir::new().unwrap();
    let cache = parent.path().join("cache");
    let first = minted(cache.to_str().unwrap());
    assert_eq!(cache.metadata().unwrap().mode() & 0o777, 0o700);
    let kept = files(&cache);
    assert!(!kept.is_empty());
    for (path, (_, bytes)) in &kept {
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        assert!(!path.to_string_lossy().contains("secret"));
        assert!(!bytes.windows(6).any(|window| window == b"secret"));
    }
    assert_eq!(minted(cache.to_str().unwrap()), first);
    assert_eq!(files(&cache), kept, "nothing was written again");
}

#[test]
fn files_that_are_cut_off_or_readable_by_others_are_made_anew() {
    let cache = TempDir::new().unwrap();
    let name = cache.path().to_str().unwrap();
    let first = minted(name);
    let kept = files(cache.path());
    for (index, path) in kept.keys().enumerate() {
        match index {
            0 => fs::write(path, b"").unwrap(),
            1 => fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap(),
            _ => fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(600)
                .unwrap(),
        }
    }
    assert_eq!(minted(name), first);
    let again = files(cache.path());
    assert_eq!(again.len(), kept.len());
    for (path, (inode, bytes)) in &again {
        let (old_inode, old_bytes) = &kept[path];
        assert!(
            bytes == old_bytes && inode != old_inode,
            "{}",
            path.display()
        );
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_cache_that_cannot_be_written_or_is_not_wanted_changes_nothing() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let not_a_directory = file.path().join("below");
    assert_eq!(minted(""), minted(not_a_directory.to_str().unwrap()));
}

#[test]
fn a_card_without_a_seed_leaves_nothing_on_disk() {
    let parent = TempDir::new().unwrap();
    let cache = parent.path().join("cache");
    let vpcd = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut running = program(cache.to_str().unwrap())
        .args(["--vpcd", &vpcd.local_addr().unwrap().to_string()])
        .spawn()
        .unwrap();
    vpcd.accept().unwrap();
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(!cache.exists());
}
