//! RSA keys that derive from a seed. They are made once in a process, for they take long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};

use crate::issuance::Hierarchy;
use crate::profile::{Generation, Seed};

/// The modulus of every key, in bits.
const MODULUS_BITS: usize = 2048;

/// What a key is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum KeyRole {
    /// Signs the certificates of a hierarchy.
    Authority(Hierarchy, Generation),
    /// EF 0017.
    Authentication,
    /// EF 001A.
    Signature,
}

impl KeyRole {
    /// What the key derives from, beside the seed: another label is another key.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Authority(Hierarchy::Authentication, generation) => match generation {
                Generation::First => "authentication CA 1 key",
                Generation::Second => "authentication CA 2 key",
                Generation::Third => "authentication CA 3 key",
            },
            Self::Authority(Hierarchy::Signature, generation) => match generation {
                Generation::First => "signature CA 1 key",
                Generation::Second => "signature CA 2 key",
                Generation::Third => "signature CA 3 key",
            },
            Self::Authentication => "authentication key",
            Self::Signature => "signature key",
        }
    }
}

/// The key of one seed and role. Who makes it holds the lock, so that others who want the same key wait for it.
type Slot = Arc<Mutex<Option<RsaPrivateKey>>>;

/// The seed of cards that have none of their own: random, and the same as long as the process lives.
pub(crate) fn random_seed() -> Seed {
    static SEED: OnceLock<Seed> = OnceLock::new();
    SEED.get_or_init(|| Seed::from(rand::random::<u128>()))
        .clone()
}

/// The key that `seed` gives for `role`.
pub(crate) fn key(seed: &Seed, role: KeyRole) -> Result<RsaPrivateKey, rsa::Error> {
    static CACHE: OnceLock<Mutex<HashMap<(Seed, KeyRole), Slot>>> = OnceLock::new();
    let slot = Arc::clone(
        locked(CACHE.get_or_init(Mutex::default))
            .entry((seed.clone(), role))
            .or_default(),
    );
    let mut cached = locked(&slot);
    if let Some(key) = &*cached {
        return Ok(key.clone());
    }
    let key = RsaPrivateKey::new(&mut generator(seed, role.label()), MODULUS_BITS)?;
    *cached = Some(key.clone());
    Ok(key)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `N` bytes that derive from `seed` for `purpose`: serial numbers and names.
pub(crate) fn bytes<const N: usize>(seed: &Seed, purpose: &str) -> [u8; N] {
    let mut bytes = [0; N];
    generator(seed, purpose).fill_bytes(&mut bytes);
    bytes
}

fn generator(seed: &Seed, purpose: &str) -> ChaCha20Rng {
    let digest = Sha256::new()
        .chain_update("jpki-virtual-card\0")
        .chain_update(purpose)
        .chain_update([0])
        .chain_update(seed.as_str())
        .finalize();
    ChaCha20Rng::from_seed(digest.into())
}
