//! Prints the verdict on each vector of a file. Usage: vectors FILE
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program for tests that prints its result and stops where its file is wrong"
)]

mod verify;

use std::collections::HashMap;
use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use time::OffsetDateTime;
use verify::{Challenge, Refusal, Settings, verify};
use x509_parser::parse_x509_certificate;

#[derive(Deserialize)]
struct File {
    authorities: HashMap<String, String>,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    origin: String,
    nonce: String,
    #[serde(with = "time::serde::rfc3339")]
    nonce_issued: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    trusted: Vec<String>,
    policies: Vec<String>,
    token: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: vectors FILE")?;
    let file: File = serde_json::from_slice(&std::fs::read(path)?)?;
    let authorities: HashMap<_, _> = file
        .authorities
        .iter()
        .map(|(name, base64)| Ok((name, STANDARD.decode(base64)?)))
        .collect::<Result<_, Box<dyn Error>>>()?;
    for vector in file.vectors {
        let trusted = vector.trusted.iter().map(|name| {
            let (_, authority) = parse_x509_certificate(&authorities[name])?;
            Ok(authority)
        });
        let trusted = trusted.collect::<Result<_, Box<dyn Error>>>()?;
        let mut settings = Settings::new(&vector.origin, trusted);
        settings.policies = vector
            .policies
            .iter()
            .map(|policy| policy.parse().map_err(|_| "a policy is no OID"))
            .collect::<Result<_, _>>()?;
        let challenge = Challenge {
            nonce: vector.nonce,
            issued: vector.nonce_issued,
        };
        let verdict = match verify(&vector.token, challenge, &settings, vector.now) {
            Ok(_) => "accept",
            Err(Refusal(reason)) => reason,
        };
        println!("{} {verdict}", vector.name);
    }
    Ok(())
}
