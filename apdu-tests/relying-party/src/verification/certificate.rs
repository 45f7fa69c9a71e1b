//! One certificate against the configured authorities, dates, usage and policy.

use std::fmt;

use rsa::RsaPublicKey;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use x509_parser::asn1_rs::{BitString, Oid, Sequence, ToDer as _, oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::X509Version;

use super::encoding::decode;
use super::profile::{critical_extension_not_understood, rsa_public_key};
use super::{Authority, CertificateKind, Field, VerificationError};

const SHA256_WITH_RSA_ENCRYPTION: Oid<'static> = oid!(1.2.840.113549.1.1.11);

/// SEQUENCE { sha256WithRSAEncryption, NULL }
const SIGNATURE_ALGORITHM: [u8; 15] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
];

/// SHA-256 of a certificate's DER: tells one card's certificate from another without keeping it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A fingerprint stands for a person: logs get none of it.
        f.write_str("Fingerprint(..)")
    }
}

/// Checks certificates of one kind.
#[derive(Clone, Debug)]
pub struct CertificateVerifier {
    kind: CertificateKind,
    authorities: Vec<Authority>,
    policies: Vec<Oid<'static>>,
}

impl CertificateVerifier {
    /// Trusts `authorities` to issue certificates of this kind under one of `policies`
    /// ([`CertificateKind::standard_policy`] for real cards).
    #[must_use]
    pub fn new(
        kind: CertificateKind,
        authorities: Vec<Authority>,
        policies: Vec<Oid<'static>>,
    ) -> Self {
        Self {
            kind,
            authorities,
            policies,
        }
    }

    /// The kind that it checks.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.kind
    }

    /// Checks a certificate given as base64 of its DER. Revocation is not checked.
    ///
    /// # Errors
    /// The [`VerificationError`] that names the first check that failed.
    pub fn check(
        &self,
        base64: &str,
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, VerificationError> {
        self.check_der(decode(Field::Certificate, base64)?, now)
    }

    fn check_der(
        &self,
        der: Vec<u8>,
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, VerificationError> {
        let certificate = parse(&der)?;
        if certificate
            .basic_constraints()
            .ok()
            .flatten()
            .is_some_and(|extension| extension.value.ca)
        {
            return Err(VerificationError::CertificateOfAuthority);
        }
        if certificate.signature_algorithm.algorithm != SHA256_WITH_RSA_ENCRYPTION
            || certificate.signature_algorithm != certificate.tbs_certificate.signature
        {
            return Err(VerificationError::CertificateAlgorithm);
        }
        if encoding(&certificate).ok_or(VerificationError::CertificateEncoding(None))? != der {
            return Err(VerificationError::CertificateEncoding(None));
        }
        self.issuer_of(&certificate)?.check_dates(now)?;
        if now < certificate.validity().not_before.to_datetime() {
            return Err(VerificationError::NotYet);
        }
        let not_after = certificate.validity().not_after.to_datetime();
        if now > not_after {
            return Err(VerificationError::Expired);
        }
        if let Some(oid) = critical_extension_not_understood(&certificate) {
            return Err(VerificationError::CriticalExtension(oid));
        }
        self.kind.check_usage(&certificate)?;
        self.kind.check_policy(&certificate, &self.policies)?;
        let public_key = rsa_public_key(&certificate).ok_or(VerificationError::PublicKey)?;
        let fingerprint = Fingerprint::of(&der);
        Ok(CheckedCertificate {
            der,
            fingerprint,
            public_key,
            not_after,
        })
    }

    /// The configured authority that issued the certificate: chosen by key identifier, proven by signature.
    fn issuer_of(
        &self,
        certificate: &X509Certificate<'_>,
    ) -> Result<&Authority, VerificationError> {
        let key_identifier = certificate
            .iter_extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                    identifier.key_identifier.as_ref()
                }
                _ => None,
            })
            .ok_or(VerificationError::IssuerUnnamed)?;
        let mut named = self
            .authorities
            .iter()
            .filter(|authority| {
                authority.is_named_by(key_identifier.0, certificate.issuer().as_raw())
            })
            .peekable();
        if named.peek().is_none() {
            return Err(VerificationError::IssuerUnknown);
        }
        let (to_be_signed, signature) = (
            certificate.tbs_certificate.as_ref(),
            &certificate.signature_value.data,
        );
        named
            .find(|authority| authority.signed(to_be_signed, signature))
            .ok_or(VerificationError::IssuerSignature)
    }
}

/// A certificate that passed a [`CertificateVerifier`]. Whether it has been revoked is not known.
#[derive(Clone)]
pub struct CheckedCertificate {
    der: Vec<u8>,
    fingerprint: Fingerprint,
    public_key: RsaPublicKey,
    not_after: OffsetDateTime,
}

impl fmt::Debug for CheckedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedCertificate")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

impl CheckedCertificate {
    /// SHA-256 of the DER.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The last moment of the certificate's dates.
    #[must_use]
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The certificate, parsed once more.
    pub(crate) fn parse(&self) -> Result<X509Certificate<'_>, VerificationError> {
        parse(&self.der)
    }

    /// Checks an RSASSA-PKCS1-v1_5 signature with SHA-256 over `message`, given in base64.
    pub(super) fn check_signature(
        &self,
        message: &[u8],
        base64: &str,
    ) -> Result<(), VerificationError> {
        let bytes = decode(Field::Signature, base64)?;
        let signature = Signature::try_from(bytes.as_slice())
            .map_err(|_| VerificationError::SignatureMismatch)?;
        VerifyingKey::<Sha256>::new(self.public_key.clone())
            .verify(message, &signature)
            .map_err(|_| VerificationError::SignatureMismatch)
    }
}

/// The DER of a certificate signed with SHA-256 and RSA. The issuer's signature does not cover what is around the signed
/// part: written in another way, or with more behind it, the same certificate would have another [`Fingerprint`].
fn encoding(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    let signature = BitString::new(0, &certificate.signature_value.data);
    let parts = [
        certificate.tbs_certificate.as_ref(),
        &SIGNATURE_ALGORITHM,
        &signature.to_der_vec().ok()?,
    ];
    Sequence::new(parts.concat().into()).to_der_vec().ok()
}

fn parse(der: &[u8]) -> Result<X509Certificate<'_>, VerificationError> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|error| {
        VerificationError::CertificateEncoding(match error {
            x509_parser::nom::Err::Error(cause) | x509_parser::nom::Err::Failure(cause) => {
                Some(cause)
            }
            x509_parser::nom::Err::Incomplete(_) => None,
        })
    })?;
    // A repeated extension would let two readers see two certificates.
    certificate
        .extensions_map()
        .map_err(|cause| VerificationError::CertificateEncoding(Some(cause)))?;
    if !rest.is_empty() || certificate.version() != X509Version::V3 {
        return Err(VerificationError::CertificateEncoding(None));
    }
    Ok(certificate)
}
