use std::time::Duration;

use crate::card::{CommandError, TransportError};
use crate::ipc::{ErrorCode, Failure, Missing};
use crate::jpki::{AppletError, CertificateError, UnlockError, WrongDigestLength};
use crate::pin::TriesLeft;
use crate::pin::pinentry::AssuanError;
use crate::pin::prompt::PromptError;

/// Why a request failed, in the words of its last layer; [`Failure`] is what the client is told.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServiceError {
    #[error("no reader is connected")]
    NoReader,
    #[error("no reader has this name")]
    UnknownReader,
    #[error("no reader holds a card")]
    NoCard,
    #[error("too many requests wait for this card")]
    QueueFull,
    #[error("the person closed a window of this asker a moment ago")]
    TooSoon(Duration),
    #[error("developers' origins are not allowed by the settings")]
    DeveloperOrigin,
    #[error("the card has no signature certificate")]
    NoSignatureCertificate,
    #[error("the named certificate is not the card's")]
    CertificateMismatch,
    #[error("the person spared the last try")]
    LastTryRefused,
    #[error("the person did not agree")]
    NotAgreed,
    #[error("the person cancelled after a wrong PIN")]
    GaveUp(TriesLeft),
    #[error("the thread that owns the card failed")]
    WorkerFailed,
    #[error("the smart card service does not answer: restart it")]
    SilentService,
    #[error("the history cannot be read")]
    History(#[source] std::io::Error),
    #[error(transparent)]
    Digest(#[from] WrongDigestLength),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Applet(#[from] AppletError),
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    #[error(transparent)]
    Prompt(#[from] PromptError),
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let failure = match code(&error) {
            // What the daemon itself misses is never the daemon.
            ErrorCode::NoService => Self::no_service(Missing::Service),
            code => Self::new(code),
        };
        let failure = failure.with_detail(chain(&error));
        match error {
            ServiceError::DeveloperOrigin => failure.with_field("origin"),
            ServiceError::UnknownReader => failure.with_field("reader"),
            // A second that has begun counts whole: whoever waits so long is not refused again.
            ServiceError::TooSoon(wait) => {
                failure.with_retry_after(wait.as_secs().saturating_add(1))
            }
            ServiceError::CertificateMismatch => failure.with_field("certificate"),
            ServiceError::GaveUp(tries) | ServiceError::Unlock(UnlockError::Incorrect(tries)) => {
                failure.with_tries_left(tries.into())
            }
            ServiceError::LastTryRefused
            | ServiceError::Unlock(UnlockError::LastTryUnconfirmed) => {
                failure.with_tries_left(TriesLeft::LAST.into())
            }
            ServiceError::Unlock(UnlockError::Blocked) => failure.with_tries_left(0),
            _ => failure,
        }
    }
}

fn code(error: &ServiceError) -> ErrorCode {
    match error {
        ServiceError::NoReader | ServiceError::UnknownReader => ErrorCode::NoReader,
        ServiceError::NoCard => ErrorCode::NoCard,
        ServiceError::SilentService => ErrorCode::NoService,
        ServiceError::QueueFull => ErrorCode::CardBusy,
        ServiceError::TooSoon(_) => ErrorCode::RateLimited,
        ServiceError::DeveloperOrigin => ErrorCode::OriginRefused,
        ServiceError::NoSignatureCertificate => ErrorCode::CertificateMissing,
        ServiceError::CertificateMismatch => ErrorCode::CertificateMismatch,
        ServiceError::LastTryRefused => ErrorCode::PinLastTryRefused,
        ServiceError::NotAgreed => ErrorCode::UserCancelled,
        ServiceError::GaveUp(_) => ErrorCode::PinIncorrect,
        ServiceError::WorkerFailed | ServiceError::History(_) | ServiceError::Digest(_) => {
            ErrorCode::Internal
        }
        ServiceError::Certificate(error) => of_certificate(error),
        ServiceError::Transport(error) => of_transport(error),
        ServiceError::Applet(error) => of_applet(error),
        ServiceError::Unlock(error) => match error {
            UnlockError::Incorrect(_) => ErrorCode::PinIncorrect,
            UnlockError::Blocked => ErrorCode::PinBlocked,
            UnlockError::LastTryUnconfirmed => ErrorCode::PinLastTryRefused,
            UnlockError::CounterUnknown => ErrorCode::CardError,
            UnlockError::Applet(error) => of_applet(error),
        },
        ServiceError::Prompt(error) => match error {
            PromptError::Cancelled => ErrorCode::UserCancelled,
            PromptError::TimedOut => ErrorCode::UserTimeout,
            // Another prompt program would not help.
            PromptError::Unavailable {
                source: AssuanError::NotLocked(_),
                ..
            } => ErrorCode::Internal,
            PromptError::Unavailable { .. } => ErrorCode::PromptUnavailable,
        },
    }
}

fn of_certificate(error: &CertificateError) -> ErrorCode {
    match error {
        CertificateError::Expired => ErrorCode::CertificateExpired,
        CertificateError::Unreadable(_) | CertificateError::UnknownKey => ErrorCode::CardError,
    }
}

fn of_applet(error: &AppletError) -> ErrorCode {
    match error {
        AppletError::NotJpki => ErrorCode::UnsupportedCard,
        AppletError::CertificateMissing(_) => ErrorCode::CertificateMissing,
        AppletError::Certificate(_, error) => of_certificate(error),
        AppletError::Command(CommandError::Transport(_, error)) => of_transport(error),
        AppletError::CertificateProtected(_)
        | AppletError::CertificateLength(_)
        | AppletError::NoPinStatus(..)
        | AppletError::WrongSignature(_)
        | AppletError::Command(_) => ErrorCode::CardError,
    }
}

fn of_transport(error: &TransportError) -> ErrorCode {
    match error {
        TransportError::NoService => ErrorCode::NoService,
        TransportError::AccessDenied => ErrorCode::AccessDenied,
        TransportError::NoReader => ErrorCode::NoReader,
        TransportError::NoCard => ErrorCode::NoCard,
        TransportError::CardRemoved => ErrorCode::CardRemoved,
        TransportError::CardReset | TransportError::Busy => ErrorCode::CardBusy,
        TransportError::Unresponsive
        | TransportError::BrokenAnswer(_)
        | TransportError::Pcsc { .. } => ErrorCode::CardError,
    }
}

/// An error and its causes in one line. None of them holds personal data.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
