use std::future::pending;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch as signal};

use crate::card::{CardSource, ReaderEvent, events_between};
use crate::ipc::{Change, Event};

/// Events that a slow client may be behind before it misses some.
const BACKLOG: usize = 64;

/// While the smart card service is away there is nothing to wait on; it is looked for this often.
const LOOK_FOR_SERVICE: Duration = Duration::from_secs(1);

/// Tells of readers and cards that come and go, from the first time that somebody asks.
#[derive(Debug)]
pub(super) struct Events {
    source: Arc<dyn CardSource>,
    sender: broadcast::Sender<Event>,
    /// Whether the readers were seen, once somebody asked.
    seen: OnceLock<signal::Receiver<bool>>,
}

impl Events {
    pub(super) fn new(source: Arc<dyn CardSource>) -> Self {
        Self {
            source,
            sender: broadcast::channel(BACKLOG).0,
            seen: OnceLock::new(),
        }
    }

    /// What happens from the first look at the readers on, which [`Events::seen`] waits for.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        let receiver = self.sender.subscribe();
        self.seen.get_or_init(|| {
            let source = Arc::clone(&self.source);
            let sender = self.sender.clone();
            let (tell, seen) = signal::channel(false);
            let watch = move || watch(source.as_ref(), &tell, &sender);
            if let Err(error) = thread::Builder::new()
                .name("events".to_owned())
                .spawn(watch)
            {
                tracing::error!(%error, "no thread to watch the readers");
            }
            seen
        });
        receiver
    }

    /// Waits for the first look, if there is to be one: whatever changes after it is told.
    pub(super) async fn seen(&self) {
        if let Some(seen) = self.seen.get() {
            // Without the thread nothing is told, and nothing is to be waited for.
            seen.clone().wait_for(|seen| *seen).await.ok();
        }
    }

    /// What happens at this reader from now on.
    pub(super) fn changes(&self, reader: &str) -> Changes {
        Changes {
            events: self.subscribe(),
            reader: reader.to_owned(),
        }
    }
}

/// Tells when something happens at a reader.
#[derive(Debug)]
pub(super) struct Changes {
    events: broadcast::Receiver<Event>,
    reader: String,
}

impl Changes {
    /// The reader's name.
    pub(super) fn reader(&self) -> &str {
        &self.reader
    }

    /// Waits for the next change, or for more of them at any reader than could be told.
    pub(super) async fn next(&mut self) {
        loop {
            match self.events.recv().await {
                Ok(Event::Card { reader: name, .. } | Event::Reader { name, .. })
                    if name == self.reader =>
                {
                    return;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => return pending().await,
            }
        }
    }
}

/// Blocks on the system's own notification; lives as long as the daemon.
fn watch(source: &dyn CardSource, tell: &signal::Sender<bool>, sender: &broadcast::Sender<Event>) {
    let mut seen = source.readers().unwrap_or_default();
    tell.send_replace(true);
    loop {
        let now = match source.wait_for_change(&seen) {
            Ok(now) => now,
            Err(error) => {
                tracing::debug!(%error, "the readers cannot be watched");
                // Gone with the service, and told at once: a window may be open over a card.
                let now = source.readers().unwrap_or_default();
                if now == seen {
                    thread::sleep(LOOK_FOR_SERVICE);
                }
                now
            }
        };
        for event in events_between(&seen, &now) {
            // Nobody listening is no fault.
            sender.send(to_event(event)).ok();
        }
        seen = now;
    }
}

fn to_event(event: ReaderEvent) -> Event {
    let reader = |change, name| Event::Reader { change, name };
    let card = |change, reader| Event::Card { change, reader };
    match event {
        ReaderEvent::ReaderInserted(name) => reader(Change::Inserted, name),
        ReaderEvent::ReaderRemoved(name) => reader(Change::Removed, name),
        ReaderEvent::CardInserted(name) => card(Change::Inserted, name),
        ReaderEvent::CardRemoved(name) => card(Change::Removed, name),
    }
}
