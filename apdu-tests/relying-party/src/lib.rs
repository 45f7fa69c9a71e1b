//! A small web system at which people register and log in with a My Number card.
//!
//! It shows the server's half of the protocol and is the counterpart of the end-to-end tests. The order of the steps
//! follows the on-line residency applications: signature password first, then the PIN. Everything lives in memory;
//! ending the program forgets it.
//!
//! - [`verification`] decides whether to believe a card's answer. It is the part to take over into a real system.
//! - [`Person`] reads name, birth date, sex and address from a signature certificate.
//! - [`router`] serves the pages and the few addresses that the pages' script posts to.
//!
//! What a real system needs beyond this: a revocation check, which only operators certified under the law may make,
//! and a store that outlives the program. The law also limits who may keep the serial numbers of these certificates;
//! this program keeps none, only a SHA-256 of each whole certificate.

mod calendar;
mod language;
mod origin;
mod person;
mod site;
mod store;
mod texts;
pub mod verification;
mod web;

pub use calendar::BirthDate;
pub use language::Language;
pub use origin::{OriginError, SiteOrigin};
pub use person::{Person, Sex};
pub use site::{Clock, Site};
pub use web::router;
