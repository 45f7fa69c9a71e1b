//! The seam between the protocol and what it asks for.

use std::fmt::Debug;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::{Call, Caller, Failure, Progress};

/// What answers the requests.
pub trait Methods: Send + Sync + 'static {
    /// What is kept for one connection: made with it, and dropped when it ends.
    type Session: Session;

    /// Answers one request.
    ///
    /// Dropping the future cancels the request: the client asked for it, is gone, or the daemon stops.
    /// Whatever the request had opened (a window, an exchange with the card) must then end by itself.
    /// A panic is answered with [`ErrorCode::Internal`](super::ErrorCode::Internal); other requests go on.
    fn call(
        self: Arc<Self>,
        asking: Asking<Self::Session>,
        call: Call,
    ) -> BoxFuture<'static, Result<Value, Failure>>;

    /// Readers and cards that come and go, from now on. A client that asked for `subscribe` gets each of
    /// them; one that reads too slowly misses some.
    fn events(&self) -> broadcast::Receiver<Event>;
}

/// What is kept for one connection between its requests.
pub trait Session: Debug + Default + Send + Sync + 'static {
    /// The client sent something else than a request to [`Methods`]: what waits for its next request is dropped.
    fn forget(&self);
}

/// For methods that keep nothing.
impl Session for () {
    fn forget(&self) {}
}

/// Who makes a request, over which connection, and who hears how far it is.
#[derive(Debug)]
pub struct Asking<S> {
    /// The client.
    pub caller: Caller,
    /// What is kept for its connection.
    pub session: Arc<S>,
    /// Where the request's stages are told.
    pub progress: Progress,
}

impl<S: Session> Asking<S> {
    /// The first request of a client that does not want to know how far it is.
    #[must_use]
    pub fn of(caller: Caller) -> Self {
        Self {
            caller,
            session: Arc::default(),
            progress: Progress::default(),
        }
    }
}

/// A reader or a card came or went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// A reader was plugged in or pulled out.
    Reader {
        /// Which of the two.
        change: Change,
        /// The reader's PC/SC name.
        name: String,
    },
    /// A card was put into a reader or taken out.
    Card {
        /// Which of the two.
        change: Change,
        /// The reader's PC/SC name.
        reader: String,
    },
}

/// The direction of an [`Event`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// It is there now.
    Inserted,
    /// It is gone.
    Removed,
}

impl Change {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inserted => "inserted",
            Self::Removed => "removed",
        }
    }
}

impl Event {
    /// The JSON-RPC notification.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (method, params) = match self {
            Self::Reader { change, name } => {
                ("reader", json!({"event": change.as_str(), "name": name}))
            }
            Self::Card { change, reader } => {
                ("card", json!({"event": change.as_str(), "reader": reader}))
            }
        };
        json!({"jsonrpc": "2.0", "method": method, "params": params})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_names_the_reader() {
        let event = Event::Card {
            change: Change::Removed,
            reader: "Reader 0".into(),
        };
        assert_eq!(
            event.to_json(),
            json!({"jsonrpc": "2.0", "method": "card",
                   "params": {"event": "removed", "reader": "Reader 0"}})
        );
    }
}
