//! An open client for the JPKI applet of the My Number card.

pub mod ipc;
pub mod language;
pub mod settings;
