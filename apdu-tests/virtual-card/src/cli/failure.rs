//! Why the program ends with status 1.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jpki_virtual_card::control::{AskError, InsertError, PlaceError};
use jpki_virtual_card::recording::{Mismatch, ParseError};
use jpki_virtual_card::state::StateError;
use jpki_virtual_card::vpcd::{ReplayError, RouteError, VpcdError};
use jpki_virtual_card::{MintError, ProfileError};
use x509_cert::der;

/// Why the program ends with status 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("the card could not be made")]
    Mint(#[from] MintError),
    #[error("a certificate could not be written as PEM")]
    Pem(#[from] der::Error),
    #[error("{} could not be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "the profile names neither seed nor authority, so no other card would have these authorities: give one, or --seed TEXT, or --profile adult"
    )]
    NoSeed,
    #[error("signals cannot be waited for")]
    Signals(#[source] io::Error),
    #[error("vpcd has {0} slots: name at most {0} profiles")]
    TooManyCards(usize),
    #[error("there are more {0} than profiles: name one file for each card")]
    FileWithoutCard(&'static str),
    #[error("{} could not be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is no recording", path.display())]
    Recording { path: PathBuf, source: ParseError },
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Insert(#[from] InsertError),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("there is no directory for a control socket: name one with --control PATH")]
    NoControlPlace,
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("the slots cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Route(#[from] RouteError),
    #[error(transparent)]
    Vpcd(#[from] VpcdError),
}

impl Failure {
    /// That the file at `path` could not be written.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write {
            path: path.to_owned(),
            source,
        }
    }
}

/// Writes to standard output.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    io::stdout()
        .write_all(bytes)
        .map_err(Failure::write(Path::new("standard output")))
}
