//! Control of running cards through a local socket: insert, remove, swap, arm faults, look.
//!
//! [`serve`] listens for a process that holds [`CardSlot`]s, [`ask`] is its client. One JSON object a line each way, at
//! most [`MAX_LINE`] bytes: a [`Request`], answered by an [`Answer`], in order. `docs/virtual-card.md` shows them.

mod client;
mod message;
mod names;
mod place;
mod server;
mod slot;

pub use client::{AskError, ask};
pub use message::{Action, Answer, MAX_LINE, PinStatus, Request, SlotStatus};
pub use place::{Place, PlaceError};
pub use server::{Server, serve};
pub use slot::{CardSlot, InsertError};
