use super::{CertificateError, CertificateKind};
use crate::apdu::StatusWord;
use crate::card::CommandError;
use crate::pin::{PinKind, TriesLeft};

/// Why the applet did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum AppletError {
    /// The card has no JPKI applet.
    #[error("the card has no JPKI applet")]
    NotJpki,
    /// The card does not hold this certificate.
    #[error("the card holds no {0:?} certificate")]
    CertificateMissing(CertificateKind),
    /// The certificate is behind its PIN.
    #[error("the {0:?} certificate is behind its PIN")]
    CertificateProtected(CertificateKind),
    /// The certificate is unusable.
    #[error("the {0:?} certificate is unusable")]
    Certificate(CertificateKind, #[source] CertificateError),
    /// A length that no certificate of this card has.
    #[error("the {0:?} certificate has a length that cannot be")]
    CertificateLength(CertificateKind),
    /// The answer says nothing of a PIN.
    #[error("the card does not tell the state of the {0:?} PIN")]
    NoPinStatus(PinKind, StatusWord),
    /// The signature does not verify with the certificate.
    #[error("the signature does not match the {0:?} certificate")]
    WrongSignature(CertificateKind),
    /// The command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// Why a PIN did not open its key.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// The PIN was wrong; so many tries are left.
    #[error("the PIN is wrong, {0} tries are left")]
    Incorrect(TriesLeft),
    /// The PIN is blocked, by this try or before.
    #[error("the PIN is blocked")]
    Blocked,
    /// One try is left and the person has not agreed to use it. The PIN was not sent.
    #[error("one try is left and its use was not confirmed")]
    LastTryUnconfirmed,
    /// The card keeps the counter to itself, so no try is risked. The PIN was not sent.
    #[error("the card does not tell the tries left")]
    CounterUnknown,
    /// The applet failed.
    #[error(transparent)]
    Applet(#[from] AppletError),
}

impl From<CommandError> for UnlockError {
    fn from(error: CommandError) -> Self {
        Self::Applet(error.into())
    }
}
