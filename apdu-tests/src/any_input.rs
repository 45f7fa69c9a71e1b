//! What others may send the daemon, as any bytes at all: a client's frames and requests, a card's answers and
//! certificates, a person's settings.
//!
//! Each target's `check` takes an input and panics if a promise is broken. The ordinary tests run every check over its
//! seeds, over seeds that were damaged, and over random bytes; the fuzz targets of the same names do so for as long as
//! one likes (`fuzz/README.md`).

pub mod certificate;
pub mod frames;
pub mod hostile_card;
pub mod hostile_service;
pub mod requests;
pub mod settings;

/// Something that takes input from outside.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The fuzz target's name.
    pub name: &'static str,
    /// Takes an input; panics if a promise is broken. Tells whether the input was taken as good.
    pub check: fn(&[u8]) -> bool,
    /// Inputs that are taken as good, most of them.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 6] = [
    Target {
        name: "frames",
        check: frames::check,
        seeds: frames::seeds,
    },
    Target {
        name: "requests",
        check: requests::check,
        seeds: requests::seeds,
    },
    Target {
        name: "hostile_card",
        check: hostile_card::check,
        seeds: hostile_card::seeds,
    },
    Target {
        name: "hostile_service",
        check: hostile_service::check,
        seeds: hostile_service::seeds,
    },
    Target {
        name: "certificate",
        check: certificate::check,
        seeds: certificate::seeds,
    },
    Target {
        name: "settings",
        check: settings::check,
        seeds: settings::seeds,
    },
];

/// The requests that docs/protocol shows.
fn golden_requests() -> Vec<Vec<u8>> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol");
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .expect("the golden messages")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.file_stem()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.ends_with("-request") || name == "introduce")
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).expect("a golden message"))
        .collect()
}

/// A runtime for checks of asynchronous code.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    use std::sync::LazyLock;
    use tokio::runtime::{Builder, Runtime};
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime")
    });
    RUNTIME.block_on(future)
}

#[cfg(test)]
mod tests;
