//! What private keys do, and random numbers.

use rand::RngCore;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::FileSystem;
use crate::command::SignatureScheme;
use crate::file::{Contents, FileId, KeyUsage};
use crate::status_word::StatusWord;

/// The salt of RSASSA-PSS, in bytes: as long as the hash.
const SALT: usize = 32;

impl FileSystem {
    pub(super) fn compute_signature(
        &self,
        id: FileId,
        scheme: SignatureScheme,
        input: &[u8],
    ) -> Result<Vec<u8>, StatusWord> {
        let Some(Contents::Key { .. }) = self.current_df.contents(id) else {
            return Err(StatusWord::WRONG_FILE_TYPE);
        };
        let key = self.key(id, KeyUsage::Signature)?;
        let bare = Pkcs1v15Sign::new_unprefixed;
        let digest_info = Pkcs1v15Sign::new::<Sha256>;
        let signature = match scheme {
            SignatureScheme::Verbatim => key.sign(bare(), input),
            SignatureScheme::HashBare => key.sign(bare(), &Sha256::digest(input)),
            SignatureScheme::DigestInfo => key.sign(digest_info(), input),
            SignatureScheme::HashDigestInfo => key.sign(digest_info(), &Sha256::digest(input)),
            SignatureScheme::Pss => sign_pss(key, input),
            SignatureScheme::HashPss => sign_pss(key, &Sha256::digest(input)),
        };
        signature.map_err(|_| StatusWord::NO_DIAGNOSIS)
    }

    /// An sha256WithRSAEncryption signature of the challenge.
    pub(super) fn internal_authenticate(
        &self,
        id: FileId,
        challenge: &[u8],
    ) -> Result<Vec<u8>, StatusWord> {
        self.key(id, KeyUsage::InternalAuthentication)?
            .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(challenge))
            .map_err(|_| StatusWord::NO_DIAGNOSIS)
    }

    /// The key in this EF, once its PIN is verified; 6985 for what is no key, or one for something else.
    fn key(&self, id: FileId, wanted: KeyUsage) -> Result<&RsaPrivateKey, StatusWord> {
        match self.current_df.contents(id) {
            Some(Contents::Key { access, .. }) if !self.current_df.grants(*access) => {
                Err(StatusWord::NOT_VERIFIED)
            }
            Some(Contents::Key {
                private: Some(key),
                usage,
                ..
            }) if *usage == wanted => Ok(key),
            _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }
}

fn sign_pss(key: &RsaPrivateKey, hash: &[u8]) -> rsa::Result<Vec<u8>> {
    let padding = Pss::new_with_salt::<Sha256>(SALT);
    key.sign_with_rng(&mut rand::thread_rng(), padding, hash)
}

/// Random bytes that nobody can foretell, whatever the card's seed.
pub(super) fn challenge(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    rand::thread_rng().fill_bytes(&mut bytes);
    bytes
}
