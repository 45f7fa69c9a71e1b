//! An open client for the JPKI applet of the My Number card.

pub mod apdu;
pub mod card;
pub mod cli;
pub mod history;
pub mod ipc;
pub mod jpki;
pub mod language;
pub mod pin;
pub mod service;
pub mod settings;
