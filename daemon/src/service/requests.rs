use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::{Either, join_all, select};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

use super::consent::{CardWatch, Consent};
use super::desk::{Answer, CardReport, Desk, Given, Signed};
use super::hold::{Held, Hold};
use super::worker::Turn;
use super::{Service, ServiceError};
use crate::card::TransportError;
use crate::ipc::params::{AuthenticateParams, SignParams, StatusParams};
use crate::ipc::{self, Asking, Call, Failure, Origin, Stage, WantedCard};
use crate::jpki::{AppletError, Digest, HashFunction, UnlockError, Validity};
use crate::pin::prompt::{PinQuestion, Purpose, Subject};
use crate::pin::{PinKind, PinStatus, TriesLeft};

/// The `appVersion` of a token: informational, but validators expect it to look like a URI.
const APP_VERSION: &str = concat!("urn:jpkid:", env!("CARGO_PKG_VERSION"));

/// How long a card may take to its first answer: the slowest cards need a second, and a person who waits for another
/// program longer than this should be told.
const TIME_TO_BEGIN: Duration = Duration::from_secs(3);

/// The card is there and its PIN may be asked for.
pub(super) struct Prepared {
    turn: Turn,
    tries: TriesLeft,
    /// Ends well or ill while the person types.
    rest: oneshot::Receiver<Result<(), ServiceError>>,
    /// Its sender is dropped when it has ended either way.
    rested: oneshot::Receiver<()>,
}

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

    async fn status(&self, params: StatusParams) -> Result<Value, ServiceError> {
        let language = self.language(params.lang);
        let validity = params.validity;
        let readers = self.readers().await?.into_iter().map(|reader| async move {
            let name = reader.name.clone();
            let card = match reader.insertion {
                None => Ok(None),
                Some(_) => match self.worker(reader.name) {
                    Ok(worker) => in_time(worker.run(move |desk| desk.inspect(validity)))
                        .await
                        .flatten()
                        .map(Some),
                    Err(error) => Err(error),
                },
            };
            match card {
                Ok(card) => json!({"name": name, "card": card.as_ref().map(describe)}),
                Err(error) => {
                    let error = Failure::from(error).data(language);
                    json!({"name": name, "card": null, "error": error})
                }
            }
        });
        let readers = join_all(readers).await;
        Ok(json!({"version": env!("CARGO_PKG_VERSION"), "readers": readers}))
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

    /// Does `work` on the first card that has the JPKI applet, of those that come into question.
    pub(super) async fn on_card<T, Work>(
        &self,
        consent: &Consent,
        card: &WantedCard,
        work: impl Fn(Turn) -> Work,
    ) -> Result<T, ServiceError>
    where
        Work: Future<Output = Result<T, ServiceError>>,
    {
        consent.progress.tell(Stage::WaitingForCard);
        let mut result = Err(ServiceError::NoCard);
        for reader in self.candidates(card).await? {
            result = work(self.turn(reader).await?).await;
            if !matches!(result, Err(ServiceError::Applet(AppletError::NotJpki))) {
                break;
            }
        }
        result
    }

    pub(super) async fn prepare(
        &self,
        consent: &Consent,
        card: &WantedCard,
        pin: PinKind,
    ) -> Result<Prepared, ServiceError> {
        self.admit(consent)?;
        self.on_card(consent, card, |turn| async move {
            let (tell, told) = oneshot::channel();
            let (end, rest) = oneshot::channel();
            let (resting, rested) = oneshot::channel();
            turn.worker().send(move |desk| {
                end.send(desk.prepare(pin, tell)).ok();
                drop(resting);
            });
            let told = in_time(async { Ok(told.await) }).await?;
            match told {
                Ok(tries) => Ok(Prepared {
                    turn,
                    tries,
                    rest,
                    rested,
                }),
                Err(_) => match rest.await {
                    Ok(Err(error)) => Err(error),
                    Ok(Ok(())) | Err(_) => Err(ServiceError::WorkerFailed),
                },
            }
        })
        .await
    }

    /// Asks for the PIN until it is right or the person gives up, and does `attempt` with it. A password that is `held`
    /// since a moment ago is used instead if the person agrees to that, once.
    pub(super) async fn unlock<T, Attempt>(
        &self,
        prepared: Prepared,
        consent: Consent,
        pin: PinKind,
        purpose: Purpose,
        held: Option<(Held, Subject)>,
        attempt: impl Fn(Given) -> Attempt,
    ) -> Result<(T, CardWatch), ServiceError>
    where
        T: Send + 'static,
        Attempt: FnOnce(&mut Desk, Answer<T>) + Send + 'static,
    {
        let Prepared {
            turn,
            tries,
            rest,
            rested,
        } = prepared;
        let mut watch = self.watch(turn.worker().reader()).await?;
        let rest = async { rest.await.map_err(|_| ServiceError::WorkerFailed)? };
        let answered = async {
            let mut rested = Some(rested);
            let mut question = PinQuestion {
                asker: consent.asker.clone(),
                purpose,
                pin,
                tries_left: tries,
                was_wrong: false,
                language: consent.language,
            };
            // The password of a card that is not there any more is wiped here; the last try is asked about anew.
            let mut held = held.filter(|(held, _)| {
                held.insertion() == watch.insertion && !question.tries_left.is_last()
            });
            loop {
                let kept = match held.take() {
                    Some((held, subject)) => {
                        let window = self.agree(&consent, subject);
                        self.beside_card(&consent, window, &mut watch).await?;
                        held.into_given()
                    }
                    None => None,
                };
                let given = match kept {
                    Some(given) => given,
                    None => {
                        let window = self.ask(&consent, &question);
                        self.beside_card(&consent, window, &mut watch).await?
                    }
                };
                if let Some(rested) = rested.take() {
                    rested.await.ok();
                }
                consent.progress.tell(Stage::Signing);
                match use_card(&turn, attempt(given)).await {
                    Err(ServiceError::Unlock(UnlockError::Incorrect(tries))) => {
                        question.tries_left = tries;
                        question.was_wrong = true;
                    }
                    // Another program spent tries since they were counted.
                    Err(ServiceError::Unlock(UnlockError::LastTryUnconfirmed)) => {
                        question.tries_left = TriesLeft::LAST;
                        question.was_wrong = false;
                    }
                    done => return done,
                }
            }
        };
        // What fails while the person types closes the window, and is what the client is told.
        let answer = match select(pin!(rest), pin!(answered)).await {
            Either::Left((rest, answered)) => {
                rest.inspect_err(|_| consent.excuse())?;
                answered.await
            }
            Either::Right((answer, rest)) => {
                rest.await?;
                answer
            }
        };
        Ok((answer?, watch))
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

/// Does `attempt` and returns its answer; gives up, and lets it end without effect, if it does not get the card in time.
async fn use_card<T: Send + 'static>(
    turn: &Turn,
    attempt: impl FnOnce(&mut Desk, Answer<T>) + Send + 'static,
) -> Result<T, ServiceError> {
    let (began, begun) = oneshot::channel();
    let answered = turn
        .worker()
        .run_early(move |desk, result| attempt(desk, Answer { result, began }));
    // Begun, or over before it could.
    let begun = pin!(in_time(async { Ok(begun.await) }));
    match select(pin!(answered), begun).await {
        Either::Left((answer, _)) => answer?,
        Either::Right((Ok(_), answered)) => answered.await?,
        Either::Right((Err(busy), _)) => Err(busy),
    }
}

/// Bounds the wait for a card's first answer: another program may hold a transaction as long as it likes. A
/// job that comes too late ends by itself.
async fn in_time<T>(
    answer: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    tokio::time::timeout(TIME_TO_BEGIN, answer)
        .await
        .unwrap_or_else(|_| Err(TransportError::Busy.into()))
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

fn describe(card: &CardReport) -> Value {
    let certificates: Vec<_> = [
        (card.available.authentication, "authentication"),
        (card.available.signature, "signature"),
    ]
    .into_iter()
    .filter_map(|(there, kind)| there.then_some(kind))
    .collect();
    let mut described = json!({
        "kind": card.kind.as_str(),
        "certificates": certificates,
        "pins": {
            "authentication": describe_pin(card.authentication),
            "signature": describe_pin(card.signature),
        },
    });
    if let (Some(known), Some(card)) = (card.validity, described.as_object_mut()) {
        let dates: Map<_, _> = [
            ("authentication", known.authentication),
            ("signature", known.signature),
        ]
        .into_iter()
        .filter_map(|(kind, validity)| Some((kind.to_owned(), describe_validity(validity?)?)))
        .collect();
        card.insert("validity".to_owned(), Value::Object(dates));
    }
    described
}

/// Both dates as RFC 3339 in UTC; `None` for years that it cannot write.
fn describe_validity(validity: Validity) -> Option<Value> {
    let date = |seconds| Some(Timestamp::from_second(seconds).ok()?.to_string());
    Some(json!({
        "notBefore": date(validity.not_before)?,
        "notAfter": date(validity.not_after)?,
    }))
}

fn describe_pin(status: PinStatus) -> Value {
    let state = match status {
        PinStatus::Verified => "verified",
        PinStatus::Unverified(_) => "unverified",
        PinStatus::Blocked => "blocked",
    };
    match status.tries_left() {
        Some(tries) => json!({"state": state, "triesLeft": tries}),
        None => json!({"state": state}),
    }
}
