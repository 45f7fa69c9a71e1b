//! The card, its reader, the person and the daemon's service, on which schedules are played.

mod person;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use apdu_tests::bench::{card, settings};
use apdu_tests::source::{Answer as CardAnswer, Exchange};
use apdu_tests::{ORIGIN, Tapped};
use futures_util::future::join_all;
use jpki_virtual_card::{PinReference, VirtualCard, VirtualReader};
use jpkid::card::TransportError;
use jpkid::ipc::methods::Session as _;
use jpkid::ipc::{Asking, Call, Caller, Methods as _};
use jpkid::pin::PinKind;
use jpkid::pin::prompt::PinPrompt;
use jpkid::service::{Hold, Service};
use person::Person;
use serde_json::{Value, json};
use tokio::sync::Notify;
use zeroize::Zeroizing;

use crate::schedule::{Event, Fault, Method, Request, Schedule, Step, Window};
use crate::witness::Witness;

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const SELECT_ISSUER_DOMAIN: [u8; 12] = [
    0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00,
];

/// One daemon, for many cards one after the other.
pub(crate) struct Stage {
    world: Arc<World>,
    service: Arc<Service>,
    /// Cards that were minted once, by their tries.
    cards: Vec<((u8, u8), VirtualCard)>,
    runtime: tokio::runtime::Runtime,
}

/// What was done in a schedule.
pub(crate) struct Played {
    /// VERIFY commands with a PIN that the daemon sent.
    pub(crate) pins_sent: u64,
    /// Times that a password which waited could be used.
    pub(crate) held_used: u64,
}

/// What service, person and others have in common.
struct World {
    reader: VirtualReader,
    state: Mutex<State>,
    withdrawn: Notify,
}

