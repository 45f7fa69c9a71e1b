//! Any answers of a card to each method of the service: an answer for each, and no PIN against the rules.

use std::sync::{LazyLock, Mutex};

use jpki_virtual_card::VirtualReader;
use jpkid::jpki::LastTry;
use serde_json::json;

use crate::Bench;
use crate::bench::{log_in, sign};
use crate::hostile::{HostileCard, HostileReader};
use crate::person::Reply::{Cancels, Obliges};

/// One service for all inputs, as a daemon sees one card after the other: its threads live as long as it does.
static SERVICE: LazyLock<Mutex<(HostileReader, Bench)>> = LazyLock::new(|| {
    let source = HostileReader::new(HostileCard::new(&[], LastTry::Spare));
    let bench = Bench::over(source.clone(), VirtualReader::new("unused"), []);
    Mutex::new((source, bench))
});

/// Makes the requests that the first byte names, of a card that answers so; tells whether one was done.
pub fn check(input: &[u8]) -> bool {
    let Some((plan, answers)) = input.split_first() else {
        return false;
    };
    let (source, bench) = &*SERVICE.lock().unwrap();
    source.insert(HostileCard::new(answers, LastTry::Confirmed));
    let mut done = false;
    let methods = [
        ("status", json!({"validity": true})),
        ("authenticate", log_in()),
        ("sign", sign(2)),
        ("certificate", json!({"kind": "signature-ca"})),
        ("certificate", json!({"kind": "signature"})),
    ];
    for (nth, (method, params)) in methods.into_iter().enumerate() {
        if plan & (1 << nth) == 0 {
            continue;
        }
        bench
            .person
            .will_only([Obliges, Obliges, Obliges, Obliges, Cancels]);
        source.next_request();
        let answer = super::block_on(bench.call(method, params));
        assert!(!source.is_broken(), "the witness panicked in the service");
        match answer {
            Ok(answer) => {
                assert!(!matches!(method, "authenticate" | "sign"), "{answer}");
                done = true;
            }
            Err(failure) => assert_ne!(failure.code().as_str(), "internal", "{method}"),
        }
    }
    done
}

/// The seeds of the applet's operations, for each method.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for seed in super::hostile_card::seeds() {
        for nth in 0..5 {
            let mut seed = seed.clone();
            if let Some(plan) = seed.first_mut() {
                *plan = 1 << nth;
            }
            seeds.push(seed);
        }
    }
    seeds
}
