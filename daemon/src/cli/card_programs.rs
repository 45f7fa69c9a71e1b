//! Which programs can be the ones that keep a card busy.
//!
//! PC/SC tells nobody who holds a card. The kernel tells of the programs of the same user which of them have loaded the
//! client library of the smart card service (proc_pid_maps(5)).

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Of the client library's file name.
const LIBRARY: &str = "libpcsclite";

/// Our daemon's program file, which has it too.
const DAEMON: &str = "jpkid";

/// The paths of the person's running programs that can use cards, in order and once each, without our daemon.
///
/// What the kernel does not tell is left out: processes of other users, those that may not be looked into, and all where
/// there is no `/proc`.
pub(super) fn card_programs() -> Vec<PathBuf> {
    let mut programs: Vec<_> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|process| has_library(&process.path().join("maps")))
        .filter_map(|process| fs::read_link(process.path().join("exe")).ok())
        .filter(|program| program.file_name() != Some(OsStr::new(DAEMON)))
        .collect();
    programs.sort();
    programs.dedup();
    programs
}

fn has_library(maps: &Path) -> bool {
    let maps = fs::read(maps).unwrap_or_default();
    String::from_utf8_lossy(&maps).lines().any(|line| {
        let file = line.rsplit('/').next().unwrap_or_default();
        file.starts_with(LIBRARY)
    })
}
