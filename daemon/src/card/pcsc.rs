//! Cards in readers, through the system's smart card service (PC/SC).

mod refusal;

use std::ffi::{CStr, CString};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pcsc::{
    Context, Disposition, Error, PNP_NOTIFICATION, Protocols, ReaderState, ShareMode, State,
};
use zeroize::Zeroizing;

use self::refusal::{closes_the_connection, establish, transport_error};
use super::{Card, CardSource, CardTransaction, Insertion, Reader, TransportError};

/// Room for the longest extended answer: 65 536 bytes and the status word.
const ANSWER_ROOM: usize = 65_538;

/// pcscd looks into its readers every 400 ms.
const NOTICED_AFTER: Duration = Duration::from_millis(800);

/// The system's readers.
///
/// The readers are listed over one context for as long as the service lives: a new service counts its
/// events from 0, so that only with the context do two equal counters mean the same card. Cards are
/// connected, and changes waited for, over contexts of their own, which do not block that one.
#[derive(Default)]
pub struct PcscReaders {
    listing: Mutex<Listing>,
}

#[derive(Default)]
struct Listing {
    context: Option<Context>,
    /// How many contexts there were.
    number: u16,
}

impl fmt::Debug for PcscReaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PcscReaders")
    }
}

impl CardSource for PcscReaders {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = &listing.context {
            match list(context, listing.number) {
                // The service was stopped; another may run by now.
                Err(TransportError::NoService) => listing.context = None,
                done => return done,
            }
        }
        let context = establish()?;
        listing.number = listing.number.wrapping_add(1);
        let readers = list(&context, listing.number)?;
        listing.context = Some(context);
        Ok(readers)
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        let name = CString::new(reader).map_err(|_| TransportError::NoReader)?;
        let connect = || -> Result<_, TransportError> {
            Ok(establish()?.connect(&name, ShareMode::Shared, Protocols::ANY))
        };
        let mut connected = connect()?;
        if connected
            .as_ref()
            .is_err_and(|error| closes_the_connection(*error))
        {
            connected = connect()?;
        }
        let card = connected.map_err(|error| match error {
            // A policy may allow the service and deny this card: it does so each time.
            error if closes_the_connection(error) => TransportError::AccessDenied,
            error => transport_error("connect to the card", error),
        })?;
        Ok(Box::new(PcscCard {
            card: Some(card),
            reader: name,
        }))
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        let context = establish()?;
        let mut states = states(&context)?;
        look(&context, Duration::ZERO, &mut states)?;
        let now = self.readers()?;
        if now != seen {
            return Ok(now);
        }
        // Blocks until the readers are no longer as they were just now.
        states.iter_mut().for_each(ReaderState::sync_current_state);
        look(&context, None, &mut states)?;
        self.readers()
    }
}

fn list(context: &Context, number: u16) -> Result<Vec<Reader>, TransportError> {
    let mut states = states(context)?;
    look(context, Duration::ZERO, &mut states)?;
    Ok(readers_of(&states, number))
}

/// One state a reader, and the pseudo-reader that announces readers plugged in or out.
fn states(context: &Context) -> Result<Vec<ReaderState>, TransportError> {
    let names = match context.list_readers_owned() {
        Ok(names) => names,
        Err(Error::NoReadersAvailable) => Vec::new(),
        Err(error) => return Err(transport_error("list the readers", error)),
    };
    Ok(names
        .into_iter()
        .chain([PNP_NOTIFICATION().to_owned()])
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect())
}

fn look(
    context: &Context,
    timeout: impl Into<Option<Duration>>,
    states: &mut [ReaderState],
) -> Result<(), TransportError> {
    match context.get_status_change(timeout, states) {
        Ok(()) | Err(Error::Timeout) => Ok(()),
        Err(error) => Err(transport_error("watch the readers", error)),
    }
}

