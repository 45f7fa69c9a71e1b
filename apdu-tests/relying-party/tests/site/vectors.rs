//! `apdu-tests/vectors/tokens.json`: tokens with the verdict that every verifier should give, in any language.
//!
//! They are made here, with keys that live as long as the test. `JPKID_WRITE_VECTORS=1` writes the file anew.

mod certificates;
mod judging;
mod making;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use judging::verdict;
use making::Maker;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/tokens.json");

/// What the README of the vectors promises, without [`ACCEPT`].
const REASONS: [&str; 15] = [
    "challenge_expired",
    "token_malformed",
    "token_format",
    "token_algorithm",
    "token_encoding",
    "certificate_malformed",
    "certificate_issuer",
    "issuer_dates",
    "certificate_not_yet",
    "certificate_expired",
    "certificate_extension",
    "certificate_usage",
    "certificate_policy",
    "certificate_key",
    "signature_mismatch",
];

/// The verdict on a token that lets a person in.
const ACCEPT: &str = "accept";

/// The file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    /// base64 of the DER of every authority, by the name that the vectors call it.
    authorities: BTreeMap<String, String>,
    vectors: Vec<Vector>,
}

/// One token and what to think of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vector {
    name: String,
    /// What is the matter with it, in words.
    what: String,
    /// The site's origin, as configured at the server.
    origin: String,
    /// The nonce that the session was given.
    nonce: String,
    #[serde(with = "time::serde::rfc3339")]
    nonce_issued: OffsetDateTime,
    /// When to judge.
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    /// The authorities that the server trusts.
    trusted: Vec<String>,
    /// The policies that the server takes.
    policies: Vec<String>,
    /// What the page posted, byte for byte.
    token: String,
    /// [`ACCEPT`], or one of [`REASONS`].
    expected: String,
}

impl Vector {
    /// All that does not depend on the keys.
    fn outline(&self) -> impl PartialEq + std::fmt::Debug {
        (
            (&self.name, &self.what, &self.origin, &self.expected),
            (self.nonce_issued, self.now),
            (&self.trusted, &self.policies),
        )
    }
}

static MADE: LazyLock<Vectors> = LazyLock::new(|| {
    let mut maker = Maker::new();
    tokens::make(&mut maker);
    certificates::make(&mut maker);
    maker.finish()
});

/// The file's content; written anew before, where that is asked for.
static COMMITTED: LazyLock<Vectors> = LazyLock::new(|| {
    if std::env::var_os("JPKID_WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&*MADE).unwrap();
        std::fs::write(FILE, text + "\n").unwrap();
    }
    serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap()
});

/// Each vector that our verifier judges in another way, with its verdict.
fn misjudged(vectors: &Vectors) -> Vec<(&str, &str, String)> {
    let judged = vectors.vectors.iter().map(|vector| {
        (
            vector.name.as_str(),
            vector.expected.as_str(),
            verdict(vectors, vector),
        )
    });
    judged
        .filter(|(_, expected, verdict)| expected != verdict)
        .collect()
}

#[test]
fn the_committed_vectors_are_those_that_are_made_here() {
    let outline = |vectors: &[Vector]| -> Vec<String> {
        let outlines = vectors.iter().map(Vector::outline);
        outlines.map(|outline| format!("{outline:?}")).collect()
    };
    assert_eq!(outline(&COMMITTED.vectors), outline(&MADE.vectors));
    let names = |vectors: &Vectors| vectors.authorities.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&COMMITTED), names(&MADE));
    assert_eq!(misjudged(&MADE), [], "made just now");
}

#[test]
fn our_verifier_judges_every_vector_as_expected() {
    assert!(COMMITTED.vectors.len() >= 40);
    assert_eq!(misjudged(&COMMITTED), []);
}

#[test]
fn there_is_a_vector_for_every_reason_and_each_has_a_name_of_its_own() {
    let names: BTreeSet<_> = COMMITTED
        .vectors
        .iter()
        .map(|vector| &vector.name)
        .collect();
    assert_eq!(names.len(), COMMITTED.vectors.len());
    let seen: BTreeSet<_> = COMMITTED
        .vectors
        .iter()
        .map(|vector| vector.expected.as_str())
        .collect();
    assert_eq!(seen, REASONS.into_iter().chain([ACCEPT]).collect());
}

#[test]
fn the_readme_names_every_reason() {
    let readme = include_str!("../../../vectors/README.md");
    for reason in REASONS {
        assert!(readme.contains(&format!("| `{reason}` |")), "{reason}");
    }
}
