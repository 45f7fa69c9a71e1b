//! A daemon's service on a table: a card in a reader, a person in front of it, and whatever goes wrong between them.
//!
//! [`Bench`] puts the three together. The card is the software card, whose reader keeps a trace; [`Person`] answers the
//! windows from a list; [`Tapped`] stands between service and card and may do anything to an exchange.
//! [`PluggedIn`] is a card in the system's smart card service, for whoever talks to it there.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test ends with what went wrong"
)]

pub mod any_input;
pub mod bench;
pub mod card_model;
pub mod cases;
pub mod daemon;
pub mod hostile;
pub mod openssl;
pub mod pcscd;
pub mod person;
pub mod pinentry;
pub mod port;
pub mod proof;
pub mod replay;
pub mod scenario;
pub mod soak;
pub mod source;
pub mod trace;

pub use bench::{Bench, ORIGIN};
pub use daemon::Daemon;
pub use openssl::OpenSsl;
pub use pcscd::PluggedIn;
pub use person::{Person, Reply};
pub use pinentry::ScriptedPinentry;
pub use port::Port;
pub use replay::ReplayReader;
pub use source::{Exchange, Shelf, Tapped};
