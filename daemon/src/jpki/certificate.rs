use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPublicKey};
use sha2::{Sha256, Sha384, Sha512};
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;

use super::{Digest, HashFunction};

/// The card's keys have 2048 bits, and so have its signatures.
const KEY_LEN: usize = 256;

/// Why a certificate of the card cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The bytes are no X.509 certificate.
    #[error("the certificate cannot be read")]
    Unreadable(#[source] x509_parser::error::X509Error),
    /// The key is not what this card has.
    #[error("the certificate's key is not RSA with 2048 bits")]
    UnknownKey,
    /// It has ended.
    #[error("the certificate has expired")]
    Expired,
}

/// A certificate as the card holds it. That it is whole and matches its key is checked; whether it
/// was revoked is not and cannot be.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    key: RsaPublicKey,
    validity: Validity,
}

/// From when until when a certificate is good, unless it is revoked: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Validity {
    /// The first second.
    pub not_before: i64,
    /// The last second.
    pub not_after: i64,
}

impl Certificate {
    /// Parses a DER certificate; bytes after it are dropped.
    ///
    /// # Errors
    /// [`CertificateError::Unreadable`] or [`CertificateError::UnknownKey`].
    pub fn parse(mut der: Vec<u8>) -> Result<Self, CertificateError> {
        let (rest, certificate) = parse_x509_certificate(&der)
            .map_err(|error| CertificateError::Unreadable(error.into()))?;
        let key = match certificate.public_key().parsed() {
            Ok(PublicKey::RSA(key)) => RsaPublicKey::new(
                BigUint::from_bytes_be(key.modulus),
                BigUint::from_bytes_be(key.exponent),
            )
            .ok()
            .filter(|key| key.size() == KEY_LEN),
            _ => None,
        }
        .ok_or(CertificateError::UnknownKey)?;
        let validity = Validity {
            not_before: certificate.validity().not_before.timestamp(),
            not_after: certificate.validity().not_after.timestamp(),
        };
        let length = der.len().saturating_sub(rest.len());
        der.truncate(length);
        Ok(Self { der, key, validity })
    }

    /// The certificate as the card holds it.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// From when until when it is good, unless it is revoked.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Refuses a certificate that has ended, so that no PIN is asked in vain. Whether it was revoked
    /// only operators whom the state accredits can ask.
    ///
    /// # Errors
    /// [`CertificateError::Expired`].
    pub fn require_unexpired(&self, now: SystemTime) -> Result<(), CertificateError> {
        let now = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        if i64::try_from(now).is_ok_and(|now| now <= self.validity.not_after) {
            Ok(())
        } else {
            Err(CertificateError::Expired)
        }
    }

    /// Whether `signature` over `digest` was made by the key of this certificate (RSASSA-PKCS1-v1_5).
    #[must_use]
    pub fn verifies(&self, digest: &Digest, signature: &[u8]) -> bool {
        let scheme = match digest.function() {
            HashFunction::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            HashFunction::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            HashFunction::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        signature.len() == KEY_LEN && self.key.verify(scheme, digest.value(), signature).is_ok()
    }
}

impl fmt::Debug for Certificate {
    /// The length alone: a signature certificate holds a name and an address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} bytes)", self.der.len())
    }
}
