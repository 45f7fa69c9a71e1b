//! Service, reader and person together.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use jpki_virtual_card::{PinReference, Profile, TraceStep, VirtualCard, VirtualReader};
use jpkid::card::CardSource;
use jpkid::history::History;
use jpkid::ipc::{Asking, Call, Caller, Failure, Methods as _};
use jpkid::pin::prompt::PinPrompt;
use jpkid::service::{Hold, Service};
use jpkid::settings::Settings;
use serde_json::{Value, json};

use crate::person::{Person, Reply};
use crate::source::{Answer, Exchange, Tapped};
use crate::trace;

/// The site that asks.
pub const ORIGIN: &str = "https://www.example.jp";
/// The site's challenge: 44 characters.
pub const NONCE: &str = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";

/// The issuer security domain: who selects it makes the card forget its PINs.
pub const ISSUER_DOMAIN: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// One reader, its card, and the daemon's service over it.
#[derive(Debug)]
pub struct Bench {
    /// The reader, with its trace.
    pub reader: VirtualReader,
    /// Who answers the windows.
    pub person: Arc<Person>,
    /// What is tested.
    pub service: Arc<Service>,
}

/// Mints the card of a profile. All cards of a test program share one seed: its keys are made once.
#[must_use]
pub fn card(profile: &str) -> VirtualCard {
    let profile = Profile::parse(&format!("seed = 'apdu-tests'\n{profile}")).expect("a profile");
    VirtualCard::mint(&profile).expect("a card")
}

/// A reader with the card of this profile in it.
#[must_use]
pub fn reader(name: &str, profile: &str) -> VirtualReader {
    let reader = VirtualReader::new(name);
    reader.insert(card(profile));
    reader
}

impl Bench {
    /// The card of this profile, and a person who replies so.
    pub fn new(profile: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let reader = reader("Reader", profile);
        Self::over(reader.clone(), reader, replies)
    }

    /// The card of a built-in profile, or of a profile's file, and a person who replies so.
    pub fn holding(profile: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let profile = Profile::load(profile).expect("a profile");
        let reader = VirtualReader::new("Reader");
        reader.insert(VirtualCard::mint(&profile).expect("a card"));
        Self::over(reader.clone(), reader, replies)
    }

    /// As [`Bench::new`], with a tap on the line to the card.
    pub fn tapped(
        profile: &str,
        replies: impl IntoIterator<Item = Reply>,
        tap: impl Fn(Exchange<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let reader = reader("Reader", profile);
        Self::over(Tapped::new(reader.clone(), tap), reader, replies)
    }

    /// A service over any source; `reader` is the one that the assertions look at.
    pub fn over(
        source: impl CardSource + 'static,
        reader: VirtualReader,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let person = Arc::new(Person::new(replies));
        let service = Service::new(
            Arc::new(source),
            Arc::clone(&person) as Arc<dyn PinPrompt>,
            settings(),
            None,
        );
        Self {
            reader,
            person,
            service,
        }
    }

    /// The same reader and person under other settings: a daemon that has just started.
    #[must_use]
    pub fn restarted_with(self, settings: Settings) -> Self {
        let source = self.reader.clone();
        self.restarted_over(source, settings)
    }

    /// The same reader and person under other settings, over any source.
    #[must_use]
    pub fn restarted_over(self, source: impl CardSource + 'static, settings: Settings) -> Self {
        let prompt = Arc::clone(&self.person) as Arc<dyn PinPrompt>;
        let service = Service::new(Arc::new(source), prompt, settings, None);
        Self { service, ..self }
    }

    /// The same reader and person beside this history.
    #[must_use]
    pub fn remembering(self, history: &Arc<History>) -> Self {
        let prompt = Arc::clone(&self.person) as Arc<dyn PinPrompt>;
        let source = Arc::new(self.reader.clone());
        let service = Service::new(source, prompt, settings(), Some(Arc::clone(history)));
        Self { service, ..self }
    }

    /// The same reader with another prompt.
    #[must_use]
    pub fn asking_by(self, prompt: impl PinPrompt + 'static) -> Self {
        let service = Service::new(
            Arc::new(self.reader.clone()),
            Arc::new(prompt),
            settings(),
            None,
        );
        Self { service, ..self }
    }

    /// Begins a request of a page, as it would come over the socket.
    pub fn begin(&self, method: &str, params: Value) -> BoxFuture<'static, Result<Value, Failure>> {
        self.begin_as(Asking::of(page()), method, params)
    }

