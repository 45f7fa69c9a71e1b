//! The local protocol: JSON-RPC 2.0 in length-prefixed frames over a Unix socket (`docs/protocol.md`).
//!
//! Requests are parsed at this edge into types that cannot be wrong; what they mean is decided behind
//! [`Methods`]. Nothing here knows a card, a certificate's content or a PIN.

pub mod client;
pub mod error_code;
pub mod failure;
pub mod frame;
pub mod methods;
pub mod origin;
pub mod params;
pub mod peer;
pub mod progress;
pub mod request;
pub mod server;
pub mod socket;
pub mod witness;

pub use error_code::{ErrorCode, Missing};
pub use failure::Failure;
pub use methods::{Asking, Change, Event, Methods};
pub use origin::Origin;
pub use params::{
    AuthenticateParams, Call, CertificateKind, CertificateParams, ChallengeNonce, HashFunction,
    Hashes, HistoryParams, SignParams, StatusParams, WantedCard,
};
pub use peer::Caller;
pub use progress::{Progress, Stage};
