//! The card judged by others: clients that share no code with this project use it through pcscd, and OpenSSL verifies
//! what it signs. `docs/card.md` has the table of what each of them can do.
//!
//! Needs root (pcscd's socket), pcscd, vsmartcard-vpcd, opensc and openssl.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

mod opensc;
mod stage;
