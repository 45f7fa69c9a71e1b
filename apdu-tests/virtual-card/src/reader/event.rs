//! What happens in a reader, for those who watch it.

use super::Silence;

/// What happened, at the moment it did.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A card was put in, with power; or lay there when the watch began.
    Inserted {
        /// Its answer to reset.
        atr: &'a [u8],
    },
    /// The card left.
    Removed,
    /// A cold reset.
    PowerOn,
    /// A warm reset.
    Reset,
    /// A command reached the card. Beware: it may hold a PIN.
    Exchange {
        /// The command APDU.
        command: &'a [u8],
        /// What left the reader.
        answer: Result<&'a [u8], Silence>,
    },
}

/// Who watches a reader. It is told under the reader's lock: it must not ask the reader.
pub(super) type Watcher = Box<dyn FnMut(Event<'_>) + Send>;
