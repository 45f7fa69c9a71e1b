//! PINs: what they look like, what the card says of them, and how a person is asked for one.

mod asker;
mod assuan;
mod locked_page;
pub mod pinentry;
pub mod prompt;
mod secret;
mod status;

pub use locked_page::{LockedPage, NotLocked};
pub use secret::{ImpossiblePin, Pin};
pub use status::{PinKind, PinStatus, TriesLeft};
