//! The daemon judged against the software card, in one process: what it sends, what it spends, what it leaves behind.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod certificates;
mod closed;
mod events;
mod every_command;
mod faults;
mod golden;
mod history;
mod hold;
mod hostile;
mod login;
mod patience;
mod pin_law;
mod progress;
mod queue;
mod quirks;
mod system;
mod validity;
