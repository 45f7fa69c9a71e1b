//! What a certificate of each kind must look like: key usage, policy, key, extensions.

use std::fmt;

use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;

use super::VerificationError;

/// The shortest RSA key taken, in bits; that of today's cards.
pub const MINIMUM_RSA_BITS: usize = 2048;

const RSA_ENCRYPTION: Oid<'static> = oid!(1.2.840.113549.1.1.1);

/// Which of a card's two certificates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CertificateKind {
    /// 利用者証明用電子証明書: proves presence, holds no personal data.
    UserAuthentication,
    /// 署名用電子証明書: signs, and carries name, birth date, sex and address.
    DigitalSignature,
}

impl fmt::Display for CertificateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UserAuthentication => "user authentication",
            Self::DigitalSignature => "digital signature",
        })
    }
}

impl CertificateKind {
    /// The policy under which the real authority issues this kind to plastic cards.
    #[must_use]
    pub fn standard_policy(self) -> Oid<'static> {
        match self {
            Self::UserAuthentication => oid!(1.2.392.200149.8.5.1.3.30),
            Self::DigitalSignature => oid!(1.2.392.200149.8.5.1.1.20),
        }
    }

    /// Authentication has digitalSignature alone and clientAuth; a signature has nonRepudiation as well.
    pub(super) fn check_usage(
        self,
        certificate: &X509Certificate<'_>,
    ) -> Result<(), VerificationError> {
        let refused = VerificationError::KeyUsage(self);
        let usage = certificate
            .key_usage()
            .ok()
            .flatten()
            .ok_or(refused.clone())?
            .value;
        let non_repudiation = self == Self::DigitalSignature;
        if !usage.digital_signature()
            || usage.non_repudiation() != non_repudiation
            || usage.key_cert_sign()
            || usage.crl_sign()
        {
            return Err(refused);
        }
        let extended = certificate
            .extended_key_usage()
            .map_err(|_| VerificationError::ExtendedKeyUsage)?;
        let client_authentication = extended.is_some_and(|extension| extension.value.client_auth);
        if self == Self::UserAuthentication && !client_authentication {
            return Err(VerificationError::ExtendedKeyUsage);
        }
        Ok(())
    }

    /// One of the pinned policies must be among the certificate's. It is what keeps a certificate of the other kind
    /// out, even where both authorities are trusted.
    pub(super) fn check_policy(
        self,
        certificate: &X509Certificate<'_>,
        pinned: &[Oid<'static>],
    ) -> Result<(), VerificationError> {
        let found =
            certificate
                .iter_extensions()
                .any(|extension| match extension.parsed_extension() {
                    ParsedExtension::CertificatePolicies(policies) => policies
                        .iter()
                        .any(|policy| pinned.contains(&policy.policy_id)),
                    _ => false,
                });
        if found {
            Ok(())
        } else {
            Err(VerificationError::Policy(self))
        }
    }
}

/// The first critical extension that nothing here looks at, or that cannot be read.
pub(super) fn critical_extension_not_understood(
    certificate: &X509Certificate<'_>,
) -> Option<String> {
    certificate
        .iter_extensions()
        .find(|extension| {
            let understood = matches!(
                extension.parsed_extension(),
                ParsedExtension::KeyUsage(_)
                    | ParsedExtension::ExtendedKeyUsage(_)
                    | ParsedExtension::BasicConstraints(_)
                    | ParsedExtension::CertificatePolicies(_)
                    | ParsedExtension::SubjectAlternativeName(_)
            );
            extension.critical && !understood
        })
        .map(|extension| extension.oid.to_id_string())
}

/// The certificate's key if it is RSA of [`MINIMUM_RSA_BITS`] to 4096 bits.
pub(super) fn rsa_public_key(certificate: &X509Certificate<'_>) -> Option<RsaPublicKey> {
    let information = certificate.public_key();
    if information.algorithm.algorithm != RSA_ENCRYPTION {
        return None;
    }
    // `from_pkcs1_der` refuses more than 4096 bits, so that a key cannot make the check slow.
    let key = RsaPublicKey::from_pkcs1_der(&information.subject_public_key.data).ok()?;
    (key.n().bits() >= MINIMUM_RSA_BITS).then_some(key)
}
