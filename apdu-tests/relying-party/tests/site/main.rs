//! The site from outside: what its verifier refuses, and how people register and log in over HTTP. A virtual card
//! plays the card, a few lines play the browser.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that goes wrong should stop on the spot"
)]

mod authority;
mod browser;
mod certificate;
mod challenge;
mod checking;
mod holder;
mod issuing;
mod log_in;
mod pages;
mod person;
mod profile;
mod program;
mod protection;
mod registration;
mod statement;
mod token;
mod vectors;
