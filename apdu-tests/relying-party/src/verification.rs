//! What the server checks before it believes a card's answer, each check a small piece of its own.
//!
//! An answer comes as a certificate and a signature. The certificate is checked by a [`CertificateVerifier`] (issuer,
//! dates, key usage, policy), the signature by [`AuthenticationToken::verify`] or [`StatementSignature::verify`], and
//! both are tied to a [`Challenge`] that this session was given and that is used once.
//!
//! What is *not* checked is revocation: the certificates name an X.500 directory and an OCSP service that answer only
//! operators certified under the law on public personal authentication. Every page that shows a result says so.

mod authority;
mod certificate;
mod challenge;
mod encoding;
mod error;
mod profile;
mod statement;
mod token;

pub use authority::{Authority, AuthorityError};
pub use certificate::{CertificateVerifier, CheckedCertificate, Fingerprint};
pub use challenge::{
    CHALLENGE_LIFETIME, Challenge, Challenges, Flow, Nonce, Proof, Purpose, RandomnessError,
};
pub use encoding::MAX_CERTIFICATE_LEN;
pub use error::{Field, VerificationError};
pub use profile::{CertificateKind, MINIMUM_RSA_BITS};
pub use statement::{StatementSignature, statement};
pub use token::{AuthenticationToken, TOKEN_ALGORITHM, TOKEN_FORMATS};
