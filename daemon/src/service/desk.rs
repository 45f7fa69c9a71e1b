use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::oneshot;

use super::ServiceError;
use crate::card::{Card, CardSource, Insertion, TransportError};
use crate::jpki::{
    Applet, AppletError, AvailableCertificates, CardKind, Certificate, CertificateKind, Digest,
    LastTry, UnlockError, UnlockedKey, Validity,
};
use crate::pin::{Pin, PinKind, PinStatus, TriesLeft};

/// Where the exchanges with one reader's cards are made: the state of its worker thread.
pub(super) struct Desk {
    source: Arc<dyn CardSource>,
    reader: String,
    at_hand: Option<CardAtHand>,
}

/// The inserted card, and what is remembered of it until another is inserted.
struct CardAtHand {
    insertion: Insertion,
    /// Connected while a request has the card, so that it keeps its power.
    connection: Option<Box<dyn Card>>,
    /// The applet was left selected, with no PIN verified, between the two halves of a request.
    left_selected: bool,
    /// The first half of a request ended well on this card, and this PIN may be sent in the second.
    ready_for: Option<PinKind>,
    memory: CardMemory,
}

/// What is remembered of a card: of what needs a PIN to be read, two dates.
#[derive(Default)]
struct CardMemory {
    available: Option<AvailableCertificates>,
    authentication: Option<Certificate>,
    /// When the signature certificate, which is behind its password, begins and ends, if it was read.
    signature_validity: Option<Validity>,
    authentication_tries: Option<TriesLeft>,
    signature_tries: Option<TriesLeft>,
}

/// What `status` tells of a card.
#[derive(Clone, Copy, Debug)]
pub(super) struct CardReport {
    pub(super) kind: CardKind,
    pub(super) available: AvailableCertificates,
    pub(super) authentication: PinStatus,
    pub(super) signature: PinStatus,
    /// Where it was asked for.
    pub(super) validity: Option<KnownValidity>,
}

/// When the certificates begin and end, of those that can be read without a PIN or were read with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownValidity {
    pub(super) authentication: Option<Validity>,
    pub(super) signature: Option<Validity>,
}

/// Signatures and the certificate of the key that made them.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) certificate: Certificate,
    pub(super) signatures: Vec<Vec<u8>>,
}

/// What the person gave for an exchange.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) pin: Pin,
    pub(super) last_try: LastTry,
    /// The certificate of the PIN's key, if this PIN has opened it since this card was inserted.
    pub(super) certificate: Option<Certificate>,
}

/// Where the result of an exchange goes as soon as it is known.
pub(super) struct Answer<T> {
    pub(super) result: oneshot::Sender<Result<T, ServiceError>>,
    /// Used when the exchange has the card: until then whoever waits may lose patience.
    pub(super) began: oneshot::Sender<()>,
}

impl Desk {
    pub(super) fn new(source: Arc<dyn CardSource>, reader: String) -> Self {
        Self {
            source,
            reader,
            at_hand: None,
        }
    }

