//! The Web eID authentication token, version 1.0.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{CertificateVerifier, Challenge, CheckedCertificate, VerificationError};
use crate::SiteOrigin;

/// The values of `format` that are taken, whole and exact: a prefix match would let `web-eid:10` in.
pub const TOKEN_FORMATS: [&str; 2] = ["web-eid:1", "web-eid:1.0"];

/// The only value of `algorithm` that is taken (RFC 7518: RSASSA-PKCS1-v1_5 with SHA-256).
pub const TOKEN_ALGORITHM: &str = "RS256";

/// What the page module's `authenticate` returns.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthenticationToken {
    /// The authentication certificate: base64 of its DER.
    pub unverified_certificate: String,
    /// [`TOKEN_ALGORITHM`].
    pub algorithm: String,
    /// base64 of the signature.
    pub signature: String,
    /// One of [`TOKEN_FORMATS`].
    pub format: String,
    /// The program that made the token; informational, not looked at.
    #[serde(default)]
    pub app_version: Option<String>,
}

impl AuthenticationToken {
    /// Checks the token: format, algorithm, certificate, and the signature over
    /// SHA-256(origin) ‖ SHA-256(nonce), where the origin is the configured one and never the token's word.
    ///
    /// # Errors
    /// The [`VerificationError`] that names the first check that failed.
    pub fn verify(
        &self,
        origin: &SiteOrigin,
        challenge: &Challenge,
        verifier: &CertificateVerifier,
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, VerificationError> {
        if !TOKEN_FORMATS.contains(&self.format.as_str()) {
            return Err(VerificationError::TokenFormat);
        }
        if self.algorithm != TOKEN_ALGORITHM {
            return Err(VerificationError::Algorithm);
        }
        let certificate = verifier.check(&self.unverified_certificate, now)?;
        let mut message = Vec::with_capacity(64);
        message.extend_from_slice(&Sha256::digest(origin.as_str()));
        message.extend_from_slice(&Sha256::digest(challenge.nonce.as_str()));
        certificate.check_signature(&message, &self.signature)?;
        Ok(certificate)
    }
}
