use std::fmt;

use zeroize::Zeroize;

/// The page size of every system this runs on, or a part of it.
const PAGE: usize = 4096;

/// One page of memory of its own, kept out of swap and wiped when dropped.
///
/// A page of its own, because locking works by pages: two secrets on one page would unlock each
/// other. Boxed, so that moving the value copies no secret.
pub(super) struct LockedPage {
    // Fields are dropped in this order: the page is unlocked, wiped by then, before it is given back.
    _lock: Option<region::LockGuard>,
    bytes: Box<Aligned>,
}

#[repr(align(4096))]
struct Aligned([u8; PAGE]);

impl LockedPage {
    /// A page of zeros. Where the system refuses to lock it, it is used all the same and the log says so.
    pub(super) fn new() -> Self {
        let bytes = Box::new(Aligned([0; PAGE]));
        let lock = region::lock(bytes.0.as_ptr(), PAGE)
            .inspect_err(|error| tracing::warn!(%error, "memory for a PIN could not be locked"))
            .ok();
        Self { bytes, _lock: lock }
    }

    pub(super) fn bytes(&self) -> &[u8; PAGE] {
        &self.bytes.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; PAGE] {
        &mut self.bytes.0
    }
}

impl Drop for LockedPage {
    fn drop(&mut self) {
        self.bytes.0.zeroize();
    }
}

impl fmt::Debug for LockedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LockedPage")
    }
}
