use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select;
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

/// What is kept of a connection between two of its requests: the password with which a page read the signature
/// certificate, for the one signature that it asks for next. It goes with the connection.
#[derive(Debug, Default)]
pub struct Hold {
    held: Mutex<Option<Held>>,
}

/// A password that was right, and what must be the same when it is used.
#[derive(Debug)]
pub(super) struct Held {
    secret: Arc<Mutex<Option<Secret>>>,
    origin: String,
    reader: String,
    insertion: Insertion,
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
        let alarm = tokio::spawn(async move {
            select(pin!(sleep(HOLD_TIME)), pin!(changes.next())).await;
            if let Some(secret) = waiting.upgrade() {
                lock(&secret).take();
            }
        });
        *lock(&self.held) = Some(Held {
            secret,
            origin: origin.to_owned(),
            reader,
            insertion,
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
        let secret = lock(&self.secret);
        let certificate = secret.as_ref().map(|secret| secret.certificate.der());
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
        let Secret {
            password,
            certificate,
        } = lock(&self.secret).take()?;
        Some(Given {
            pin: password,
            last_try: LastTry::Spare,
            certificate: Some(certificate),
        })
    }
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
