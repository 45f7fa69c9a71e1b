//! The password with which a page read the signature certificate waits for the page's signature, and for nothing else.

use std::future::ready;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apdu_tests::bench::{card, log_in, page, settings};
use apdu_tests::person::Reply;
use apdu_tests::person::Reply::{Agrees, Cancels, Refuses, Types};
use apdu_tests::trace::{
    ASK_SIGNATURE_TRIES, SELECT_APPLET, SELECT_ISSUER_DOMAIN, SIGN_WITH_SIGNATURE_KEY,
    VERIFY_SIGNATURE_PIN,
};
use apdu_tests::{Bench, ORIGIN, proof};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jpki_virtual_card::VirtualReader;
use jpkid::card::CardSource as _;
use jpkid::history::{Action, History, Recorded};
use jpkid::ipc::methods::Session as _;
use jpkid::ipc::{Asking, Call, Caller, ErrorCode, Failure, Methods as _};
use jpkid::service::Hold;
use jpkid::settings::Settings;
use serde_json::{Value, json};
use tokio::sync::mpsc;

const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01";
const ASKS_PASSWORD: &str = "signature PIN, 5 tries left";
const ASKS_TO_AGREE: &str = "sign 1 SHA-256 hashes from [00, 00, 00, 00]?";

/// A page's connection to the daemon.
#[derive(Clone, Default)]
struct Connection(Arc<Hold>);

/// A clock that stands still but for the test, in seconds.
type Seconds = Arc<AtomicU64>;

impl Connection {
    fn counting_by(clock: &Seconds) -> Self {
        let clock = Arc::clone(clock);
        let now = move || Duration::from_secs(clock.load(Ordering::SeqCst));
        Self(Arc::new(Hold::counting_by(now)))
    }

    fn asking(&self, caller: Caller) -> Asking<Hold> {
        Asking {
            session: Arc::clone(&self.0),
            ..Asking::of(caller)
        }
    }

    async fn ask(&self, bench: &Bench, method: &str, params: Value) -> Result<Value, Failure> {
        let answer = bench.begin_as(self.asking(page()), method, params).await;
        bench.service.finish().await;
        answer
    }

    /// Reads the signature certificate and has its password held; tells the params of the signature to come.
    async fn begin(&self, bench: &Bench) -> Value {
        let answer = self.ask(bench, "certificate", holding()).await.unwrap();
        assert_eq!(answer["heldSeconds"], 30);
        bench.assert_closed();
        with_certificate(&answer)
    }

    async fn sign(&self, bench: &Bench, params: &Value) -> Result<Value, Failure> {
        self.ask(bench, "sign", params.clone()).await
    }
}

fn holding() -> Value {
    json!({"kind": "signature", "origin": ORIGIN, "hold": true})
}

fn with_certificate(answer: &Value) -> Value {
    let mut params = apdu_tests::bench::sign(1);
    params["certificate"] = answer["certificate"].clone();
    params
}

/// What the person was asked last.
fn last_asked(bench: &Bench) -> String {
    bench.person.asked().pop().unwrap()
}

/// Sends commands as another program would.
fn other_program(reader: &VirtualReader, commands: &[&[u8]]) -> Vec<u8> {
    let mut card = reader.connect("Reader").unwrap();
    let mut transaction = card.begin().unwrap();
    let mut last = Vec::new();
    for command in commands {
        last = transaction.transmit(command).unwrap().to_vec();
    }
    last
}

/// A bench whose person gives the password, then replies so.
fn bench(replies: impl IntoIterator<Item = Reply>) -> Bench {
    Bench::new("", [Types("ABC123")].into_iter().chain(replies))
}

