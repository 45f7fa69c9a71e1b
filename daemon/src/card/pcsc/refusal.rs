//! What the refusals of PC/SC mean.

use pcsc::{Context, Error, Scope};

use super::TransportError;

/// Opens a context of the service.
pub(super) fn establish() -> Result<Context, TransportError> {
    let attempted = "open a context";
    Context::establish(Scope::User).or_else(|error| {
        if !closes_the_connection(error) {
            return Err(transport_error(attempted, error));
        }
        // A service that was killed just then is gone by now; a policy denies this session again.
        Context::establish(Scope::User).map_err(|again| {
            if closes_the_connection(again) {
                TransportError::AccessDenied
            } else {
                transport_error(attempted, again)
            }
        })
    })
}

/// Whether the service closed the connection without a word, which libpcsclite tells so or so by what it was about to
/// do with it. pcscd does it to whom the system's policy (polkit) denies the card, and when it is killed.
pub(super) fn closes_the_connection(error: Error) -> bool {
    matches!(error, Error::SecurityViolation | Error::CommError)
}

/// What an answer means that came over an open context.
pub(super) fn transport_error(attempted: &'static str, error: Error) -> TransportError {
    match error {
        Error::NoService
        | Error::ServiceStopped
        | Error::InvalidHandle
        | Error::Shutdown
        | Error::ServerTooBusy => TransportError::NoService,
        // A policy is asked when a context and a card are opened: what closes later is the service.
        error if closes_the_connection(error) => TransportError::NoService,
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
            TransportError::NoReader
        }
        Error::NoSmartcard => TransportError::NoCard,
        Error::RemovedCard | Error::UnpoweredCard => TransportError::CardRemoved,
        Error::ResetCard => TransportError::CardReset,
        Error::SharingViolation => TransportError::Busy,
        // These are also the last words of a service that is being stopped.
        _ if is_gone() => TransportError::NoService,
        Error::UnresponsiveCard | Error::NotTransacted | Error::CardUnsupported => {
            TransportError::Unresponsive
        }
        source => TransportError::Pcsc { attempted, source },
    }
}

fn is_gone() -> bool {
    matches!(Context::establish(Scope::User), Err(Error::NoService))
}
