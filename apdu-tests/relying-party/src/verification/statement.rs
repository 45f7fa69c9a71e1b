//! The statement that the person reads and the signature key signs.

use serde::Deserialize;
use time::OffsetDateTime;

use super::{CertificateVerifier, Challenge, CheckedCertificate, Flow, VerificationError};
use crate::SiteOrigin;

/// The text to be signed, in the language of the challenge: what for, which site, when, and the nonce.
///
/// A pure function of its arguments, so that the server writes the same text when the answer comes back.
#[must_use]
pub fn statement(origin: &SiteOrigin, flow: Flow, challenge: &Challenge) -> String {
    let texts = challenge.language.texts();
    let (title, body) = match flow {
        Flow::Register => (
            texts.statement_register_title,
            texts.statement_register_body,
        ),
        Flow::LogInBoth | Flow::LogInAuthentication => {
            (texts.statement_login_title, texts.statement_login_body)
        }
    };
    let time = challenge.language.date_and_time(challenge.issued_at);
    format!(
        "{title}\n\n{body}\n\n{}: {}\n{}: {time}\n{}: {}\n",
        texts.statement_site,
        origin.as_str(),
        texts.statement_time,
        texts.statement_nonce,
        challenge.nonce.as_str(),
    )
}

/// What the page module's `sign` returns for one hash.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatementSignature {
    /// base64 of the signatures: one, for one hash.
    pub signatures: Vec<String>,
    /// The signature certificate: base64 of its DER.
    pub certificate: String,
    /// How the signature was made.
    pub signature_algorithm: SignatureAlgorithm,
}

/// A signature algorithm in Web eID's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignatureAlgorithm {
    /// `RSA`
    pub crypto_algorithm: String,
    /// `SHA-256`
    pub hash_function: String,
    /// `PKCS1.5`
    pub padding_scheme: String,
}

impl SignatureAlgorithm {
    fn is_rs256(&self) -> bool {
        self.crypto_algorithm == "RSA"
            && self.hash_function == "SHA-256"
            && self.padding_scheme == "PKCS1.5"
    }
}

impl StatementSignature {
    /// Checks the algorithm, the certificate and the signature over `statement`.
    ///
    /// # Errors
    /// The [`VerificationError`] that names the first check that failed.
    pub fn verify(
        &self,
        statement: &str,
        verifier: &CertificateVerifier,
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, VerificationError> {
        let [signature] = self.signatures.as_slice() else {
            return Err(VerificationError::SignatureCount(self.signatures.len()));
        };
        if !self.signature_algorithm.is_rs256() {
            return Err(VerificationError::Algorithm);
        }
        let certificate = verifier.check(&self.certificate, now)?;
        certificate.check_signature(statement.as_bytes(), signature)?;
        Ok(certificate)
    }
}