#[tokio::test]
async fn the_next_signature_costs_5_commands_and_no_password_once_the_person_agreed() {
    let bench = bench([Agrees]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    bench.reader.clear_trace();
    let answer = connection.sign(&bench, &params).await.unwrap();
    assert_eq!(bench.person.asked(), [ASKS_PASSWORD, ASKS_TO_AGREE]);
    let commands = bench.commands();
    assert_eq!(
        commands,
        [
            SELECT_APPLET,
            ASK_SIGNATURE_TRIES,
            VERIFY_SIGNATURE_PIN,
            SIGN_WITH_SIGNATURE_KEY,
            SELECT_ISSUER_DOMAIN,
        ]
    );
    let certificate = bench.card(|card| card.signature_certificate().unwrap().to_vec());
    assert_eq!(proof::bytes(&answer["certificate"]), certificate);
    let signature = proof::bytes(&answer["signatures"][0]);
    assert!(proof::is_signature(&certificate, &[0; 32], &signature));
    assert_eq!(bench.tries(), (3, 5));
    bench.assert_closed();
}

#[tokio::test]
async fn it_is_used_once() {
    let bench = bench([Agrees, Types("ABC123")]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    connection.sign(&bench, &params).await.unwrap();
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
}

#[tokio::test]
async fn the_card_is_closed_in_between() {
    let bench = bench([Agrees]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    let digest_info = [
        b"\x80\x2A\x00\x9A\x33\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20".as_slice(),
        &[0x5A; 32],
        b"\x00",
    ]
    .concat();
    let answer = other_program(&bench.reader, &[SELECT, &digest_info]);
    assert_eq!(answer, [0x69, 0x82], "no signature without the password");
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_TO_AGREE);
}

#[tokio::test]
async fn the_state_may_be_asked_meanwhile() {
    let bench = bench([Agrees]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    let status = json!({"validity": true});
    connection.ask(&bench, "status", status).await.unwrap();
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_TO_AGREE);
}

#[tokio::test]
async fn any_other_request_of_the_connection_wipes_it() {
    let mut other_origin = apdu_tests::bench::sign(1);
    other_origin["origin"] = json!("https://www.example.com");
    let mut other_certificate = apdu_tests::bench::sign(1);
    other_certificate["certificate"] = json!("AAAA");
    for (method, params, windows) in [
        ("authenticate", log_in(), 1),
        ("certificate", json!({"kind": "signature-ca"}), 0),
        (
            "certificate",
            json!({"kind": "signature", "origin": ORIGIN}),
            1,
        ),
        ("history", json!({}), 0),
        ("sign", apdu_tests::bench::sign(1), 1),
        ("sign", other_origin, 1),
        ("sign", other_certificate, 1),
    ] {
        let bench = bench((0..windows).map(|_| Cancels).chain([Types("ABC123")]));
        let connection = Connection::default();
        let held = connection.begin(&bench).await;
        let text = params.to_string();
        let pins = bench.pins_sent();
        connection.ask(&bench, method, params).await.ok();
        assert_eq!(bench.pins_sent(), pins, "{method} {text}");
        connection.sign(&bench, &held).await.unwrap();
        assert_eq!(last_asked(&bench), ASKS_PASSWORD, "{method} {text}");
        assert_eq!(bench.person.unasked(), 0);
    }
}

#[tokio::test]
async fn the_same_certificate_for_another_origin_gets_no_signature_by_it() {
    let bench = bench([Cancels]);
    let connection = Connection::default();
    let mut params = connection.begin(&bench).await;
    params["origin"] = json!("https://www.example.com");
    let refused = connection.sign(&bench, &params).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::UserCancelled);
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
}

#[tokio::test]
async fn no_other_connection_gets_it() {
    let bench = bench([Types("ABC123"), Agrees]);
    let (mine, other) = (Connection::default(), Connection::default());
    let params = mine.begin(&bench).await;
    other.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
    mine.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_TO_AGREE);
}

