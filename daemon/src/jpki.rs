//! The JPKI applet of the My Number card: its files, PINs, certificates and signatures.
//!
//! Facts and their sources: `docs/card.md`.

mod applet;
mod certificate;
mod digest_info;
mod error;
mod file;
mod left_open;
mod token;

pub use applet::{Applet, LastTry, UnlockedKey};
pub use certificate::{Certificate, CertificateError, Validity};
pub use digest_info::{Digest, HashFunction, WrongDigestLength};
pub use error::{AppletError, UnlockError};
pub use file::{CertificateKind, KeyKind};
pub use left_open::LeftOpen;
pub use token::{AvailableCertificates, CardKind};
