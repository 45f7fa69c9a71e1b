//! The causes of failures, in words that stay the same.

use std::fmt;

/// The closed list of causes that a client sees (`error.data.code`); `docs/protocol.md` explains each.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorCode {
    /// The smart card service of the system, or this daemon, is not running.
    NoService,
    /// The system's policy denies this session the readers or the card.
    AccessDenied,
    /// No card reader is connected (or not the one that was named).
    NoReader,
    /// No card is in the reader.
    NoCard,
    /// The card is not one with the JPKI applet.
    UnsupportedCard,
    /// The card was taken out before the request ended.
    CardRemoved,
    /// Another program, or another request, uses the card.
    CardBusy,
    /// The card answered something unexpected.
    CardError,
    /// The PIN was wrong and the person gave up.
    PinIncorrect,
    /// The PIN is blocked: too many wrong tries.
    PinBlocked,
    /// The last try was left, and the person chose not to spend it.
    PinLastTryRefused,
    /// No window could be opened to ask for the PIN.
    PromptUnavailable,
    /// The card does not hold this certificate.
    CertificateMissing,
    /// The certificate's period has ended.
    CertificateExpired,
    /// The request named a certificate that is not this card's.
    CertificateMismatch,
    /// The person, or the client on the person's behalf, cancelled.
    UserCancelled,
    /// The person did not answer in time.
    UserTimeout,
    /// This origin may not ask.
    OriginRefused,
    /// Too many requests at once, or too soon after one that was cancelled.
    RateLimited,
    /// The request is malformed; `field` names where.
    InvalidRequest,
    /// The frame was longer than 64 KiB.
    MessageTooLarge,
    /// A fault of the daemon itself.
    Internal,
}

impl ErrorCode {
    /// Every code, in the order of the documentation.
    pub const ALL: [Self; 22] = [
        Self::NoService,
        Self::AccessDenied,
        Self::NoReader,
        Self::NoCard,
        Self::UnsupportedCard,
        Self::CardRemoved,
        Self::CardBusy,
        Self::CardError,
        Self::PinIncorrect,
        Self::PinBlocked,
        Self::PinLastTryRefused,
        Self::PromptUnavailable,
        Self::CertificateMissing,
        Self::CertificateExpired,
        Self::CertificateMismatch,
        Self::UserCancelled,
        Self::UserTimeout,
        Self::OriginRefused,
        Self::RateLimited,
        Self::InvalidRequest,
        Self::MessageTooLarge,
        Self::Internal,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoService => "no_service",
            Self::AccessDenied => "access_denied",
            Self::NoReader => "no_reader",
            Self::NoCard => "no_card",
            Self::UnsupportedCard => "unsupported_card",
            Self::CardRemoved => "card_removed",
            Self::CardBusy => "card_busy",
            Self::CardError => "card_error",
            Self::PinIncorrect => "pin_incorrect",
            Self::PinBlocked => "pin_blocked",
            Self::PinLastTryRefused => "pin_last_try_refused",
            Self::PromptUnavailable => "prompt_unavailable",
            Self::CertificateMissing => "certificate_missing",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateMismatch => "certificate_mismatch",
            Self::UserCancelled => "user_cancelled",
            Self::UserTimeout => "user_timeout",
            Self::OriginRefused => "origin_refused",
            Self::RateLimited => "rate_limited",
            Self::InvalidRequest => "invalid_request",
            Self::MessageTooLarge => "message_too_large",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What does not run where [`ErrorCode::NoService`] is the cause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missing {
    /// This daemon.
    Daemon,
    /// The system's smart card service.
    Service,
}

impl Missing {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daemon => "daemon",
            Self::Service => "service",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_distinct() {
        let mut words: Vec<_> = ErrorCode::ALL.map(ErrorCode::as_str).into();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ErrorCode::ALL.len());
    }
}
