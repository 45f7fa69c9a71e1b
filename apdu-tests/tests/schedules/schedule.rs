//! What may happen to one card, as data: made at random, and made smaller where a schedule breaks the law.

use jpki_virtual_card::PinReference;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// A card as it is inserted, and what happens then.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// Tries left of the authentication PIN, 0..=3, and of the signature password, 0..=5.
    pub(crate) tries: (u8, u8),
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// One client's request, or two clients' at once.
    Requests(Vec<Request>),
    /// Something else between requests.
    Meanwhile(Event),
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// What the person does with the windows, one after the other; those that come after are closed.
    pub(crate) windows: Vec<Window>,
    /// What goes wrong at which command, counted from the step's beginning.
    pub(crate) fault: Option<(usize, Fault)>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    Authenticate,
    Sign,
    /// Signs with the certificate that a page holds a password for, if it does.
    SignHeld,
    SignatureCertificate,
    /// The same, and the password is to wait for a signature.
    HoldSignatureCertificate,
    AuthenticationCa,
    Status,
}

/// One window: what happens while it is open, and how the person answers it.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) meanwhile: Option<Event>,
    pub(crate) answer: Answer,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// The right PIN; yes to a last try.
    Right,
    /// A PIN that could be right and is not; yes to a last try.
    Wrong,
    /// Closed; no to a last try.
    Cancels,
    /// The client withdraws its request.
    Withdrawn,
}

/// What others do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// Another program presents a wrong PIN.
    SpendsATry(PinReference),
    /// Another program presents the right one, and closes the card.
    Verifies(PinReference),
    /// Another program presents the right one, and leaves the card open.
    LeavesOpen(PinReference),
    /// Another program selects another application.
    SelectsAnother,
    /// Another program resets the card.
    Resets,
    /// The card is taken out.
    TakesOut,
    /// The card is put back.
    PutsBack,
}

/// What happens to one command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The card is taken out before it.
    Tear,
    /// The card carries it out, and the answer is lost.
    Lost,
    /// Another program resets the card before it.
    Reset,
    /// The answer is cut to one byte.
    Cut,
    /// The card answers 6F00 and does nothing.
    NoDiagnosis,
    /// The card says nothing and does nothing.
    Mute,
}

pub(crate) fn schedules() -> impl Strategy<Value = Schedule> {
    let steps = prop_oneof![
        8 => step().prop_map(|step| vec![step]),
        1 => errand(),
    ];
    (0..=3_u8, 0..=5_u8, vec(steps, 1..5)).prop_map(|(authentication, signature, steps)| Schedule {
        tries: (authentication, signature),
        steps: steps.concat(),
    })
}

/// A page has the password wait and then signs by it, as far as what happens in between lets it.
fn errand() -> impl Strategy<Value = Vec<Step>> {
    let right = Window {
        meanwhile: None,
        answer: Answer::Right,
    };
    let of = |method, windows: Vec<Window>| {
        move |(more_windows, fault): (Vec<Window>, Option<(usize, Fault)>)| {
            let windows = [windows.clone(), more_windows].concat();
            Step::Requests(vec![Request {
                method,
                windows,
                fault,
            }])
        }
    };
    let hold = (vec(window(), 0..2), weighted(0.1, fault()))
        .prop_map(of(Method::HoldSignatureCertificate, vec![right]));
    let between = weighted(0.3, step());
    let sign =
        (vec(window(), 0..4), weighted(0.4, fault())).prop_map(of(Method::SignHeld, Vec::new()));
    (hold, between, sign).prop_map(|(hold, between, sign)| {
        [Some(hold), between, Some(sign)]
            .into_iter()
            .flatten()
            .collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => vec(request(), 1..=2).prop_map(Step::Requests),
        2 => event().prop_map(Step::Meanwhile),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof![
        5 => Just(Method::Authenticate),
        2 => Just(Method::Sign),
        2 => Just(Method::SignHeld),
        1 => Just(Method::SignatureCertificate),
        2 => Just(Method::HoldSignatureCertificate),
        1 => Just(Method::AuthenticationCa),
        1 => Just(Method::Status),
    ];
    (method, vec(window(), 0..4), weighted(0.4, fault())).prop_map(|(method, windows, fault)| {
        Request {
            method,
            windows,
            fault,
        }
    })
}

/// What goes wrong, and at which command.
fn fault() -> impl Strategy<Value = (usize, Fault)> {
    let fault = prop_oneof![
        1 => Just(Fault::Tear),
        2 => Just(Fault::Lost),
        1 => Just(Fault::Reset),
        1 => Just(Fault::Cut),
        1 => Just(Fault::NoDiagnosis),
        1 => Just(Fault::Mute),
    ];
    (1..20_usize, fault)
}

fn window() -> impl Strategy<Value = Window> {
    let answer = prop_oneof![
        1 => Just(Answer::Right),
        4 => Just(Answer::Wrong),
        1 => Just(Answer::Cancels),
        1 => Just(Answer::Withdrawn),
    ];
    (weighted(0.2, event()), answer).prop_map(|(meanwhile, answer)| Window { meanwhile, answer })
}

fn event() -> impl Strategy<Value = Event> {
    let pin = || {
        prop_oneof![
            Just(PinReference::Authentication),
            Just(PinReference::Signature)
        ]
    };
    prop_oneof![
        3 => pin().prop_map(Event::SpendsATry),
        1 => pin().prop_map(Event::Verifies),
        1 => pin().prop_map(Event::LeavesOpen),
        1 => Just(Event::SelectsAnother),
        1 => Just(Event::Resets),
        2 => Just(Event::TakesOut),
        2 => Just(Event::PutsBack),
    ]
}