    /// Begins a request of this client.
    pub fn begin_as(
        &self,
        asking: Asking<Hold>,
        method: &str,
        params: Value,
    ) -> BoxFuture<'static, Result<Value, Failure>> {
        let Value::Object(params) = params else {
            panic!("params are an object")
        };
        let call = Call::parse(method, params)
            .expect("a method")
            .expect("its params");
        Arc::clone(&self.service).call(asking, call)
    }

    /// Makes a request and waits until the card is closed, which is after the answer has gone out.
    ///
    /// # Errors
    /// What the client is told.
    pub async fn call(&self, method: &str, params: Value) -> Result<Value, Failure> {
        let answer = self.begin(method, params).await;
        self.service.finish().await;
        answer
    }

    /// Logs in.
    ///
    /// # Errors
    /// What the client is told.
    pub async fn log_in(&self) -> Result<Value, Failure> {
        self.call("authenticate", log_in()).await
    }

    /// Logs in to the site at `origin`, which gave this nonce (44 to 128 characters): a Web eID token.
    ///
    /// # Errors
    /// What the page is told.
    pub async fn log_in_to(&self, origin: &str, nonce: &str) -> Result<Value, Failure> {
        let params = json!({"challengeNonce": nonce, "origin": origin});
        self.call("authenticate", params).await
    }

    /// Signs the hashes of so many documents.
    ///
    /// # Errors
    /// What the client is told.
    pub async fn sign(&self, documents: u8) -> Result<Value, Failure> {
        self.call("sign", sign(documents)).await
    }

    /// Reads a certificate.
    ///
    /// # Errors
    /// What the client is told.
    pub async fn certificate(&self, kind: &str) -> Result<Value, Failure> {
        self.call("certificate", json!({"kind": kind, "origin": ORIGIN}))
            .await
    }

    /// Asks for the status.
    ///
    /// # Errors
    /// What the client is told.
    pub async fn status(&self) -> Result<Value, Failure> {
        self.call("status", json!({})).await
    }

    /// The headers of the commands since this was asked last.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        let headers = trace::headers(&self.reader.trace());
        self.reader.clear_trace();
        headers
    }

    /// The commands so far.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceStep> {
        self.reader.trace()
    }

    /// How many PINs the card was sent so far.
    #[must_use]
    pub fn pins_sent(&self) -> usize {
        trace::pins_sent(&self.trace())
    }

    /// The tries left of the authentication PIN and of the signature password.
    #[must_use]
    pub fn tries(&self) -> (u8, u8) {
        self.card(|card| {
            (
                card.tries_left(PinReference::Authentication),
                card.tries_left(PinReference::Signature),
            )
        })
    }

    /// Looks at the card.
    pub fn card<T>(&self, look: impl FnOnce(&VirtualCard) -> T) -> T {
        self.reader.inspect(look).expect("a card is in the reader")
    }

    /// Fails unless the card can be used by nobody: no PIN verified, another application selected.
    pub fn assert_closed(&self) {
        let trace = trace::show(&self.trace());
        self.card(|card| {
            let open = [PinReference::Authentication, PinReference::Signature]
                .into_iter()
                .filter(|pin| card.is_verified(*pin))
                .collect::<Vec<_>>();
            assert!(open.is_empty(), "the key behind {open:?} is open:\n{trace}");
            assert_eq!(
                card.selected_application(),
                ISSUER_DOMAIN,
                "the applet is still selected:\n{trace}"
            );
        });
    }

    /// Takes the card out and puts it back: another insertion.
    pub fn insert_again(&self) {
        let card = self
            .reader
            .remove()
            .expect("a card is or was in the reader");
        self.reader.insert(card);
    }
}

/// A page in a browser.
#[must_use]
pub fn page() -> Caller {
    Caller::Browser {
        program: "/usr/bin/chromium".into(),
    }
}

/// The defaults, but for a person who closes many windows: nobody has to wait for the next.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        cancelled_wait: Duration::ZERO,
        ..Settings::default()
    }
}

/// Params of `authenticate`.
#[must_use]
pub fn log_in() -> Value {
    json!({"challengeNonce": NONCE, "origin": ORIGIN})
}

/// Params of `sign` for so many documents, each a hash of its own.
#[must_use]
pub fn sign(documents: u8) -> Value {
    let hashes: Vec<_> = (0..documents)
        .map(|number| STANDARD.encode([number; 32]))
        .collect();
    json!({"hashes": hashes, "hashFunction": "SHA-256", "origin": ORIGIN})
}
