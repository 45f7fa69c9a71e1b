//! What a card may never do, judged from outside: for tests that send it anything in any order.
//!
//! [`check`] reads bytes as a [`Script`], plays it with a software card, and keeps its own small account of PINs: their
//! values, their counters, and which were verified since. It knows the commands' meaning from the documents, shares no
//! code with the card, and looks at the card's counters by asking a copy of it. Whatever the input:
//!
//! * the card does not panic, and answers with 2 to Ne + 2 bytes – or, without power, with none;
//! * no key of the JPKI applet signs unless its PIN was verified, and nothing since ended that;
//! * no counter rises but by a VERIFY with the right PIN, and none changes but by a VERIFY with data;
//! * a VERIFY with another value, or of a blocked PIN, does not succeed, and a wrong one costs one try;
//! * no PIN changes but by a change of that PIN while it is verified;
//! * nothing of a protected file is read before a PIN that opens it.

mod account;
mod apdu;
mod play;
mod script;
mod secrets;
mod subject;

use std::fmt;

pub use script::{Act, Script, TABLE};
pub use subject::{Card, Subject, cards};

/// How long a script may be, in steps; what follows is not played.
pub const MAX_STEPS: usize = 64;
/// Scripts whose first byte is less than this make no signature, the others one: it takes a hundred times as long as all
/// else. What a key refuses before its PIN costs nothing, and all scripts ask for it.
pub const SIGNS_FROM: u8 = 0xC0;

/// A promise that was broken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Broken {
    /// By the step of this number, from 1; 0 if it was found at the end.
    pub step: usize,
    /// The step, without the data of a command.
    pub act: String,
    /// Which promise.
    pub promise: &'static str,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} ({}): {}", self.step, self.act, self.promise)
    }
}

impl std::error::Error for Broken {}

/// Plays the script that these bytes say with one of the software cards, minted once in this process.
///
/// # Errors
/// The first promise that the card breaks.
pub fn check(input: &[u8]) -> Result<(), Broken> {
    let script = Script::decode(input);
    let cards = cards();
    let nth = usize::from(script.card).checked_rem(cards.len());
    match nth.and_then(|nth| cards.get(nth)) {
        Some(subject) => play::play(subject, &script),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
