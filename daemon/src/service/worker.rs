use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::ServiceError;
use super::desk::Desk;
use crate::card::{CardSource, TransportError};

/// Requests that wait for one card besides the one that has it. A person answers one window at a
/// time; whoever comes after so many is told at once.
const MAX_WAITING: usize = 9;

/// How long the end of the daemon waits for exchanges under way: the slowest answer of a card.
const TIME_TO_END: Duration = Duration::from_secs(5);

type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// The thread that owns the cards of one reader. Jobs run one after the other.
#[derive(Debug)]
pub(super) struct Worker {
    reader: String,
    jobs: mpsc::Sender<Job>,
    turn: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Wakes those that wait when the card was not to be had.
    given_up: Notify,
}

impl Worker {
    pub(super) fn start(source: Arc<dyn CardSource>, reader: String) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let name = reader.clone();
        thread::Builder::new()
            .name("card".to_owned())
            .spawn(move || {
                let mut desk = Desk::new(source, reader);
                while let Ok(job) = queue.recv() {
                    // An applet that is dropped while unwinding closes the card; the next request goes on.
                    let run = std::panic::AssertUnwindSafe(|| job(&mut desk));
                    if std::panic::catch_unwind(run).is_err() {
                        desk.release();
                    }
                }
            })?;
        Ok(Self {
            reader: name,
            jobs,
            turn: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            given_up: Notify::new(),
        })
    }

    /// The reader's name.
    pub(super) fn reader(&self) -> &str {
        &self.reader
    }

    /// Runs a job on the thread and waits for what it returns. The job runs even if nobody waits.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        self.run_early(|desk, answer| {
            answer.send(job(desk)).ok();
        })
        .await
    }

    /// As [`Self::run`], for a job that answers before it has ended.
    pub(super) async fn run_early<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk, oneshot::Sender<T>) + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (answer, answered) = oneshot::channel();
        self.send(move |desk| job(desk, answer));
        answered.await.map_err(|_| ServiceError::WorkerFailed)
    }

    pub(super) fn send(&self, job: impl FnOnce(&mut Desk) + Send + 'static) {
        // The thread ends only with its queue, so this fails never; who waits would be told.
        self.jobs.send(Box::new(job)).ok();
    }

    /// Waits until no other request has this card: as long as a person answers that one's windows, but no longer than
    /// the card is there to be had.
    pub(super) async fn take_turn(self: &Arc<Self>) -> Result<Turn, ServiceError> {
        let _waiting = Waiting::enter(self).ok_or(ServiceError::QueueFull)?;
        let given_up = pin!(self.given_up.notified());
        let permit = pin!(self.turn.clone().acquire_owned());
        match select(given_up, permit).await {
            Either::Left(_) => Err(TransportError::Busy.into()),
            Either::Right((permit, _)) => Ok(Turn {
                worker: Arc::clone(self),
                _permit: permit.map_err(|_| ServiceError::WorkerFailed)?,
            }),
        }
    }

    /// The request whose turn it is could not have the card; those behind it need not try one after the other.
    pub(super) fn give_up(&self) {
        self.given_up.notify_waiters();
    }

    /// Waits until the jobs given so far are done.
    pub(super) async fn finish(&self) {
        if tokio::time::timeout(TIME_TO_END, self.run(|_| ()))
            .await
            .is_err()
        {
            tracing::warn!("an exchange with a card did not end in time");
        }
    }
}

/// A place in the queue, given back however the wait ends.
struct Waiting<'worker>(&'worker AtomicUsize);

impl<'worker> Waiting<'worker> {
    fn enter(worker: &'worker Worker) -> Option<Self> {
        let place = Self(&worker.waiting);
        (worker.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to use one reader's card. Dropped, it leaves the card closed and lets the next one in.
#[derive(Debug)]
pub(super) struct Turn {
    worker: Arc<Worker>,
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    pub(super) fn worker(&self) -> &Worker {
        &self.worker
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.worker.send(Desk::release);
    }
}
