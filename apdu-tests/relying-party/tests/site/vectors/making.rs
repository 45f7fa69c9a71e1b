//! What the vectors are made of: a card, its authorities, and one that stands in for them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpki_virtual_card::profile::Generation;
use jpki_virtual_card::{AuthorityCertificates, Profile};
use relying_party::verification::{CertificateKind, Nonce};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::Duration;
use x509_cert::certificate::TbsCertificate;

use super::{ACCEPT, Vector, Vectors};
use crate::holder::{Holder, NOW};
use crate::issuing::Issuer;

/// The site of most vectors.
pub(super) const SITE: &str = "https://site.example";

/// The policy of cards' authentication certificates.
const POLICY: &str = "1.2.392.200149.8.5.1.3.30";

/// Without a seed: the keys are random, and gone with the process.
const PROFILE: &str = "
    [validity]
    from = 2026-04-01
    until = 2031-04-01
";

/// The authority that issues what no card has.
pub(super) const STAND_IN: &str = "authentication-stand-in";

/// The end of a name, what is the matter, and what is done to the good bytes.
pub(super) type Change = (&'static str, &'static str, fn(&mut Vec<u8>));

/// Collects vectors.
pub(super) struct Maker {
    pub(super) holder: Holder,
    pub(super) issuer: Issuer,
    pub(super) nonce: String,
    authorities: BTreeMap<String, String>,
    vectors: Vec<Vector>,
}

impl Maker {
    pub(super) fn new() -> Self {
        let holder = Holder::with(PROFILE);
        let issuer = Issuer::like(&holder, CertificateKind::UserAuthentication);
        let mut maker = Self {
            nonce: Nonce::random().unwrap().as_str().to_owned(),
            holder,
            issuer,
            authorities: BTreeMap::new(),
            vectors: Vec::new(),
        };
        let profile = Profile::parse(PROFILE).unwrap();
        for (number, generation) in [
            (1, Generation::First),
            (2, Generation::Second),
            (3, Generation::Third),
        ] {
            let both = AuthorityCertificates::of(&profile, generation).unwrap();
            maker.trust(&format!("authentication-{number}"), &both.authentication);
            maker.trust(&format!("signature-{number}"), &both.signature);
        }
        let stand_in = maker.issuer.der();
        maker.trust(STAND_IN, &stand_in);
        maker
    }

    pub(super) fn finish(self) -> Vectors {
        Vectors {
            authorities: self.authorities,
            vectors: self.vectors,
        }
    }

    /// Gives an authority the name under which vectors trust it.
    pub(super) fn trust(&mut self, name: &str, der: &[u8]) {
        self.authorities.insert(name.to_owned(), encode(der));
    }

    /// Another card of the same authorities, with its own keys where the profile has a seed.
    pub(super) fn card(&self, more: &str) -> Holder {
        Holder::with(&format!("{more}\n{PROFILE}"))
    }

    /// The token that the card makes for [`SITE`] and the nonce.
    pub(super) fn token(&mut self) -> Value {
        self.holder.authenticate(SITE, &self.nonce)
    }

    /// What a card signs for an origin and the nonce.
    pub(super) fn message(&self, origin: &str) -> Vec<u8> {
        [Sha256::digest(origin), Sha256::digest(&self.nonce)].concat()
    }

    /// A vector with the card's good token, changed.
    pub(super) fn add(
        &mut self,
        (name, what, expected): (&str, &str, &str),
        change: impl FnOnce(&mut Vector),
    ) {
        let mut vector = Vector {
            name: name.to_owned(),
            what: what.to_owned(),
            origin: SITE.to_owned(),
            nonce: self.nonce.clone(),
            nonce_issued: NOW - Duration::seconds(20),
            now: NOW,
            trusted: vec!["authentication-3".to_owned()],
            policies: vec![POLICY.to_owned()],
            token: self.token().to_string(),
            expected: expected.to_owned(),
        };
        change(&mut vector);
        self.vectors.push(vector);
    }

    /// A vector whose token is changed after the card made it.
    pub(super) fn add_token(&mut self, words: (&str, &str, &str), change: impl FnOnce(&mut Value)) {
        let mut token = self.token();
        change(&mut token);
        self.add(words, |vector| vector.token = token.to_string());
    }

    /// A vector whose signature is made over another message.
    pub(super) fn add_message(&mut self, name: &str, what: &str, message: &[u8]) {
        let signature = self
            .holder
            .sign_with(CertificateKind::UserAuthentication, message);
        self.add_signature((name, what, "signature_mismatch"), &signature);
    }

    /// A vector with this signature.
    pub(super) fn add_signature(&mut self, words: (&str, &str, &str), signature: &[u8]) {
        self.add_token(words, |token| token["signature"] = encode(signature).into());
    }

    /// A vector with this certificate in the place of the card's, and with these authorities.
    pub(super) fn add_der(&mut self, words: (&str, &str, &str), der: &[u8], trusted: &[&str]) {
        let mut token = self.token();
        token["unverifiedCertificate"] = encode(der).into();
        self.add_trusting(words, &token, trusted);
    }

    /// A vector with this token and these authorities.
    pub(super) fn add_trusting(
        &mut self,
        words: (&str, &str, &str),
        token: &Value,
        trusted: &[&str],
    ) {
        self.add(words, |vector| {
            vector.token = token.to_string();
            vector.trusted = trusted.iter().map(|name| (*name).to_owned()).collect();
        });
    }

    /// A vector with the card's certificate, changed and issued by the stand-in.
    pub(super) fn add_issued(
        &mut self,
        words: (&str, &str, &str),
        change: impl FnOnce(&mut TbsCertificate),
    ) {
        let der = self.issuer.issue(change);
        self.add_der(words, &der, &[STAND_IN]);
    }

    /// As [`Maker::add_issued`], and expected to pass.
    pub(super) fn add_good(
        &mut self,
        name: &str,
        what: &str,
        change: impl FnOnce(&mut TbsCertificate),
    ) {
        self.add_issued((name, what, ACCEPT), change);
    }

    /// A token with these parts.
    pub(super) fn token_of(certificate: &[u8], signature: &[u8]) -> Value {
        json!({
            "unverifiedCertificate": encode(certificate),
            "algorithm": "RS256",
            "signature": encode(signature),
            "format": "web-eid:1.0",
            "appVersion": "https://jpkid.example/0.1.0",
        })
    }
}

/// Standard base64.
pub(super) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
