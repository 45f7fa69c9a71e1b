use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use rustix::time::{ClockId, clock_gettime};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::desk::Given;
use super::events::Changes;
use crate::card::Insertion;
use crate::ipc::methods::Session;
use crate::ipc::params::SignParams;
use crate::jpki::{Certificate, LastTry};
use crate::pin::Pin;

/// How long a password waits at most, a window in which the person agrees to its use included.
pub(super) const HOLD_TIME: Duration = Duration::from_secs(30);

/// How often the clock is looked at: a machine that wakes finds the password wiped within this time.
const LOOK: Duration = Duration::from_secs(1);

/// What is kept of a connection between two of its requests: the password with which a page read the signature
/// certificate, for the one signature that it asks for next. It goes with the connection.
#[derive(Debug, Default)]
pub struct Hold {
    held: Mutex<Option<Held>>,
    clock: Clock,
}

/// Counts the time that a password waits, that of a sleeping machine included: no timer of tokio's counts that.
#[derive(Clone)]
struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

/// When a password's time is over.
#[derive(Debug)]
struct End {
    clock: Clock,
    time: Duration,
}

/// A password that was right, and what must be the same when it is used.
#[derive(Debug)]
pub(super) struct Held {
    secret: Arc<Mutex<Option<Secret>>>,
    origin: String,
    reader: String,
    insertion: Insertion,
    end: Arc<End>,
    _alarm: Alarm,
}

/// The certificate names its holder: it goes with the password.
struct Secret {
    password: Pin,
    certificate: Certificate,
}

/// Wipes a secret when its time is over or something happens at its reader. There is nothing left to wipe without it.
#[derive(Debug)]
struct Alarm(AbortHandle);

impl Hold {
    /// Counts by another clock than the system's.
    #[must_use]
    pub fn counting_by(clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self {
            held: Mutex::default(),
            clock: Clock(Arc::new(clock)),
        }
    }

    /// Keeps the password of this card from now on.
    pub(super) fn keep(
        &self,
        password: Pin,
        certificate: Certificate,
        origin: &str,
        insertion: Insertion,
        mut changes: Changes,
    ) {
        let reader = changes.reader().to_owned();
        let secret = Arc::new(Mutex::new(Some(Secret {
            password,
            certificate,
        })));
        let waiting = Arc::downgrade(&secret);
        let end = Arc::new(End::after(HOLD_TIME, &self.clock));
        let its_end = Arc::clone(&end);
        let alarm = tokio::spawn(async move {
            select(pin!(its_end.comes()), pin!(changes.next())).await;
            if let Some(secret) = waiting.upgrade() {
                lock(&secret).take();
            }
        });
        *lock(&self.held) = Some(Held {
            secret,
            origin: origin.to_owned(),
            reader,
            insertion,
            end,
            _alarm: Alarm(alarm.abort_handle()),
        });
    }

    /// Gives out what is kept: to be used now, or to be dropped.
    pub(super) fn take(&self) -> Option<Held> {
        lock(&self.held).take()
    }
}

impl Session for Hold {
    fn forget(&self) {
        self.take();
    }
}

impl Held {
    /// Whether this request is the one that it waits for.
    pub(super) fn is_for(&self, params: &SignParams) -> bool {
        // A machine that has just woken may ask before the alarm looks at the clock.
        let secret = lock(&self.secret);
        let secret = secret.as_ref().filter(|_| !self.end.is_past());
        let certificate = secret.map(|secret| secret.certificate.der());
        let reader = params.card.reader.as_ref();
        self.origin == params.origin.as_str()
            && certificate.is_some()
            && certificate == params.certificate.as_deref()
            && reader.is_none_or(|reader| *reader == self.reader)
    }

    /// The reader that its card lies in.
    pub(super) fn reader(&self) -> String {
        self.reader.clone()
    }

    /// Its card.
    pub(super) fn insertion(&self) -> Insertion {
        self.insertion
    }

    /// The password with its certificate, unless it has been wiped meanwhile. It spends no last try.
    pub(super) fn into_given(self) -> Option<Given> {
        let secret = lock(&self.secret).take();
        let Secret {
            password,
            certificate,
        } = secret.filter(|_| !self.end.is_past())?;
        Some(Given {
            pin: password,
            last_try: LastTry::Spare,
            certificate: Some(certificate),
        })
    }
}

impl End {
    fn after(time: Duration, clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            time: (clock.0)().saturating_add(time),
        }
    }

    fn is_past(&self) -> bool {
        (self.clock.0)() >= self.time
    }

    async fn comes(&self) {
        while !self.is_past() {
            sleep(LOOK).await;
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(since_boot))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The time since the machine was started, awake or not.
fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    // Neither is ever negative.
    Duration::new(
        time.tv_sec.try_into().unwrap_or_default(),
        time.tv_nsec.try_into().unwrap_or_default(),
    )
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
