//! What a relying party trusts.

use super::{Authority, Hierarchy, MintError};
use crate::keys::{self, KeyRole};
use crate::profile::{Generation, Profile};

/// The certificates, as DER, of the two authorities of one generation: what a relying party under test has to trust.
///
/// Whoever knows the text that their keys derive from can issue certificates as they do. They are for tests only.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorityCertificates {
    /// Of the authority behind authentication certificates.
    pub authentication: Vec<u8>,
    /// Of the authority behind signature certificates.
    pub signature: Vec<u8>,
}

impl AuthorityCertificates {
    /// Those behind the cards of `profile`, were they of this generation.
    ///
    /// # Errors
    /// [`MintError`] if a key or certificate could not be made.
    pub fn of(profile: &Profile, generation: Generation) -> Result<Self, MintError> {
        let seed = profile
            .authority
            .as_ref()
            .or(profile.seed.as_ref())
            .map_or_else(keys::random_seed, Clone::clone);
        let hierarchies = [Hierarchy::Authentication, Hierarchy::Signature];
        keys::prepare(
            &hierarchies.map(|hierarchy| (&seed, KeyRole::Authority(hierarchy, generation))),
        );
        let [authentication, signature] =
            hierarchies.map(|hierarchy| Authority::found(hierarchy, generation, &seed)?.to_der());
        Ok(Self {
            authentication: authentication?,
            signature: signature?,
        })
    }
}
