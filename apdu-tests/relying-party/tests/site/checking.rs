//! One certificate against one verifier.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relying_party::verification::CertificateKind::{self, DigitalSignature, UserAuthentication};
use relying_party::verification::{CertificateVerifier, CheckedCertificate, VerificationError};
use time::OffsetDateTime;
use x509_cert::certificate::TbsCertificate;

use crate::holder::{Holder, NOW};
use crate::issuing::Issuer;

/// Both kinds.
pub(crate) const BOTH: [CertificateKind; 2] = [UserAuthentication, DigitalSignature];

/// What a verifier says.
pub(crate) type Checked = Result<CheckedCertificate, VerificationError>;

/// Checks a certificate in DER.
pub(crate) fn check(verifier: &CertificateVerifier, der: &[u8], now: OffsetDateTime) -> Checked {
    verifier.check(&STANDARD.encode(der), now)
}

/// Issues the card's certificate of the kind with a change, and checks it against the same authority.
pub(crate) fn check_changed(
    kind: CertificateKind,
    change: impl FnOnce(&mut TbsCertificate),
) -> Checked {
    let issuer = Issuer::like(&Holder::new(), kind);
    check(&issuer.verifier(), &issuer.issue(change), NOW)
}

/// The card's certificate of a kind.
pub(crate) fn certificate_of(holder: &Holder, kind: CertificateKind) -> Vec<u8> {
    match kind {
        UserAuthentication => holder.card().authentication_certificate().to_vec(),
        DigitalSignature => holder.card().signature_certificate().unwrap().to_vec(),
    }
}
