//! What the daemon does for a request: policy, the person's consent, and the exchange with the card.
//! The one place that knows both the local protocol and the card.

mod certificate;
mod consent;
mod desk;
mod error;
mod events;
mod exchange;
mod history;
mod hold;
mod patience;
mod requests;
mod status;
mod worker;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout, timeout_at};

use crate::card::{CardSource, Reader};
use crate::history::History;
use crate::ipc::methods::Session as _;
use crate::ipc::{Asking, Call, Event, Failure, Methods, WantedCard};
use crate::pin::prompt::PinPrompt;
use crate::settings::Settings;
use error::ServiceError;
use events::Events;
pub use hold::Hold;
use patience::Patience;
use worker::{Turn, Worker};

/// How long the smart card service may take to list its readers, which touches no card.
const TIME_TO_LIST: Duration = Duration::from_secs(3);

/// The daemon's work, behind the socket.
#[derive(Debug)]
pub struct Service {
    source: Arc<dyn CardSource>,
    /// Held while the readers are listed.
    listing: Arc<tokio::sync::Mutex<()>>,
    prompt: Arc<dyn PinPrompt>,
    settings: Settings,
    /// What the card was used for; `None` where that is not written down.
    history: Option<Arc<History>>,
    /// One thread for each reader that was ever used.
    workers: Mutex<HashMap<String, Arc<Worker>>>,
    /// A person answers one window at a time.
    window: tokio::sync::Mutex<()>,
    /// Who has to wait before the next window.
    patience: Patience,
    events: Events,
}

impl Service {
    /// Serves the cards of `source`, asks for PINs by `prompt`, and tells what stands in `history`.
    #[must_use]
    pub fn new(
        source: Arc<dyn CardSource>,
        prompt: Arc<dyn PinPrompt>,
        settings: Settings,
        history: Option<Arc<History>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            events: Events::new(Arc::clone(&source)),
            source,
            listing: Arc::default(),
            prompt,
            workers: Mutex::default(),
            window: tokio::sync::Mutex::default(),
            patience: Patience::new(settings.cancelled_wait),
            settings,
            history,
        })
    }

    /// Waits until every card is closed that a request had open. Requests must have ended.
    pub async fn finish(&self) {
        let workers: Vec<_> = self
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect();
        join_all(workers.iter().map(|worker| worker.finish())).await;
    }

    /// Lists the readers, off the threads that serve clients, and after the first look of [`Events`]. A smart card
    /// service that accepts connections and says nothing holds up one thread and no request.
    async fn readers(&self) -> Result<Vec<Reader>, ServiceError> {
        let listed = async {
            self.events.seen().await;
            let one_at_a_time = Arc::clone(&self.listing).lock_owned().await;
            let source = Arc::clone(&self.source);
            let list = move || {
                let _one_at_a_time = one_at_a_time;
                source.readers()
            };
            tokio::task::spawn_blocking(list).await
        };
        match timeout(TIME_TO_LIST, listed).await {
            Ok(listed) => Ok(listed.map_err(|_| ServiceError::WorkerFailed)??),
            Err(_) => Err(ServiceError::SilentService),
        }
    }

    /// The readers to try for a request; where it wants to wait, once there is a card, but no longer than a window would
    /// wait for the person.
    async fn candidates(&self, wanted: &WantedCard) -> Result<Vec<String>, ServiceError> {
        use ServiceError::{NoCard, NoReader, UnknownReader};
        if !wanted.wait {
            return self.with_card(wanted.reader.as_deref()).await;
        }
        // From before the first look on, or nobody would see a card that comes in between.
        let mut events = self.events.subscribe();
        let started = Instant::now();
        loop {
            let missing = match self.with_card(wanted.reader.as_deref()).await {
                Err(missing @ (NoReader | UnknownReader | NoCard)) => missing,
                done => return done,
            };
            let Some(end) = started.checked_add(self.settings.prompt_timeout) else {
                return Err(missing);
            };
            match timeout_at(end, events.recv()).await {
                Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
                Ok(Err(RecvError::Closed)) | Err(_) => return Err(missing),
            }
        }
    }

    /// The readers that hold a card: the one of this name, else all.
    async fn with_card(&self, wanted: Option<&str>) -> Result<Vec<String>, ServiceError> {
        let readers = self.readers().await?;
        if readers.is_empty() {
            return Err(ServiceError::NoReader);
        }
        if wanted.is_some_and(|wanted| readers.iter().all(|reader| reader.name != wanted)) {
            return Err(ServiceError::UnknownReader);
        }
        let with_card: Vec<_> = readers
            .into_iter()
            .filter(|reader| wanted.is_none_or(|wanted| reader.name == wanted))
            .filter(|reader| reader.insertion.is_some())
            .map(|reader| reader.name)
            .collect();
        if with_card.is_empty() {
            return Err(ServiceError::NoCard);
        }
        Ok(with_card)
    }

    fn worker(&self, reader: String) -> Result<Arc<Worker>, ServiceError> {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        match workers.entry(reader) {
            Entry::Occupied(entry) => Ok(Arc::clone(entry.get())),
            Entry::Vacant(entry) => {
                let worker = Worker::start(Arc::clone(&self.source), entry.key().clone())
                    .map_err(|_| ServiceError::WorkerFailed)?;
                Ok(Arc::clone(entry.insert(Arc::new(worker))))
            }
        }
    }

    async fn turn(&self, reader: String) -> Result<Turn, ServiceError> {
        self.worker(reader)?.take_turn().await
    }
}

impl Methods for Service {
    type Session = Hold;

    fn call(
        self: Arc<Self>,
        asking: Asking<Hold>,
        call: Call,
    ) -> BoxFuture<'static, Result<Value, Failure>> {
        // Now, not when it is first polled: a password waits for the client's very next request.
        let held = match call {
            Call::Status(_) => None,
            Call::Sign(_) => asking.session.take(),
            Call::Authenticate(_) | Call::Certificate(_) | Call::History(_) => {
                asking.session.forget();
                None
            }
        };
        Box::pin(async move {
            let method = call.method();
            let result = self.answer(asking, held, call).await;
            match &result {
                Ok(_) => tracing::info!(method, "done"),
                Err(error) => tracing::info!(method, %error, "refused"),
            }
            result.map_err(Failure::from)
        })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}
