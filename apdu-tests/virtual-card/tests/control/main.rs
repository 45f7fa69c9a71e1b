//! Control of running cards: through the library's socket, and through the program and `ctl`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends with what went wrong"
)]

mod conversation;
mod program;
mod recording;
