use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::desk::{Answer, Desk, Signed};
use super::hold::{Held, Hold};
use super::{Service, ServiceError};
use crate::ipc::params::{AuthenticateParams, SignParams};
use crate::ipc::{self, Asking, Call, Origin, WantedCard};
use crate::jpki::{Digest, HashFunction};
use crate::pin::PinKind;
use crate::pin::prompt::{Purpose, Subject};

/// The `appVersion` of a token: informational, but validators expect it to look like a URI.
const APP_VERSION: &str = concat!("urn:jpkid:", env!("CARGO_PKG_VERSION"));

impl Service {
    pub(super) async fn answer(
        &self,
        asking: Asking<Hold>,
        held: Option<Held>,
        call: Call,
    ) -> Result<Value, ServiceError> {
        match call {
            Call::Status(params) => self.status(params).await,
            Call::Authenticate(params) => self.authenticate(asking, params).await,
            Call::Certificate(params) => self.certificate(asking, params).await,
            Call::Sign(params) => self.sign(asking, held, params).await,
            Call::History(params) => self.tell_history(params).await,
        }
    }

    async fn authenticate(
        &self,
        asking: Asking<Hold>,
        params: AuthenticateParams,
    ) -> Result<Value, ServiceError> {
        let Asking {
            caller, progress, ..
        } = asking;
        let consent = self
            .consent(&caller, progress, Some(&params.origin), params.lang)
            .await?;
        let digest = Arc::new(token_digest(
            &params.origin,
            params.challenge_nonce.as_str(),
        )?);
        let pin = PinKind::UserAuthentication;
        let prepared = self.prepare(&consent, &params.card, pin).await?;
        let (signed, _) = self
            .unlock(
                prepared,
                consent,
                pin,
                Purpose::Authenticate,
                None,
                |given| {
                    let digest = Arc::clone(&digest);
                    move |desk: &mut Desk, answer: Answer<Signed>| {
                        desk.authenticate(given, &digest, answer);
                    }
                },
            )
            .await?;
        Ok(json!({
            "unverifiedCertificate": STANDARD.encode(signed.certificate.der()),
            "algorithm": "RS256",
            "signature": signed.signatures.first().map(|signature| STANDARD.encode(signature)),
            "format": "web-eid:1.0",
            "appVersion": APP_VERSION,
        }))
    }

    async fn sign(
        &self,
        asking: Asking<Hold>,
        held: Option<Held>,
        params: SignParams,
    ) -> Result<Value, ServiceError> {
        let Asking {
            caller, progress, ..
        } = asking;
        let consent = self
            .consent(&caller, progress, Some(&params.origin), params.lang)
            .await?;
        let function = hash_function(params.hashes.function());
        let digests = params
            .hashes
            .values()
            .iter()
            .map(|value| Digest::new(function, value.clone()))
            .collect::<Result<Vec<_>, _>>()?;
        let purpose = Purpose::Sign(digests.len());
        let pin = PinKind::DigitalSignature;
        // A password that waits for another signature is wiped here, and this one's is asked for.
        let held = held.filter(|held| held.is_for(&params));
        let card = WantedCard {
            reader: held.as_ref().map(Held::reader).or(params.card.reader),
            wait: params.card.wait,
        };
        let held = held.map(|held| (held, subject_of(&params.hashes)));
        let prepared = self.prepare(&consent, &card, pin).await?;
        let digests = Arc::new(digests);
        let expected = params.certificate.map(Arc::new);
        let (signed, _) = self
            .unlock(prepared, consent, pin, purpose, held, |given| {
                let (digests, expected) = (Arc::clone(&digests), expected.clone());
                move |desk: &mut Desk, answer: Answer<Signed>| {
                    let expected = expected.as_ref().map(|certificate| certificate.as_slice());
                    desk.sign(given, &digests, expected, answer);
                }
            })
            .await?;
        let signatures: Vec<_> = signed
            .signatures
            .iter()
            .map(|signature| STANDARD.encode(signature))
            .collect();
        Ok(json!({
            "signatures": signatures,
            "certificate": STANDARD.encode(signed.certificate.der()),
            "signatureAlgorithm": signature_algorithm(function),
        }))
    }
}

/// What the person agrees to where no password is asked for.
fn subject_of(hashes: &ipc::Hashes) -> Subject {
    let first = hashes.values().first();
    Subject::Sign {
        count: hashes.values().len(),
        hash_function: hashes.function().as_str(),
        hash_start: first
            .and_then(|hash| hash.first_chunk())
            .copied()
            .unwrap_or_default(),
    }
}

/// What Web eID signs (token format 1.0): SHA-256 over the SHA-256 of the origin and of the nonce.
fn token_digest(origin: &Origin, challenge_nonce: &str) -> Result<Digest, ServiceError> {
    let message = [
        Sha256::digest(origin.as_str()),
        Sha256::digest(challenge_nonce),
    ]
    .concat();
    Ok(Digest::new(
        HashFunction::Sha256,
        Sha256::digest(message).to_vec(),
    )?)
}

fn hash_function(function: ipc::HashFunction) -> HashFunction {
    match function {
        ipc::HashFunction::Sha256 => HashFunction::Sha256,
        ipc::HashFunction::Sha384 => HashFunction::Sha384,
        ipc::HashFunction::Sha512 => HashFunction::Sha512,
    }
}

pub(super) fn signature_algorithm(function: HashFunction) -> Value {
    json!({
        "cryptoAlgorithm": "RSA",
        "hashFunction": function.as_str(),
        "paddingScheme": "PKCS1.5",
    })
}