#[tokio::test]
async fn a_cancel_of_the_connection_wipes_it() {
    let bench = bench([Types("ABC123")]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    // What the server does for `cancel`; ipc_server.rs has the other half.
    connection.0.forget();
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
}

#[tokio::test]
async fn whoever_does_not_agree_or_withdraws_is_asked_for_the_password_next_time() {
    for withdraws in [false, true] {
        let bench = bench([if withdraws { Reply::Waits } else { Refuses }]);
        let connection = Connection::default();
        let params = connection.begin(&bench).await;
        let pins = bench.pins_sent();
        let asking = connection.asking(page());
        let request = tokio::spawn(bench.begin_as(asking, "sign", params.clone()));
        bench.person.sees(2).await;
        if withdraws {
            request.abort();
            assert!(request.await.unwrap_err().is_cancelled());
        } else {
            let refused = request.await.unwrap().unwrap_err();
            assert_eq!(refused.code(), ErrorCode::UserCancelled);
        }
        bench.service.finish().await;
        bench.assert_closed();
        assert_eq!(bench.pins_sent(), pins);
        bench.person.will([Types("ABC123")]);
        connection.sign(&bench, &params).await.unwrap();
        assert_eq!(last_asked(&bench), ASKS_PASSWORD);
    }
}

#[tokio::test]
async fn it_waits_for_30_seconds_and_no_longer_even_if_the_machine_sleeps() {
    for elapse in [pass_awake, pass_asleep] {
        for (seconds, reply, asked) in [
            (29, Agrees, ASKS_TO_AGREE),
            (31, Types("ABC123"), ASKS_PASSWORD),
        ] {
            let bench = bench([reply]);
            let clock = Seconds::default();
            let connection = Connection::counting_by(&clock);
            let params = connection.begin(&bench).await;
            elapse(seconds, clock).await;
            connection.sign(&bench, &params).await.unwrap();
            assert_eq!(last_asked(&bench), asked, "after {seconds} s");
        }
    }
}

#[tokio::test]
async fn a_window_that_asks_to_agree_makes_it_wait_no_longer_even_if_the_machine_sleeps() {
    for elapse in [pass_awake, pass_asleep] {
        let (tell, agrees) = Reply::when_told(Agrees);
        let bench = bench([agrees, Types("ABC123")]);
        let clock = Seconds::default();
        let connection = Connection::counting_by(&clock);
        let params = connection.begin(&bench).await;
        let request = tokio::spawn(bench.begin_as(connection.asking(page()), "sign", params));
        bench.person.sees(2).await;
        elapse(31, clock).await;
        tell.send(()).unwrap();
        request.await.unwrap().unwrap();
        assert_eq!(
            bench.person.asked(),
            [ASKS_PASSWORD, ASKS_TO_AGREE, ASKS_PASSWORD]
        );
    }
}

/// The clocks alone move: nothing else is under way.
fn pass_awake(seconds: u64, clock: Seconds) -> BoxFuture<'static, ()> {
    async move {
        clock.fetch_add(seconds, Ordering::SeqCst);
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        tokio::task::yield_now().await;
    }
    .boxed()
}

/// The daemon's timers stand still.
fn pass_asleep(seconds: u64, clock: Seconds) -> BoxFuture<'static, ()> {
    clock.fetch_add(seconds, Ordering::SeqCst);
    ready(()).boxed()
}

