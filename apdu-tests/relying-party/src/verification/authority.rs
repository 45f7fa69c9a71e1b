//! The certification authorities that the operator configured.

use rsa::RsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use sha2::Sha256;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;

use super::VerificationError;
use super::profile::{critical_extension_not_understood, rsa_public_key};

/// Why a file cannot serve as an authority's certificate.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AuthorityError {
    /// Not the DER of one X.509 certificate.
    #[error("it is not one X.509 certificate in DER")]
    Encoding,
    /// basicConstraints does not say CA.
    #[error("its basic constraints do not say that it is an authority's")]
    BasicConstraints,
    /// keyUsage lacks keyCertSign.
    #[error("its key usage lacks keyCertSign")]
    KeyUsage,
    /// There is no subjectKeyIdentifier to choose it by.
    #[error("it has no subject key identifier")]
    KeyIdentifier,
    /// The key is not RSA of 2048 to 4096 bits.
    #[error("its key is not RSA of 2048 to 4096 bits")]
    PublicKey,
    /// An extension is critical and means nothing to this verifier.
    #[error("it has a critical extension {0} that is not understood")]
    CriticalExtension(String),
}

/// A trusted authority: what is needed to recognise and check the certificates it issued.
#[derive(Clone, Debug)]
pub struct Authority {
    subject: Vec<u8>,
    key_identifier: Vec<u8>,
    public_key: RsaPublicKey,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Authority {
    /// Decodes an authority's certificate from DER.
    ///
    /// # Errors
    /// [`AuthorityError`] if it is no certificate of an authority that could have issued a card's certificate.
    pub fn decode(der: &[u8]) -> Result<Self, AuthorityError> {
        let (rest, certificate) =
            X509Certificate::from_der(der).map_err(|_| AuthorityError::Encoding)?;
        if !rest.is_empty() || certificate.extensions_map().is_err() {
            return Err(AuthorityError::Encoding);
        }
        if let Some(oid) = critical_extension_not_understood(&certificate) {
            return Err(AuthorityError::CriticalExtension(oid));
        }
        let constraints = certificate.basic_constraints().ok().flatten();
        if !constraints.is_some_and(|extension| extension.value.ca) {
            return Err(AuthorityError::BasicConstraints);
        }
        let usage = certificate.key_usage().ok().flatten();
        if !usage.is_some_and(|extension| extension.value.key_cert_sign()) {
            return Err(AuthorityError::KeyUsage);
        }
        let key_identifier = certificate
            .iter_extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0.to_vec()),
                _ => None,
            })
            .ok_or(AuthorityError::KeyIdentifier)?;
        Ok(Self {
            subject: certificate.subject().as_raw().to_vec(),
            key_identifier,
            public_key: rsa_public_key(&certificate).ok_or(AuthorityError::PublicKey)?,
            not_before: certificate.validity().not_before.to_datetime(),
            not_after: certificate.validity().not_after.to_datetime(),
        })
    }

    /// Whether this is the authority that the certificate names: by key identifier and by name. All generations of
    /// the real authorities share one name, so the name alone says nothing.
    pub(super) fn is_named_by(&self, key_identifier: &[u8], issuer: &[u8]) -> bool {
        self.key_identifier == key_identifier && self.subject == issuer
    }

    /// Whether this authority's key made the signature over the certificate's signed part.
    pub(super) fn signed(&self, to_be_signed: &[u8], signature: &[u8]) -> bool {
        Signature::try_from(signature).is_ok_and(|signature| {
            VerifyingKey::<Sha256>::new(self.public_key.clone())
                .verify(to_be_signed, &signature)
                .is_ok()
        })
    }

    /// Checks the dates of the authority's own certificate.
    pub(super) fn check_dates(&self, now: OffsetDateTime) -> Result<(), VerificationError> {
        if now < self.not_before || now > self.not_after {
            return Err(VerificationError::IssuerDates);
        }
        Ok(())
    }
}
