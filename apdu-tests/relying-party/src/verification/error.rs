//! Why an answer of a card was refused.

use std::fmt;

use x509_parser::error::X509Error;

use super::{CertificateKind, Proof};

/// A part of an answer, as its JSON member is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// The certificate that came with the answer.
    Certificate,
    /// The signature that came with the answer.
    Signature,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Signature => "signature",
        })
    }
}

/// Names the check that failed. The text is for developers; people are told in fewer kinds and their own language.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum VerificationError {
    /// No such challenge is open in this session: it was never issued, belongs to another session or was used before.
    #[error("this session has no open challenge for the {0}")]
    ChallengeMissing(Proof),
    /// The challenge was issued longer ago than [`super::CHALLENGE_LIFETIME`].
    #[error("the challenge for the {0} expired")]
    ChallengeExpired(Proof),
    /// The part is not strict base64 (RFC 4648 section 4, padded, no line breaks).
    #[error("the {0} is not strict base64")]
    Base64(Field),
    /// The part is longer than any card's.
    #[error("the {0} is too long")]
    TooLong(Field),
    /// The token's `format` is not version 1.0 of Web eID.
    #[error("the token format is not web-eid:1 or web-eid:1.0")]
    TokenFormat,
    /// The token's `algorithm` is not RS256, or a signature's is not RSA, SHA-256, PKCS1.5.
    #[error("the signature algorithm is not the one that was asked for")]
    Algorithm,
    /// The number of signatures is not the number of hashes asked for, which is one.
    #[error("there are {0} signatures, not 1")]
    SignatureCount(usize),
    /// The signature does not belong to this origin, this challenge and this certificate's key.
    #[error("the signature does not match the origin, the challenge and the certificate")]
    SignatureMismatch,
    /// The certificate is not the DER of an X.509 version 3 certificate, or bytes follow it.
    #[error("the certificate is not one X.509 v3 certificate in DER")]
    CertificateEncoding(#[source] Option<X509Error>),
    /// The certificate is that of a certification authority.
    #[error("the certificate is an authority's, not a person's")]
    CertificateOfAuthority,
    /// The certificate is not signed with sha256WithRSAEncryption.
    #[error("the certificate is not signed with sha256WithRSAEncryption")]
    CertificateAlgorithm,
    /// The certificate does not say which key issued it.
    #[error("the certificate has no authority key identifier")]
    IssuerUnnamed,
    /// No configured authority has the key that the certificate names, or not under the name that it names.
    #[error("the certificate was issued by none of the configured authorities")]
    IssuerUnknown,
    /// A configured authority has the key identifier, but its key did not sign the certificate.
    #[error("the issuer's signature on the certificate does not match")]
    IssuerSignature,
    /// Now lies outside the dates of the authority's own certificate.
    #[error("the issuing authority's own certificate is outside its dates")]
    IssuerDates,
    /// The certificate's first day is still to come.
    #[error("the certificate's dates begin in the future")]
    NotYet,
    /// The certificate's last day has passed.
    #[error("the certificate's dates have ended")]
    Expired,
    /// An extension is critical and means nothing to this verifier (RFC 5280 section 4.2).
    #[error("the certificate has a critical extension {0} that is not understood")]
    CriticalExtension(String),
    /// The key usage is absent or not that of the kind.
    #[error("the key usage is not that of a certificate for {0}")]
    KeyUsage(CertificateKind),
    /// The extended key usage lacks clientAuth.
    #[error("the extended key usage lacks clientAuth")]
    ExtendedKeyUsage,
    /// None of the configured policies is among the certificate's.
    #[error("the certificate policy is not one for {0}")]
    Policy(CertificateKind),
    /// The key is not RSA of 2048 to 4096 bits.
    #[error("the certificate's key is not RSA of 2048 to 4096 bits")]
    PublicKey,
    /// A personal attribute appears twice or cannot be read; the OID is named, never the content.
    #[error("the personal attribute {0} cannot be read")]
    PersonalAttribute(String),
}