    /// The first half of a request: tells the tries of its PIN, and sees to it that the certificate
    /// it needs is there. What the card told since it was inserted is not asked again: the tries are
    /// shown to the person and no more, and before a PIN is sent the card is asked anew.
    pub(super) fn prepare(
        &mut self,
        pin: PinKind,
        tries: oneshot::Sender<TriesLeft>,
    ) -> Result<(), ServiceError> {
        let CardAtHand {
            connection,
            left_selected,
            ready_for,
            memory,
            ..
        } = self.connect()?;
        if let Some(known) = memory.tries(pin).filter(|_| memory.suffices_for(pin)) {
            memory.require_unexpired(pin)?;
            *ready_for = Some(pin);
            tries.send(known).ok();
            return Ok(());
        }
        let mut applet = select(connection)?;
        if pin == PinKind::DigitalSignature {
            let available = applet.available_certificates()?;
            memory.available = Some(available);
            if !available.signature {
                return Err(ServiceError::NoSignatureCertificate);
            }
        }
        let known = applet.tries_left(pin)?;
        memory.remember(pin, Some(known));
        tries.send(known).ok();
        if pin == PinKind::UserAuthentication && memory.authentication.is_none() {
            match applet.read_certificate(CertificateKind::Authentication) {
                Ok(certificate) => memory.authentication = Some(certificate),
                // On a phone it is read after the PIN.
                Err(AppletError::CertificateProtected(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        applet.stay_selected();
        *left_selected = true;
        memory.require_unexpired(pin)?;
        *ready_for = Some(pin);
        Ok(())
    }

    /// Signs one digest with the authentication key.
    pub(super) fn authenticate(&mut self, given: Given, digest: &Digest, answer: Answer<Signed>) {
        self.with_key(given, answer, |key, memory, _| {
            // Out of the memory until it has matched a signature of its key.
            let certificate = match memory.authentication.take() {
                Some(certificate) => certificate,
                None => key.read_certificate()?,
            };
            certificate.require_unexpired(SystemTime::now())?;
            let signature = key.sign(digest, &certificate)?;
            memory.authentication = Some(certificate.clone());
            Ok(Signed {
                certificate,
                signatures: vec![signature],
            })
        });
    }

    /// Signs digests with the signature key, whose certificate must be `expected` if one is named.
    pub(super) fn sign(
        &mut self,
        given: Given,
        digests: &[Digest],
        expected: Option<&[u8]>,
        answer: Answer<Signed>,
    ) {
        self.with_key(given, answer, |key, memory, given| {
            let certificate = match given.certificate {
                Some(certificate) => certificate,
                None => key.read_certificate()?,
            };
            memory.signature_validity = Some(certificate.validity());
            if expected.is_some_and(|expected| expected != certificate.der()) {
                return Err(ServiceError::CertificateMismatch);
            }
            certificate.require_unexpired(SystemTime::now())?;
            let signatures = digests
                .iter()
                .map(|digest| key.sign(digest, &certificate))
                .collect::<Result<_, _>>()?;
            Ok(Signed {
                certificate,
                signatures,
            })
        });
    }

    /// Reads the certificate of the key behind a PIN, which must be given first and is given back with it.
    pub(super) fn read_protected_certificate(
        &mut self,
        given: Given,
        answer: Answer<(Certificate, Pin)>,
    ) {
        self.with_key(given, answer, |key, memory, given| {
            let certificate = key.read_certificate()?;
            if given.pin.kind() == PinKind::DigitalSignature {
                memory.signature_validity = Some(certificate.validity());
            }
            Ok((certificate, given.pin))
        });
    }

    /// Reads a certificate that is not behind a PIN.
    pub(super) fn read_certificate(&mut self, kind: CertificateKind, answer: Answer<Certificate>) {
        let Answer { result, began } = answer;
        if result.is_closed() {
            return;
        }
        result.send(self.certificate(kind, began)).ok();
    }

    fn certificate(
        &mut self,
        kind: CertificateKind,
        began: oneshot::Sender<()>,
    ) -> Result<Certificate, ServiceError> {
        let CardAtHand {
            connection,
            left_selected,
            memory,
            ..
        } = self.connect()?;
        if let (CertificateKind::Authentication, Some(known)) = (kind, &memory.authentication) {
            return Ok(known.clone());
        }
        let mut applet = select(connection)?;
        *left_selected = false;
        // Whoever gave up while another program held the card needs no certificate.
        began.send(()).map_err(|()| TransportError::Busy)?;
        let certificate = applet.read_certificate(kind)?;
        if kind == CertificateKind::Authentication {
            memory.authentication = Some(certificate.clone());
        }
        Ok(certificate)
    }

    /// Tells what `status` shows, with the certificates' dates if they are wanted. A request that has the card is not
    /// disturbed.
    pub(super) fn inspect(&mut self, with_validity: bool) -> Result<CardReport, ServiceError> {
        let in_use = self
            .at_hand
            .as_ref()
            .is_some_and(|card| card.connection.is_some());
        let CardAtHand {
            connection,
            left_selected,
            memory,
            ..
        } = self.connect()?;
        let report = select(connection).and_then(|mut applet| {
            *left_selected = false;
            let mut report = CardReport {
                kind: applet.card_kind()?,
                available: applet.available_certificates()?,
                authentication: applet.pin_status(PinKind::UserAuthentication)?,
                signature: applet.pin_status(PinKind::DigitalSignature)?,
                validity: None,
            };
            if with_validity {
                report.validity = Some(KnownValidity {
                    authentication: authentication_validity(&mut applet, report.available, memory)?,
                    signature: memory.signature_validity,
                });
            }
            memory.available = Some(report.available);
            memory.remember(PinKind::UserAuthentication, told(report.authentication));
            memory.remember(PinKind::DigitalSignature, told(report.signature));
            Ok(report)
        });
        if !in_use {
            self.release();
        }
        report
    }

    /// Ends a request, however far it came: the card is left with another applet, and disconnected.
    pub(super) fn release(&mut self) {
        let Some(card) = &mut self.at_hand else {
            return;
        };
        card.ready_for = None;
        let Some(mut connection) = card.connection.take() else {
            return;
        };
        if std::mem::take(&mut card.left_selected) {
            match connection.begin() {
                Ok(transaction) => Applet::leave(transaction),
                Err(error) => tracing::debug!(%error, "the card was not there to be left"),
            }
        }
    }

    /// Unlocks a key and uses it; the PIN is wiped unless `work` keeps it. The result goes out before the card is closed, which costs a
    /// command; the transaction holds until it is.
    fn with_key<T>(
        &mut self,
        mut given: Given,
        answer: Answer<T>,
        work: impl FnOnce(&mut UnlockedKey<'_, '_>, &mut CardMemory, Given) -> Result<T, ServiceError>,
    ) {
        let Answer { result, began } = answer;
        if result.is_closed() {
            // Cancelled since the person typed: no try is spent.
            return;
        }
        // Another card than the one that the person was asked about gets no PIN.
        let Some(CardAtHand {
            connection,
            left_selected,
            memory,
            ..
        }) = (self.at_hand.as_mut()).filter(|card| card.ready_for == Some(given.pin.kind()))
        else {
            result.send(Err(TransportError::CardRemoved.into())).ok();
            return;
        };
        let mut applet = match select(connection) {
            Ok(applet) => applet,
            Err(error) => {
                result.send(Err(error)).ok();
                return;
            }
        };
        *left_selected = false;
        if began.send(()).is_err() {
            // Cancelled, or given up, while another program held the card.
            return;
        }
        let kind = given.pin.kind();
        let done = match applet.unlock(&mut given.pin, given.last_try) {
            Ok(mut key) => {
                memory.remember(kind, Some(kind.tries_when_full()));
                work(&mut key, memory, given)
            }
            Err(error) => {
                memory.remember(
                    kind,
                    match error {
                        UnlockError::Incorrect(tries) => Some(tries),
                        UnlockError::LastTryUnconfirmed => Some(TriesLeft::LAST),
                        _ => None,
                    },
                );
                Err(error.into())
            }
        };
        result.send(done).ok();
        drop(applet);
    }

    /// The card in the reader, connected. Forgets all about another one that lay there before.
    fn connect(&mut self) -> Result<&mut CardAtHand, ServiceError> {
        let readers = self.source.readers()?;
        let reader = readers
            .into_iter()
            .find(|reader| reader.name == self.reader)
            .ok_or(TransportError::NoReader)?;
        let insertion = reader.insertion.ok_or(TransportError::NoCard)?;
        let card = match self.at_hand.take() {
            Some(card) if card.insertion == insertion => card,
            _ => CardAtHand {
                insertion,
                connection: None,
                left_selected: false,
                ready_for: None,
                memory: CardMemory::default(),
            },
        };
        let card = self.at_hand.insert(card);
        if card.connection.is_none() {
            card.connection = Some(self.source.connect(&self.reader)?);
        }
        Ok(card)
    }
}

impl CardMemory {
    fn tries(&self, pin: PinKind) -> Option<TriesLeft> {
        match pin {
            PinKind::UserAuthentication => self.authentication_tries,
            PinKind::DigitalSignature => self.signature_tries,
        }
    }

    fn remember(&mut self, pin: PinKind, tries: Option<TriesLeft>) {
        match pin {
            PinKind::UserAuthentication => self.authentication_tries = tries,
            PinKind::DigitalSignature => self.signature_tries = tries,
        }
    }

    /// Whether all that is needed before this PIN is asked for is known.
    fn suffices_for(&self, pin: PinKind) -> bool {
        match pin {
            PinKind::UserAuthentication => self.authentication.is_some(),
            PinKind::DigitalSignature => self.available.is_some_and(|known| known.signature),
        }
    }

    /// Refuses an authentication certificate that has ended, before a PIN is sent in vain. The
    /// signature certificate has dates of its own, behind its password.
    fn require_unexpired(&self, pin: PinKind) -> Result<(), ServiceError> {
        match &self.authentication {
            Some(certificate) if pin == PinKind::UserAuthentication => {
                Ok(certificate.require_unexpired(SystemTime::now())?)
            }
            _ => Ok(()),
        }
    }
}

/// When the authentication certificate begins and ends; `None` where it cannot be read without a PIN, or at all.
fn authentication_validity(
    applet: &mut Applet<'_>,
    available: AvailableCertificates,
    memory: &mut CardMemory,
) -> Result<Option<Validity>, AppletError> {
    if memory.authentication.is_none() && available.authentication {
        match applet.read_certificate(CertificateKind::Authentication) {
            Ok(certificate) => memory.authentication = Some(certificate),
            Err(error @ AppletError::Command(_)) => return Err(error),
            Err(error) => tracing::debug!(%error, "no dates of the authentication certificate"),
        }
    }
    Ok(memory.authentication.as_ref().map(Certificate::validity))
}

fn select(connection: &mut Option<Box<dyn Card>>) -> Result<Applet<'_>, ServiceError> {
    let card = connection.as_mut().ok_or(TransportError::CardRemoved)?;
    Ok(Applet::select(card.begin()?)?)
}

/// The tries that a status tells; of a blocked PIN none are remembered, so that it is asked again.
fn told(status: PinStatus) -> Option<TriesLeft> {
    match status {
        PinStatus::Unverified(tries) => Some(tries),
        PinStatus::Verified | PinStatus::Blocked => None,
    }
}