#[tokio::test]
async fn it_goes_with_the_card() {
    let bench = bench([Types("ABC123")]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    bench.insert_again();
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
}

#[tokio::test]
async fn another_card_in_its_place_signs_nothing() {
    let bench = bench([Types("ABC123")]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    // Another certificate over the same key: only the certificates tell the cards apart.
    bench.reader.insert(card("[validity]\ndays = 100"));
    bench.reader.clear_trace();
    let refused = connection.sign(&bench, &params).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::CertificateMismatch);
    assert_eq!(last_asked(&bench), ASKS_PASSWORD);
    let signed = |command: &String| command.starts_with("80 2A");
    assert!(!bench.commands().iter().any(signed));
}

#[tokio::test]
async fn a_card_pulled_under_the_window_gets_no_password() {
    let bench = bench([Reply::Waits]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    let pins = bench.pins_sent();
    let request = tokio::spawn(bench.begin_as(connection.asking(page()), "sign", params));
    bench.person.sees(2).await;
    bench.insert_again();
    let refused = request.await.unwrap().unwrap_err();
    assert_eq!(refused.code(), ErrorCode::CardRemoved);
    assert_eq!(bench.person.open_windows(), 0);
    assert_eq!(bench.pins_sent(), pins);
}

#[tokio::test]
async fn a_signature_by_it_that_is_withdrawn_during_any_command_leaves_the_card_closed() {
    for nth in 1..=5 {
        let counted = Arc::new(AtomicUsize::new(0));
        let (reached, mut at_command) = mpsc::unbounded_channel();
        let (go_on, gate) = std::sync::mpsc::channel();
        let (count, gate) = (Arc::clone(&counted), Mutex::new(gate));
        let replies = [Types("ABC123"), Agrees];
        let bench = Bench::tapped("", replies, move |mut exchange| {
            // From 1 on, once the certificate was read.
            let command = count.load(Ordering::SeqCst);
            if command > 0 {
                count.store(command + 1, Ordering::SeqCst);
            }
            if command == nth {
                reached.send(()).unwrap();
                gate.lock().unwrap().recv().unwrap();
            }
            exchange.pass_on()
        });
        let connection = Connection::default();
        let params = connection.begin(&bench).await;
        counted.store(1, Ordering::SeqCst);
        let asking = connection.asking(page());
        let request = tokio::spawn(bench.begin_as(asking, "sign", params));
        at_command.recv().await.unwrap();
        request.abort();
        request.await.ok();
        go_on.send(()).unwrap();
        bench.service.finish().await;
        bench.assert_closed();
        assert_eq!(bench.tries(), (3, 5), "withdrawn during command {nth}");
    }
}

#[tokio::test]
async fn a_password_that_is_not_right_any_more_is_asked_for() {
    let verified = AtomicUsize::new(0);
    let replies = [Types("ABC123"), Agrees, Types("ABC123")];
    let bench = Bench::tapped("", replies, move |mut exchange| {
        if exchange.brings_pin() && verified.fetch_add(1, Ordering::SeqCst) == 1 {
            let mut wrong = exchange.command.to_vec();
            *wrong.last_mut().unwrap() ^= 1;
            return exchange.send(&wrong);
        }
        exchange.pass_on()
    });
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    connection.sign(&bench, &params).await.unwrap();
    assert_eq!(
        bench.person.asked(),
        [
            ASKS_PASSWORD,
            ASKS_TO_AGREE,
            "signature PIN, 4 tries left, the last one was wrong",
        ]
    );
    assert_eq!(bench.pins_sent(), 3, "each was given by the person");
}

#[tokio::test]
async fn the_last_try_is_not_spent_by_it() {
    let bench = bench([Agrees, Refuses]);
    let connection = Connection::default();
    let params = connection.begin(&bench).await;
    let wrong = b"\x00\x20\x00\x9B\x06WRONG0";
    other_program(&bench.reader, &[SELECT, wrong, wrong, wrong, wrong]);
    assert_eq!(bench.tries().1, 1);
    let pins = bench.pins_sent();
    let refused = connection.sign(&bench, &params).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::PinLastTryRefused);
    assert_eq!(last_asked(&bench), "use the last try of the signature PIN?");
    assert_eq!((bench.pins_sent(), bench.tries().1), (pins, 1));
}

#[tokio::test]
async fn programs_and_settings_that_forbid_it_get_none() {
    let forbidden = Settings {
        hold_signature_password: false,
        ..settings()
    };
    let program = Caller::Program {
        path: Some("/usr/bin/program".into()),
    };
    for (caller, settings) in [(program, settings()), (page(), forbidden)] {
        let bench = bench([Types("ABC123")]).restarted_with(settings);
        let connection = Connection::default();
        let ask = |method, params| {
            let request = bench.begin_as(connection.asking(caller.clone()), method, params);
            async {
                let answer = request.await.unwrap();
                bench.service.finish().await;
                answer
            }
        };
        let answer = ask("certificate", holding()).await;
        assert_eq!(answer["heldSeconds"], Value::Null);
        ask("sign", with_certificate(&answer)).await;
        assert_eq!(last_asked(&bench), ASKS_PASSWORD);
    }
}

#[tokio::test]
async fn both_uses_are_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let history = Arc::new(History::at(directory.path().join("history.jsonl")));
    let bench = bench([Agrees]);
    let methods = Recorded::new(Arc::clone(&bench.service), Arc::clone(&history));
    let connection = Connection::default();
    let ask = |method, params: Value| {
        let call = Call::parse(method, params.as_object().unwrap().clone());
        let answer = Arc::clone(&methods).call(connection.asking(page()), call.unwrap().unwrap());
        async {
            let answer = answer.await.unwrap();
            bench.service.finish().await;
            answer
        }
    };
    let answer = ask("certificate", holding()).await;
    ask("sign", with_certificate(&answer)).await;
    let uses = history.read().unwrap();
    let actions: Vec<_> = uses.iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [Action::Certificate, Action::Sign]);
    assert!(uses.iter().all(|entry| entry.result == "done"));
}
