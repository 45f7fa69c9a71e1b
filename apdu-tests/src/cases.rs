//! One request of each kind, and what it costs and gives where nothing goes wrong.

use jpkid::ipc::Failure;
use serde_json::{Value, json};

use crate::Bench;
use crate::bench::{log_in, sign};
use crate::person::Reply::{self, Types};

/// A request, the PIN it needs, and the commands it takes of a card that has just been inserted.
#[derive(Debug)]
pub struct Case {
    /// The method.
    pub method: &'static str,
    /// Its parameters.
    pub params: Value,
    /// The PIN that it needs, or nothing.
    pub pin: &'static str,
    /// How many commands it takes.
    pub commands: u32,
    /// What it gives where nothing goes wrong.
    pub answer: Value,
}

/// All of them, each made once with a card of its own.
pub async fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, params, pin) in requests() {
        let bench = Bench::new("", typing(pin));
        let answer = bench.call(method, params.clone()).await.unwrap();
        let commands = u32::try_from(bench.commands().len()).unwrap();
        cases.push(Case {
            method,
            params,
            pin,
            commands,
            answer,
        });
    }
    cases
}

/// The requests alone, and their PINs.
#[must_use]
pub fn requests() -> [(&'static str, Value, &'static str); 6] {
    [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(3), "ABC123"),
        ("certificate", json!({"kind": "signature"}), "ABC123"),
        ("certificate", json!({"kind": "authentication-ca"}), ""),
        ("certificate", json!({"kind": "signature-ca"}), ""),
        ("status", json!({}), ""),
    ]
}

/// Types the PIN if there is one.
#[must_use]
pub fn typing(pin: &'static str) -> Option<Reply> {
    (!pin.is_empty()).then_some(Types(pin))
}

/// The code of a failure, be it the whole request's or, for `status`, the one reader's.
#[must_use]
pub fn code(answer: &Result<Value, Failure>) -> Option<String> {
    match answer {
        Ok(result) => result
            .pointer("/readers/0/error/code")?
            .as_str()
            .map(ToOwned::to_owned),
        Err(failure) => Some(failure.code().to_string()),
    }
}