/// Whether the card leaves this reader, or has left it, in the time in which the service notices.
fn leaves(reader: &CStr) -> bool {
    let begin = Instant::now();
    let mut states = [ReaderState::new(reader, State::UNAWARE)];
    let Ok(context) = establish() else {
        return false;
    };
    loop {
        let left = NOTICED_AFTER.saturating_sub(begin.elapsed());
        if context.get_status_change(left, &mut states).is_err() {
            return false;
        }
        if !states
            .iter()
            .all(|state| state.event_state().contains(State::PRESENT))
        {
            return true;
        }
        states.iter_mut().for_each(ReaderState::sync_current_state);
    }
}

fn readers_of(states: &[ReaderState], context_number: u16) -> Vec<Reader> {
    states
        .iter()
        .filter(|state| state.name() != PNP_NOTIFICATION())
        .filter(|state| {
            !state
                .event_state()
                .intersects(State::UNKNOWN | State::IGNORE)
        })
        .map(|state| Reader {
            name: text(state.name()),
            insertion: state
                .event_state()
                .contains(State::PRESENT)
                .then(|| Insertion(u32::from(context_number) << 16 | state.event_count())),
        })
        .collect()
}

fn text(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

struct PcscCard {
    /// Taken only by drop.
    card: Option<pcsc::Card>,
    reader: CString,
}

impl Card for PcscCard {
    fn begin(&mut self) -> Result<Box<dyn CardTransaction + '_>, TransportError> {
        let card = self.card.as_mut().ok_or(TransportError::CardRemoved)?;
        let transaction = match card.transaction2() {
            Ok(transaction) => transaction,
            // Another program reset the card since our last exchange: nothing of ours was under way.
            Err((card, Error::ResetCard)) => {
                card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::LeaveCard)
                    .map_err(|error| transport_error("reconnect to the card", error))?;
                card.transaction()
                    .map_err(|error| transport_error("begin a transaction", error))?
            }
            Err((_, error)) => return Err(transport_error("begin a transaction", error)),
        };
        Ok(Box::new(PcscTransaction {
            transaction: Some(transaction),
            reader: &self.reader,
            answer: Zeroizing::new(vec![0; ANSWER_ROOM]),
        }))
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        // The library's own drop would reset the card under other programs.
        if let Some(Err((_, error))) = self
            .card
            .take()
            .map(|card| card.disconnect(Disposition::LeaveCard))
        {
            tracing::debug!(%error, "disconnect");
        }
    }
}

struct PcscTransaction<'card> {
    /// Taken by its end.
    transaction: Option<pcsc::Transaction<'card>>,
    reader: &'card CStr,
    answer: Zeroizing<Vec<u8>>,
}

impl CardTransaction for PcscTransaction<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        let transaction = self
            .transaction
            .as_ref()
            .ok_or(TransportError::CardRemoved)?;
        let answered = match transaction.transmit(command, &mut self.answer) {
            // So some readers' drivers tell that no answer came.
            Ok([]) => Err(TransportError::Unresponsive),
            Ok(answer) => Ok(Zeroizing::new(answer.to_vec())),
            Err(error) => Err(transport_error("send a command", error)),
        };
        match answered {
            // A card that is pulled under a command shows as one that says nothing, until the service looks again.
            Err(TransportError::Unresponsive) if leaves(self.reader) => {
                Err(TransportError::CardRemoved)
            }
            answered => answered,
        }
    }

    fn power_off(&mut self) -> Result<(), TransportError> {
        self.end(Disposition::UnpowerCard)
    }
}

impl PcscTransaction<'_> {
    fn end(&mut self, disposition: Disposition) -> Result<(), TransportError> {
        match self.transaction.take() {
            Some(transaction) => transaction
                .end(disposition)
                .map_err(|(_, error)| transport_error("end a transaction", error)),
            None => Ok(()),
        }
    }
}

impl Drop for PcscTransaction<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.end(Disposition::LeaveCard) {
            tracing::debug!(%error, "end of transaction");
        }
    }
}
