//! RSA keys that derive from a seed. They take long to make, so they are kept: in memory, and on disk.

mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};

use crate::issuance::Hierarchy;
use crate::profile::{Generation, Seed};
use store::Store;

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
    /// EF 0019 of the common AP.
    CommonInternal,
    /// EF 0013 of the text AP.
    Text,
    /// To which session keys for the text AP would be encrypted.
    SessionTransport,
    /// EF 001A of the visual AP.
    Visual,
    /// Signs card-verifiable certificates.
    CardVerifiableAuthority,
    /// The municipality's, which signs the records of the text and visual APs.
    RecordSigner,
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
            Self::CommonInternal => "common AP key",
            Self::Text => "text AP key",
            Self::SessionTransport => "session transport key",
            Self::Visual => "visual AP key",
            Self::CardVerifiableAuthority => "card-verifiable CA key",
            Self::RecordSigner => "record signer key",
        }
    }
}

/// The key of one seed and role. Who makes it holds the lock, so that others who want the same key wait for it.
type Slot = Arc<Mutex<Option<RsaPrivateKey>>>;

/// The seed of this process's cards that have none of their own.
static RANDOM_SEED: OnceLock<Seed> = OnceLock::new();

/// The seed of cards that have none of their own: random, and the same as long as the process lives.
pub(crate) fn random_seed() -> Seed {
    RANDOM_SEED
        .get_or_init(|| Seed::from(rand::random::<u128>()))
        .clone()
}

/// The key that `seed` gives for `role`: made once, and kept on disk unless the seed is random.
pub(crate) fn key(seed: &Seed, role: KeyRole) -> Result<RsaPrivateKey, rsa::Error> {
    let slot = slot(seed, role);
    let mut kept = locked(&slot);
    if let Some(key) = recall(&mut kept, seed, role) {
        return Ok(key.clone());
    }
    let key = RsaPrivateKey::new(&mut generator(seed, role.label()), MODULUS_BITS)?;
    if let Some(store) = store(seed) {
        // A key that is not kept costs the next start some time, and no more.
        drop(store.save(&file_name(seed, role), &key));
    }
    *kept = Some(key.clone());
    Ok(key)
}

/// Makes those of these keys that are not kept, all at the same time.
pub(crate) fn prepare(wanted: &[(&Seed, KeyRole)]) {
    let is_missing = |(seed, role): &&(&Seed, KeyRole)| {
        recall(&mut locked(&slot(seed, *role)), seed, *role).is_none()
    };
    let missing: Vec<_> = wanted.iter().filter(is_missing).collect();
    thread::scope(|scope| {
        for (seed, role) in missing {
            // Whoever needs the key asks again, and learns why there is none.
            scope.spawn(|| drop(key(seed, *role)));
        }
    });
}

/// The key, if it is kept in memory or on disk; in memory from now on.
fn recall<'kept>(
    kept: &'kept mut Option<RsaPrivateKey>,
    seed: &Seed,
    role: KeyRole,
) -> Option<&'kept RsaPrivateKey> {
    if kept.is_none() {
        *kept = store(seed).and_then(|store| store.load(&file_name(seed, role)));
    }
    kept.as_ref()
}

fn slot(seed: &Seed, role: KeyRole) -> Slot {
    static CACHE: OnceLock<Mutex<HashMap<(Seed, KeyRole), Slot>>> = OnceLock::new();
    Arc::clone(
        locked(CACHE.get_or_init(Mutex::default))
            .entry((seed.clone(), role))
            .or_default(),
    )
}

/// Where keys of this seed are kept, if they are.
fn store(seed: &Seed) -> Option<&'static Store> {
    static STORE: OnceLock<Option<Store>> = OnceLock::new();
    if RANDOM_SEED.get() == Some(seed) {
        return None;
    }
    STORE.get_or_init(Store::of_environment).as_ref()
}

/// The name of a key's file. It tells neither seed nor key.
fn file_name(seed: &Seed, role: KeyRole) -> String {
    let bytes = bytes::<16>(seed, &format!("file of the {}", role.label()));
    format!("{:032x}.der", u128::from_be_bytes(bytes))
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
