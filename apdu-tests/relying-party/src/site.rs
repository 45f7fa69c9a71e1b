//! The site as configured, with its memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use time::OffsetDateTime;

use crate::SiteOrigin;
use crate::store::Store;
use crate::verification::CertificateVerifier;

/// Where the time comes from; tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(OffsetDateTime::now_utc)
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// All that the pages work with.
#[derive(Debug)]
pub struct Site {
    pub(crate) origin: SiteOrigin,
    pub(crate) authentication: CertificateVerifier,
    pub(crate) signature: CertificateVerifier,
    pub(crate) page_module: Bytes,
    pub(crate) clock: Clock,
    store: Mutex<Store>,
}

impl Site {
    /// A site at `origin` that takes authentication certificates from one verifier, signature certificates from the
    /// other, and serves `page_module` (the JavaScript that talks to the extension) as `/jpkid.js`.
    #[must_use]
    pub fn new(
        origin: SiteOrigin,
        authentication: CertificateVerifier,
        signature: CertificateVerifier,
        page_module: Vec<u8>,
        clock: Clock,
    ) -> Self {
        Self {
            origin,
            authentication,
            signature,
            page_module: page_module.into(),
            clock,
            store: Mutex::new(Store::default()),
        }
    }

    /// The store, for as long as no `await` comes.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        // Each change of the store is one insertion or removal, so a panic elsewhere leaves nothing half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
