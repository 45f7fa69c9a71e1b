use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Service, ServiceError};
use crate::history::History;
use crate::ipc::params::HistoryParams;

/// The most bytes of uses in one answer, which must fit a frame.
const MAX_LEN: usize = 48 * 1024;

impl Service {
    /// The last uses of the card, the newest first.
    pub(super) async fn tell_history(&self, params: HistoryParams) -> Result<Value, ServiceError> {
        let uses = match &self.history {
            Some(history) => look_up(history, History::read).await?,
            None => Vec::new(),
        };
        let mut room = MAX_LEN;
        let uses: Vec<_> = uses
            .iter()
            .rev()
            .take(params.limit)
            .map(|entry| json!(entry))
            .map_while(|entry| {
                room = room.checked_sub(entry.to_string().len())?;
                Some(entry)
            })
            .collect();
        Ok(json!({"enabled": self.history.is_some(), "uses": uses}))
    }

    /// Whether the history tells that this site's pages have not used the card yet.
    pub(super) async fn is_first_use(&self, origin: &str) -> bool {
        let Some(history) = &self.history else {
            return false;
        };
        let origin = origin.to_owned();
        let known = look_up(history, move |history| history.knows(&origin)).await;
        known.is_ok_and(|known| !known)
    }
}

/// Off the threads that serve clients.
async fn look_up<T: Send + 'static>(
    history: &Arc<History>,
    look: impl FnOnce(&History) -> io::Result<T> + Send + 'static,
) -> Result<T, ServiceError> {
    let history = Arc::clone(history);
    tokio::task::spawn_blocking(move || look(&history))
        .await
        .map_err(|_| ServiceError::WorkerFailed)?
        .map_err(ServiceError::History)
}
