//! A software My Number card: its five applications, with throw-away keys and certificates, for tests.
//!
//! A [`Profile`] says what card to mint, [`VirtualCard`] answers command APDUs, [`VirtualReader`] holds a card that can
//! be inserted, removed and torn out while others use it, and [`vpcd`] plugs that reader into pcscd. The card has an
//! APDU decoder of its own, so that a client's wrong encoding cannot cancel itself out.
//!
//! ```
//! use jpki_virtual_card::{Profile, VirtualCard};
//!
//! let mut card = VirtualCard::mint(&Profile::parse("seed = 'an example'")?)?;
//! card.power_on();
//! let select_jpki = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
//! assert_eq!(card.transmit(&select_jpki), [0x90, 0x00]);
//! // VERIFY without data, short EF id 18: how many tries are left?
//! assert_eq!(card.transmit(&[0x00, 0x20, 0x00, 0x98]), [0x63, 0xC3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Status words, access rules and the lifetime of the security status are those measured on real cards; where sources
//! disagree, [`Quirks`] switches between them.

mod apdu;
mod ber;
mod card;
mod card_verifiable;
mod causes;
mod command;
mod common;
pub mod control;
mod file;
mod file_system;
mod issuance;
mod issuer_domain;
mod jpki;
mod juki;
mod keys;
mod minting;
mod pin;
pub mod profile;
mod reader;
pub mod recording;
mod secrecy;
pub mod state;
mod status_word;
mod text;
mod visual;
pub mod vpcd;

pub use card::{PinView, VirtualCard};
pub use causes::with_causes;
pub use issuance::{AuthorityCertificates, MintError};
pub use pin::PinReference;
pub use profile::{Profile, ProfileError, Quirks, TokenKind};
pub use reader::{Event, Fault, LengthChange, Silence, TraceStep, VirtualReader};
pub use status_word::StatusWord;
