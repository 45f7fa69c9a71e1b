//! Challenges for the tests of tokens and statements.

use relying_party::Language;
use relying_party::verification::{Challenge, Challenges, Flow, Proof, Purpose};

use crate::holder::NOW;

/// A challenge issued just now, in English.
pub(crate) fn issue(flow: Flow, proof: Proof) -> Challenge {
    Challenges::default()
        .issue(Purpose { flow, proof }, Language::English, NOW)
        .unwrap()
}
