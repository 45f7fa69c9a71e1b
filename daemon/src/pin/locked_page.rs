use std::fmt;

use zeroize::Zeroize;

/// Bytes that a page has for a secret, whatever the kernel's own pages have.
const ROOM: usize = 4096;

/// The largest page of the kernels that this runs on.
const LARGEST_PAGE: usize = 64 * 1024;

/// The system does not keep memory out of swap: no PIN may be put into it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("memory for a PIN cannot be locked (see: ulimit -l)")]
pub struct NotLocked;

/// One page of memory of its own, kept out of swap and wiped when dropped.
///
/// A page of its own, because locking works by the kernel's pages: of two secrets on one of them, the first that is
/// dropped would unlock the other. Boxed, so that moving the value copies no secret.
pub struct LockedPage {
    // Fields are dropped in this order: the page is unlocked, wiped by then, before it is given back.
    _lock: region::LockGuard,
    bytes: Box<Aligned>,
}

/// As long as it is aligned: nothing else comes to lie on its pages.
#[repr(align(65536))]
struct Aligned([u8; ROOM]);

const _: () = assert!(align_of::<Aligned>() == LARGEST_PAGE);

impl LockedPage {
    /// A page of zeros.
    ///
    /// # Errors
    /// [`NotLocked`] where the system refuses to lock it, or locks more than this page at once.
    pub fn new() -> Result<Self, NotLocked> {
        if region::page::size() > LARGEST_PAGE {
            return Err(NotLocked);
        }
        let bytes = Box::new(Aligned([0; ROOM]));
        let lock = region::lock(bytes.0.as_ptr(), ROOM).map_err(|error| {
            tracing::error!(%error, "memory for a PIN could not be locked");
            NotLocked
        })?;
        Ok(Self { bytes, _lock: lock })
    }

    pub(super) fn bytes(&self) -> &[u8; ROOM] {
        &self.bytes.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; ROOM] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kernel_page_is_shared_by_two_secrets() {
        let pages: Vec<_> = (0..8).map(|_| LockedPage::new().unwrap()).collect();
        let mut kernel_pages: Vec<_> = pages
            .iter()
            .map(|page| page.bytes().as_ptr().addr() / LARGEST_PAGE)
            .collect();
        kernel_pages.sort_unstable();
        kernel_pages.dedup();
        assert_eq!(kernel_pages.len(), pages.len());
        assert_eq!(size_of::<Aligned>(), LARGEST_PAGE, "nothing comes after it");
    }
}
