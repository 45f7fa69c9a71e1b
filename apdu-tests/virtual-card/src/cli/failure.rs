//! Why the program ends with status 1.

use std::io;
use std::path::{Path, PathBuf};

use jpki_virtual_card::vpcd::VpcdError;
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
        "the profile names no seed, so no other card would have these authorities: give one, or --seed TEXT, or --profile adult"
    )]
    NoSeed,
    #[error("signals cannot be waited for")]
    Signals(#[source] io::Error),
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
