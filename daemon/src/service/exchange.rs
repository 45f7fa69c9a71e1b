use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::consent::{CardWatch, Consent};
use super::desk::{Answer, Desk, Given};
use super::hold::Held;
use super::worker::Turn;
use super::{Service, ServiceError};
use crate::card::TransportError;
use crate::ipc::{Stage, WantedCard};
use crate::jpki::{AppletError, UnlockError};
use crate::pin::prompt::{PinQuestion, Purpose, Subject};
use crate::pin::{PinKind, TriesLeft};

/// How long a card may take to its first answer: the slowest cards need a second, and a person who waits for another
/// program longer than this should be told.
const TIME_TO_BEGIN: Duration = Duration::from_secs(3);

/// How long a card that has begun may take: certificates are read in eight commands, of which the slowest cards do one
/// a second.
pub(super) const TIME_TO_ANSWER: Duration = Duration::from_secs(10);

/// So much longer for each signature.
const TIME_TO_SIGN: Duration = Duration::from_secs(2);

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
            // A window may have been closed while this request waited for the card.
            self.admit(consent)?;
            let (tell, told) = oneshot::channel();
            let (end, rest) = oneshot::channel();
            let (resting, rested) = oneshot::channel();
            turn.worker().send(move |desk| {
                end.send(desk.prepare(pin, tell)).ok();
                drop(resting);
            });
            let told = begins(&turn, async { Ok(told.await) }).await?;
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
        let time = match purpose {
            Purpose::Sign(count) => {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                TIME_TO_ANSWER.saturating_add(TIME_TO_SIGN.saturating_mul(count))
            }
            _ => TIME_TO_ANSWER,
        };
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
                if let Some(rested) = rested.take()
                    && timeout(TIME_TO_ANSWER, rested).await.is_err()
                {
                    return Err(lost(&turn));
                }
                consent.progress.tell(Stage::Signing);
                match use_card(&turn, time, attempt(given)).await {
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
            // Nothing is left to do for a person who closed the window, however long the card takes.
            Either::Right((answer, _)) => answer,
        };
        Ok((answer?, watch))
    }
}

/// Does `attempt` and returns its answer; gives up, and lets it end without effect, if it does not get the card in time.
/// A card that has begun and does not end in `time` is lost to this request.
pub(super) async fn use_card<T: Send + 'static>(
    turn: &Turn,
    time: Duration,
    attempt: impl FnOnce(&mut Desk, Answer<T>) + Send + 'static,
) -> Result<T, ServiceError> {
    let (began, begun) = oneshot::channel();
    let answered = turn
        .worker()
        .run_early(move |desk, result| attempt(desk, Answer { result, began }));
    // Begun, or over before it could.
    let begun = pin!(begins(turn, async { Ok(begun.await) }));
    match select(pin!(answered), begun).await {
        Either::Left((answer, _)) => answer?,
        Either::Right((Ok(_), answered)) => match timeout(time, answered).await {
            Ok(answer) => answer?,
            Err(_) => Err(lost(turn)),
        },
        Either::Right((Err(busy), _)) => Err(busy),
    }
}

/// The card does not end what it began.
fn lost(turn: &Turn) -> ServiceError {
    turn.worker().give_up();
    TransportError::Unresponsive.into()
}

/// As [`in_time`], for the request whose turn it is: those that wait behind it have waited in vain as well.
async fn begins<T>(
    turn: &Turn,
    answer: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    let answer = in_time(answer).await;
    if answer.is_err() {
        turn.worker().give_up();
    }
    answer
}

/// Bounds the wait for a card's first answer: another program may hold a transaction as long as it likes. A
/// job that comes too late ends by itself.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = Result<T, ServiceError>>,
) -> Result<T, ServiceError> {
    timeout(TIME_TO_BEGIN, answer)
        .await
        .unwrap_or_else(|_| Err(TransportError::Busy.into()))
}
