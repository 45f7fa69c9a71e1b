//! How far a request is, for a client that wants to know.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::request::RequestId;

/// What a request is at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The card is sought or waited for, or another request has it.
    WaitingForCard,
    /// A window is open.
    WaitingForPin,
    /// The PIN goes to the card.
    Signing,
}

impl Stage {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WaitingForCard => "waiting-for-card",
            Self::WaitingForPin => "waiting-for-pin",
            Self::Signing => "signing",
        }
    }
}

/// A stage that a request has come to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progressed {
    /// The request.
    pub id: RequestId,
    /// What it is at now.
    pub stage: Stage,
}

impl Progressed {
    /// The JSON-RPC notification.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let params = json!({"id": self.id.to_json(), "stage": self.stage.as_str()});
        json!({"jsonrpc": "2.0", "method": "progress", "params": params})
    }
}

/// Takes the stages of one request to its client, if that wants to know. Clones are of the same request.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    listener: Option<(RequestId, mpsc::UnboundedSender<Progressed>)>,
    opened_window: Arc<AtomicBool>,
}

impl Progress {
    /// Tells the stages of the request `id`. Unbounded: a stage repeats only when a person does something.
    #[must_use]
    pub fn of(id: RequestId, listener: mpsc::UnboundedSender<Progressed>) -> Self {
        Self {
            listener: Some((id, listener)),
            opened_window: Arc::default(),
        }
    }

    /// The request is at this stage now.
    pub fn tell(&self, stage: Stage) {
        if stage == Stage::WaitingForPin {
            self.opened_window.store(true, Ordering::Relaxed);
        }
        if let Some((id, listener)) = &self.listener {
            let id = id.clone();
            // A client that is gone need not know.
            listener.send(Progressed { id, stage }).ok();
        }
    }

    /// Whether a window of the request was open.
    #[must_use]
    pub fn opened_window(&self) -> bool {
        self.opened_window.load(Ordering::Relaxed)
    }
}
