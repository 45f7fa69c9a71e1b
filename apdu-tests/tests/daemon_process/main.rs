//! The daemon as the person runs it, a process over pcscd: what it leaves in memory, and what a kill leaves of it.
//!
//! Needs root (pcscd's socket, the daemon's memory), pcscd, vsmartcard-vpcd, and target/debug/jpkid.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod contention;
mod denied;
mod killed;
mod memory;
mod peers;
mod silent;
mod soak;
mod suspended;
mod unrecorded;
mod withdrawn;
