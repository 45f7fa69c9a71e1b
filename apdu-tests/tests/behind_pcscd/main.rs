//! The daemon, the system's smart card service and the card: what holds in one process holds through pcscd as well.
//!
//! Needs root (pcscd's socket), pcscd, vsmartcard-vpcd and openssl.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test ends with what went wrong"
)]

mod every_command;
mod others;
mod restarts;
mod suspended;

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use apdu_tests::bench::{NONCE, log_in, sign};
use apdu_tests::pcscd::{PATIENCE, Pcscd, Slot};
use apdu_tests::person::Reply::{self, Cancels, Types};
use apdu_tests::trace::show;
use apdu_tests::{Bench, ORIGIN, OpenSsl, PluggedIn, proof};
use jpkid::card::CardSource as _;
use jpkid::card::pcsc::PcscReaders;
use jpkid::ipc::{Change, ErrorCode, Event, Failure, Methods as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

/// Where the card lies.
const SLOT: &str = "Virtual PCD 00 00";

#[tokio::test]
async fn the_whole_login_works_through_the_systems_smart_card_service() {
    let mut plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    logins_cost_what_they_cost_in_one_process(&bench).await;
    openssl_verifies_what_leaves(&bench).await;
    no_other_client_can_sign(&bench).await;
    a_card_taken_out_is_told(&bench).await;
    a_service_that_stops_is_told_and_found_again(&bench, &mut plugged.pcscd).await;
}

async fn logins_cost_what_they_cost_in_one_process(bench: &Bench) {
    for cost in [14, 5, 5] {
        bench.reader.clear_trace();
        bench.person.will([Types("1234")]);
        bench.log_in().await.unwrap();
        let trace = bench.trace();
        assert_eq!(trace.len(), cost, "\n{}", show(&trace));
        bench.assert_closed();
    }
    bench.person.will([Types("9999"), Cancels]);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::PinIncorrect
    );
    assert_eq!(bench.tries(), (2, 5));
    bench.assert_closed();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
}

async fn openssl_verifies_what_leaves(bench: &Bench) {
    bench.person.will([Types("1234"), Types("ABC123")]);
    let token = bench.log_in().await.unwrap();
    let signed = [Sha256::digest(ORIGIN), Sha256::digest(NONCE)].concat();
    assert_verified(
        &token["unverifiedCertificate"],
        &token["signature"],
        &signed,
    );

    let document = b"a document";
    let hash = base64(&Sha256::digest(document));
    let params = serde_json::json!({"hash": hash, "hashFunction": "SHA-256", "origin": ORIGIN});
    let answer = bench.call("sign", params).await.unwrap();
    assert_verified(&answer["certificate"], &answer["signatures"][0], document);
}

fn assert_verified(certificate: &Value, signature: &Value, message: &[u8]) {
    let openssl = OpenSsl::with_key_of(&proof::bytes(certificate));
    assert!(openssl.accepts("sha256", message, &proof::bytes(signature)));
}

async fn no_other_client_can_sign(bench: &Bench) {
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    let mut card = PcscReaders::default().connect(Slot::First.name()).unwrap();
    let mut transaction = card.begin().unwrap();
    let sign = [0x80, 0x2A, 0x00, 0x97, 0x01, 0x00, 0x00];
    let select = [
        0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
    ];
    assert_ne!(transaction.transmit(&sign).unwrap()[..], [0x90, 0x00]);
    assert_eq!(transaction.transmit(&select).unwrap()[..], [0x90, 0x00]);
    assert_eq!(transaction.transmit(&sign).unwrap()[..], [0x69, 0x82]);
}

async fn a_card_taken_out_is_told(bench: &Bench) {
    let mut events = bench.service.events();
    let card = bench.reader.remove().unwrap();
    Slot::First.await_card(false);
    assert_eq!(bench.log_in().await.unwrap_err().code(), ErrorCode::NoCard);
    bench.reader.insert(card);
    Slot::First.await_card(true);
    for change in [Change::Removed, Change::Inserted] {
        let event = timeout(PATIENCE, events.recv())
            .await
            .expect("an event")
            .unwrap();
        assert_eq!(
            event,
            Event::Card {
                change,
                reader: Slot::First.name().to_owned()
            }
        );
    }
    bench.reader.clear_trace();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.trace().len(), 14, "\n{}", show(&bench.trace()));
}

async fn a_service_that_stops_is_told_and_found_again(bench: &Bench, pcscd: &mut Pcscd) {
    pcscd.stop();
    for answer in [
        bench.log_in().await,
        bench.sign(1).await,
        bench.status().await,
    ] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::NoService);
    }
    pcscd.resume();
    Slot::First.await_card(true);
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    bench.assert_closed();
}

#[tokio::test]
async fn a_card_that_another_program_holds_is_told_in_time_and_gets_no_pin_late() {
    let plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    // Before the window: it is not opened.
    let holder = Holder::of(SLOT);
    assert_busy(bench.log_in().await);
    assert_eq!(bench.person.asked(), [""; 0]);
    let status = bench.status().await.unwrap();
    assert_eq!(status["readers"][0]["error"]["code"], "card_busy");
    holder.let_go();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();

    // While the person types.
    let (tell, told) = std::sync::mpsc::channel();
    let take = move || tell.send(Holder::of(SLOT)).unwrap();
    bench.person.will([Reply::meanwhile(take, Types("1234"))]);
    let pins_sent = bench.pins_sent();
    assert_busy(bench.log_in().await);
    told.recv().unwrap().let_go();
    bench.service.finish().await;
    assert_eq!(
        bench.pins_sent(),
        pins_sent,
        "a PIN was sent after its time"
    );
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    bench.assert_closed();
}

#[tokio::test]
async fn no_transaction_waits_for_the_person() {
    let plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    for (method, params) in [("authenticate", log_in()), ("sign", sign(1))] {
        let (tell, reply) = Reply::when_told(Cancels);
        bench.person.will([reply]);
        let windows = bench.person.asked().len() + 1;
        let request = tokio::spawn(bench.begin(method, params));
        bench.person.sees(windows).await;
        bench.service.finish().await;
        let begin = Instant::now();
        Holder::of(SLOT).let_go();
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "{method} holds the card"
        );
        tell.send(()).unwrap();
        request.await.unwrap().unwrap_err();
    }
}

/// Another program that holds the card.
struct Holder {
    release: std::sync::mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Holder {
    fn of(reader: &'static str) -> Self {
        let (release, released) = std::sync::mpsc::channel();
        let (hold, held) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let mut card = PcscReaders::default().connect(reader).unwrap();
            let _transaction = card.begin().unwrap();
            hold.send(()).unwrap();
            released.recv().ok();
        });
        held.recv().unwrap();
        Self { release, thread }
    }

    fn let_go(self) {
        self.release.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

/// Told within the five seconds that a person might wait.
fn assert_busy(answer: Result<Value, Failure>) {
    assert_eq!(answer.unwrap_err().code(), ErrorCode::CardBusy);
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
