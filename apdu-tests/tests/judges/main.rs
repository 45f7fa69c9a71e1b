//! The card judged by others: clients that share no code with this project use it through pcscd, and OpenSSL verifies
//! what it signs. `docs/card.md` has the table of what each of them can do.
//!
//! Needs root (pcscd's socket), pcscd, vsmartcard-vpcd, opensc, openssl and
//! jpki-cli (`packaging/test` installs them).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with what went wrong"
)]

mod jpki_cli;
mod myna_card;
mod opensc;
mod stage;
