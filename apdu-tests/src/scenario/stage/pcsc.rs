//! A line to a card through the system's smart card service: raw bytes, one SCardTransmit a command.

use std::ffi::{CStr, CString};
use std::fmt;

use pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};

use super::StageError;

/// Room for the longest answer: 65 536 bytes and the status word.
const ANSWER_ROOM: usize = 65_538;

/// A reader, and the connection to its card while there is one.
pub(super) struct Line {
    context: Context,
    reader: CString,
    card: Option<Card>,
}

impl Line {
    /// A line to the reader of this name; without one to the first reader with a card in it.
    ///
    /// # Errors
    /// [`StageError::NoReader`] or [`StageError::Service`].
    pub(super) fn to(reader: Option<&str>) -> Result<Self, StageError> {
        let context = Context::establish(Scope::User).map_err(failed("open a context"))?;
        let readers = match context.list_readers_owned() {
            Ok(readers) => readers,
            Err(Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(failed("list the readers")(error)),
        };
        let wanted = |name: &&CString| match reader {
            Some(wanted) => name.as_bytes() == wanted.as_bytes(),
            None => holds_a_card(&context, name),
        };
        let found = readers.iter().find(wanted).cloned();
        let reader = found.ok_or_else(|| StageError::NoReader(reader.map(str::to_owned)))?;
        Ok(Self {
            context,
            reader,
            card: None,
        })
    }

    /// The reader's name.
    pub(super) fn reader(&self) -> String {
        self.reader.to_string_lossy().into_owned()
    }

    /// Gives the card power from nothing, for this program alone.
    ///
    /// # Errors
    /// [`StageError::Service`].
    pub(super) fn power_up(&mut self) -> Result<(), StageError> {
        self.hang_up(Disposition::UnpowerCard);
        let card = self
            .context
            .connect(&self.reader, ShareMode::Exclusive, Protocols::ANY)
            .map_err(failed("connect to the card for this program alone"))?;
        self.card = Some(card);
        // Another program may have left it under power.
        self.restart(Disposition::UnpowerCard)
    }

    /// Resets the card under power, or from nothing.
    ///
    /// # Errors
    /// [`StageError::Service`].
    pub(super) fn restart(&mut self, how: Disposition) -> Result<(), StageError> {
        let card = self.card.as_mut();
        card.ok_or(Error::NoSmartcard)
            .and_then(|card| card.reconnect(ShareMode::Exclusive, Protocols::ANY, how))
            .map_err(failed("reset the card"))
    }

    /// Sends a command; `None` if no card answers.
    ///
    /// # Errors
    /// [`StageError::Service`] if the service itself is gone.
    pub(super) fn transmit(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, StageError> {
        let Some(card) = &self.card else {
            return Ok(None);
        };
        let mut room = vec![0; ANSWER_ROOM];
        match card.transmit(command, &mut room) {
            Ok(answer) => Ok(Some(answer.to_vec())),
            Err(error @ (Error::NoService | Error::ServiceStopped | Error::InvalidHandle)) => {
                Err(failed("send a command")(error))
            }
            Err(_) => Ok(None),
        }
    }

    /// Ends the connection.
    pub(super) fn hang_up(&mut self, and: Disposition) {
        if let Some(card) = self.card.take() {
            // Whoever cannot be told is gone already.
            card.disconnect(and).ok();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.hang_up(Disposition::UnpowerCard);
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.reader).finish()
    }
}

fn holds_a_card(context: &Context, reader: &CStr) -> bool {
    let mut states = [ReaderState::new(reader.to_owned(), State::UNAWARE)];
    context
        .get_status_change(std::time::Duration::ZERO, &mut states)
        .is_ok()
        && states
            .iter()
            .any(|state| state.event_state().contains(State::PRESENT))
}

fn failed(attempted: &'static str) -> impl Fn(Error) -> StageError {
    move |source| StageError::Service { attempted, source }
}