#[derive(Default)]
struct State {
    witness: Witness,
    windows: VecDeque<Window>,
    faults: Vec<(usize, Fault)>,
    /// Commands since the step began.
    commands: usize,
    /// A card that lies beside the reader.
    beside: Option<VirtualCard>,
    /// Another program left the card open, and the daemon has sent it nothing since.
    left_open: bool,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let world = Arc::new(World {
            reader: VirtualReader::new("Reader"),
            state: Mutex::default(),
            withdrawn: Notify::new(),
        });
        let line = Arc::clone(&world);
        let source = Tapped::new(world.reader.clone(), move |exchange| {
            line.exchange(exchange)
        });
        let person = Arc::new(Person(Arc::clone(&world), OnceLock::new()));
        let prompt = Arc::clone(&person) as Arc<dyn PinPrompt>;
        let service = Service::new(Arc::new(source), prompt, settings(), None);
        person.1.set(Arc::downgrade(&service)).unwrap();
        Self {
            service,
            world,
            cards: Vec::new(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// Plays a schedule with a card of its own; what broke the law, with all that led to it.
    pub(crate) fn play(&mut self, schedule: &Schedule) -> Result<Played, String> {
        *self.world.state() = State {
            witness: Witness::of_card(schedule.tries),
            ..State::default()
        };
        let card = self.card(schedule.tries);
        self.world.reader.insert(card);
        let page = Arc::new(Hold::default());
        for step in &schedule.steps {
            match step {
                Step::Meanwhile(event) => self.world.happens(*event),
                Step::Requests(requests) => {
                    self.runtime
                        .block_on(run(&self.world, &self.service, &page, requests));
                    self.world.judge_closed();
                }
            }
            self.world.judge_counters();
        }
        let state = self.world.state();
        if state.witness.breaches.is_empty() {
            Ok(Played {
                pins_sent: state.witness.pins_sent,
                held_used: state.witness.held_used,
            })
        } else {
            Err(format!(
                "{}\n{}",
                state.witness.breaches.join("\n"),
                state.witness.story()
            ))
        }
    }

    fn card(&mut self, tries: (u8, u8)) -> VirtualCard {
        if let Some((_, card)) = self.cards.iter().find(|(of, _)| *of == tries) {
            return card.clone();
        }
        let (authentication, signature) = tries;
        let card = card(&format!(
            "[tries]\nauthentication = {authentication}\nsignature = {signature}"
        ));
        self.cards.push((tries, card.clone()));
        card
    }
}

/// Makes a page's requests at once, until all are answered or it withdraws them.
async fn run(world: &World, service: &Arc<Service>, page: &Arc<Hold>, requests: &[Request]) {
    let caller = Caller::Browser {
        program: "/usr/bin/chromium".into(),
    };
    let certificate = world.state().witness.certificate.clone();
    world.begin(requests);
    let answers = join_all(requests.iter().map(|request| {
        let (method, mut params) = call(request.method);
        if matches!(request.method, Method::SignHeld)
            && let Some(certificate) = &certificate
        {
            params["certificate"] = json!(certificate);
        }
        let Value::Object(params) = params else {
            unreachable!("params are an object")
        };
        let call = Call::parse(method, params).unwrap().unwrap();
        let asking = Asking {
            session: Arc::clone(page),
            ..Asking::of(caller.clone())
        };
        let answer = Arc::clone(service).call(asking, call);
        async {
            if let Ok(answer) = answer.await
                && answer.get("heldSeconds").is_some()
            {
                let certificate = answer["certificate"].as_str().unwrap();
                world.state().witness.holds(certificate);
            }
        }
    }));
    tokio::select! {
        _ = answers => {}
        () = world.withdrawn.notified() => {
            // As the server does for `cancel`.
            page.forget();
            world.state().witness.nothing_is_held();
        }
    }
    service.finish().await;
}

fn call(method: Method) -> (&'static str, Value) {
    match method {
        Method::Authenticate => ("authenticate", apdu_tests::bench::log_in()),
        Method::Sign | Method::SignHeld => ("sign", apdu_tests::bench::sign(1)),
        Method::SignatureCertificate => (
            "certificate",
            json!({"kind": "signature", "origin": ORIGIN}),
        ),
        Method::HoldSignatureCertificate => (
            "certificate",
            json!({"kind": "signature", "origin": ORIGIN, "hold": true}),
        ),
        Method::AuthenticationCa => ("certificate", json!({"kind": "authentication-ca"})),
        Method::Status => ("status", json!({})),
    }
}

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn begin(&self, requests: &[Request]) {
        let mut state = self.state();
        let only_status = requests
            .iter()
            .all(|request| matches!(request.method, Method::Status));
        state.witness.begin(only_status);
        state.witness.note(format_args!("-- {requests:?}"));
        state.commands = 0;
        state.windows = requests
            .iter()
            .flat_map(|request| request.windows.clone())
            .collect();
        state.faults = requests
            .iter()
            .filter_map(|request| request.fault)
            .collect();
    }

    /// One command of the daemon's on its way to the card.
    fn exchange(&self, mut exchange: Exchange<'_>) -> CardAnswer {
        let mut state = self.state();
        state.commands += 1;
        let nth = state.commands;
        // Whoever opened it: whoever sends a command leaves it closed.
        state.left_open = false;
        let fault = state
            .faults
            .iter()
            .find(|(at, _)| *at == nth)
            .map(|(_, fault)| *fault);
        let command = exchange.command.to_vec();
        state.witness.sees(&command);
        if let Some(fault) = fault {
            state.witness.note(format_args!("  {fault:?}"));
        }
        match fault {
            Some(Fault::Tear) => {
                self.take_out(&mut state);
                return Err(TransportError::CardRemoved);
            }
            Some(Fault::Reset) => {
                self.reader.reset();
                return Err(TransportError::CardReset);
            }
            Some(Fault::Mute) => return Err(TransportError::Unresponsive),
            Some(Fault::NoDiagnosis) => return Ok(Zeroizing::new(vec![0x6F, 0x00])),
            Some(Fault::Lost | Fault::Cut) | None => {}
        }
        let mut answer = exchange.pass_on()?;
        if let Some(status) = answer.last_chunk() {
            state
                .witness
                .carried_out(&command, u16::from_be_bytes(*status));
        }
        match fault {
            Some(Fault::Lost) => return Err(TransportError::Unresponsive),
            Some(Fault::Cut) => answer.truncate(1),
            _ => {}
        }
        state.witness.answered(&command, &answer);
        Ok(answer)
    }

    /// Another program or a hand does something, never inside a transaction of the daemon's.
    fn happens(&self, event: Event) {
        let mut state = self.state();
        state.witness.note(format_args!("-- {event:?}"));
        match event {
            Event::SpendsATry(pin) => self.present(&mut state, pin, false),
            Event::Verifies(pin) => {
                self.present(&mut state, pin, true);
                let _ = self.reader.transmit(&SELECT_ISSUER_DOMAIN);
            }
            Event::LeavesOpen(pin) => {
                self.present(&mut state, pin, true);
                state.left_open = true;
            }
            Event::SelectsAnother => drop(self.reader.transmit(&SELECT_ISSUER_DOMAIN)),
            Event::Resets => self.reader.reset(),
            Event::TakesOut => self.take_out(&mut state),
            Event::PutsBack => {
                if let Some(card) = state.beside.take() {
                    self.reader.insert(card);
                }
            }
        }
    }

    fn take_out(&self, state: &mut State) {
        if let Some(card) = self.reader.remove() {
            state.beside = Some(card);
            state.witness.nothing_is_held();
        }
    }

    fn present(&self, state: &mut State, pin: PinReference, right: bool) {
        let (short_id, value) = match pin {
            PinReference::Authentication => (0x98, value(PinKind::UserAuthentication, right)),
            PinReference::Signature => (0x9B, value(PinKind::DigitalSignature, right)),
        };
        let length = u8::try_from(value.len()).unwrap();
        let verify = [&[0x00, 0x20, 0x00, short_id, length], value.as_bytes()].concat();
        if self.reader.transmit(&SELECT_JPKI).is_some() && self.reader.transmit(&verify).is_some() {
            state.witness.count(pin, right);
        }
    }

    fn judge_counters(&self) {
        let mut state = self.state();
        let count = |card: &VirtualCard| {
            (
                card.tries_left(PinReference::Authentication),
                card.tries_left(PinReference::Signature),
            )
        };
        let on_card = match &state.beside {
            Some(card) => Some(count(card)),
            None => self.reader.inspect(count),
        };
        let expected = (
            state.witness.authentication_tries,
            state.witness.signature_tries,
        );
        if on_card != Some(expected) {
            state.witness.breach(format_args!(
                "the counters are {on_card:?}; the person's and other programs' tries leave {expected:?}"
            ));
        }
    }

    /// After a request nobody can use a key, unless another program has opened it since the daemon's last command.
    fn judge_closed(&self) {
        let open = self.reader.inspect(|card| {
            [PinReference::Authentication, PinReference::Signature]
                .into_iter()
                .find(|pin| card.is_verified(*pin))
        });
        let mut state = self.state();
        if let Some(pin) = open.flatten()
            && !state.left_open
        {
            state
                .witness
                .breach(format_args!("the {pin:?} key is left open"));
        }
    }
}

/// A PIN that could be right, and is or is not.
fn value(pin: PinKind, right: bool) -> &'static str {
    match (pin, right) {
        (PinKind::UserAuthentication, true) => "1234",
        (PinKind::UserAuthentication, false) => "9999",
        (PinKind::DigitalSignature, true) => "ABC123",
        (PinKind::DigitalSignature, false) => "ZZZ999",
    }
}

fn reference(pin: PinKind) -> PinReference {
    match pin {
        PinKind::UserAuthentication => PinReference::Authentication,
        PinKind::DigitalSignature => PinReference::Signature,
    }
}
