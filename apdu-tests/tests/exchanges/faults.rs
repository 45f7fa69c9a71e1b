//! What goes wrong between service and card: the right word for it, no try lost, and the next request works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use apdu_tests::bench::{log_in, reader, sign};
use apdu_tests::person::Reply::{self, Cancels, Types};
use apdu_tests::{Bench, Shelf, Tapped};
use jpki_virtual_card::VirtualReader;
use jpkid::card::{Card, CardSource, Reader, TransportError};
use jpkid::ipc::{ErrorCode, Failure};
use serde_json::{Value, json};

/// A request, the PIN it needs, and the commands it takes of a card that has just been inserted.
struct Case {
    method: &'static str,
    params: Value,
    pin: &'static str,
    commands: u32,
}

async fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, params, pin) in requests() {
        let bench = Bench::new("", typing(pin));
        bench.call(method, params.clone()).await.unwrap();
        let commands = u32::try_from(bench.commands().len()).unwrap();
        cases.push(Case {
            method,
            params,
            pin,
            commands,
        });
    }
    cases
}

fn requests() -> [(&'static str, Value, &'static str); 6] {
    [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(3), "ABC123"),
        ("certificate", json!({"kind": "signature"}), "ABC123"),
        ("certificate", json!({"kind": "authentication-ca"}), ""),
        ("certificate", json!({"kind": "signature-ca"}), ""),
        ("status", json!({}), ""),
    ]
}

/// Types the PIN if there is one.
fn typing(pin: &'static str) -> Option<Reply> {
    (!pin.is_empty()).then_some(Types(pin))
}

/// The code of a failure, be it the whole request's or, for `status`, the one reader's.
fn code(answer: &Result<Value, Failure>) -> Option<String> {
    match answer {
        Ok(result) => result["readers"][0]["error"]["code"]
            .as_str()
            .map(ToOwned::to_owned),
        Err(failure) => Some(failure.code().to_string()),
    }
}

#[tokio::test]
async fn a_card_torn_out_before_any_command_costs_no_try_and_the_next_request_works() {
    for Case {
        method,
        params,
        pin,
        commands,
    } in cases().await
    {
        for nth in 1..=commands {
            let bench = Bench::new("", typing(pin));
            bench.reader.tear_at(nth);
            let answer = bench.call(method, params.clone()).await;
            // The last command only closes the card.
            let expected = (nth < commands).then(|| "card_removed".to_owned());
            assert_eq!(
                code(&answer),
                expected,
                "{method}, torn out before command {nth}"
            );

            let torn = bench.call(method, params.clone()).await;
            let expected = if method == "status" {
                None
            } else {
                Some("no_card".to_owned())
            };
            assert_eq!(code(&torn), expected, "{method}, while the card is away");

            bench.insert_again();
            assert_eq!(
                bench.tries(),
                (3, 5),
                "{method}, torn out before command {nth}"
            );
            let left = bench.person.unasked();
            bench.person.will(typing(pin).into_iter().skip(left));
            let again = bench.call(method, params.clone()).await;
            assert_eq!(
                code(&again),
                None,
                "{method}, after it was torn out before command {nth}"
            );
            bench.assert_closed();
        }
    }
}

#[tokio::test]
async fn a_card_torn_out_of_a_later_login_costs_no_try_and_the_next_one_works() {
    for nth in 1..=5 {
        let bench = Bench::new("", [Types("1234"), Types("1234"), Types("1234")]);
        bench.log_in().await.unwrap();
        bench.reader.tear_at(nth);
        let answer = bench.log_in().await;
        assert_eq!(
            code(&answer),
            (nth < 5).then(|| "card_removed".to_owned()),
            "before command {nth}"
        );
        bench.insert_again();
        assert_eq!(bench.tries(), (3, 5));
        bench.log_in().await.unwrap();
        bench.assert_closed();
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_card_closed_and_is_never_asked_for_again() {
    for Case {
        method,
        params,
        pin,
        commands,
    } in cases().await
    {
        for nth in 1..=commands {
            let bench = Bench::tapped("", typing(pin), move |mut exchange| {
                let answer = exchange.pass_on()?;
                if exchange.nth == usize::try_from(nth).unwrap() {
                    return Err(TransportError::Unresponsive);
                }
                Ok(answer)
            });
            let answer = bench.call(method, params.clone()).await;
            let expected = (nth < commands).then(|| "card_error".to_owned());
            assert_eq!(code(&answer), expected, "{method}, answer {nth} lost");
            assert!(bench.pins_sent() <= 1, "{method}, answer {nth} lost");
            assert_eq!(bench.tries(), (3, 5), "{method}, answer {nth} lost");
            bench.assert_closed();
        }
    }
}

#[tokio::test]
async fn a_wrong_pin_whose_answer_is_lost_costs_the_one_try_that_was_typed() {
    let lost = Arc::new(AtomicBool::new(false));
    let bench = Bench::tapped("", [Types("9999"), Types("1234")], move |mut exchange| {
        let brings_pin = exchange.brings_pin();
        let answer = exchange.pass_on()?;
        if brings_pin && !lost.swap(true, Ordering::SeqCst) {
            return Err(TransportError::CardReset);
        }
        Ok(answer)
    });
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardBusy
    );
    assert_eq!(bench.pins_sent(), 1);
    assert_eq!(bench.tries(), (2, 5));
    bench.assert_closed();
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
}

#[tokio::test]
async fn an_answer_cut_short_is_an_error_and_the_card_is_closed() {
    for Case {
        method,
        params,
        pin,
        commands,
    } in cases().await
    {
        for nth in 1..commands {
            let bench = Bench::tapped("", typing(pin), move |mut exchange| {
                let mut answer = exchange.pass_on()?;
                if exchange.nth == usize::try_from(nth).unwrap() {
                    answer.truncate(1);
                }
                Ok(answer)
            });
            let answer = bench.call(method, params.clone()).await;
            assert_eq!(
                code(&answer).as_deref(),
                Some("card_error"),
                "{method}, answer {nth} cut"
            );
            assert!(bench.pins_sent() <= 1, "{method}, answer {nth} cut");
            bench.assert_closed();
        }
    }
}

#[tokio::test]
async fn a_signature_that_does_not_verify_never_leaves() {
    for (method, params, pin) in [
        ("authenticate", log_in(), "1234"),
        ("sign", sign(3), "ABC123"),
    ] {
        let bench = Bench::tapped("", [Types(pin)], |mut exchange| {
            let mut answer = exchange.pass_on()?;
            if exchange.instruction() == 0x2A {
                answer[100] ^= 0x01;
            }
            Ok(answer)
        });
        let answer = bench.call(method, params).await;
        assert_eq!(code(&answer).as_deref(), Some("card_error"), "{method}");
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_match_its_key_is_read_again_at_the_next_login() {
    let swapped = Arc::new(AtomicBool::new(true));
    let swap = swapped.clone();
    let bench = Bench::tapped("", [Types("1234"), Types("1234")], move |mut exchange| {
        let mut command = exchange.command.to_vec();
        if swap.load(Ordering::SeqCst) && command.starts_with(&[0x00, 0xB0, 0x8A]) {
            // The authority's certificate in its place.
            command[2] = 0x8B;
        }
        exchange.send(&command)
    });
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::CardError
    );
    swapped.store(false, Ordering::SeqCst);
    bench.log_in().await.unwrap();
}

#[tokio::test]
async fn an_expired_certificate_is_told_before_a_pin_is_sent() {
    let bench = Bench::new("[validity]\ndays = -1", []);
    for attempt in 1..=2 {
        // However fast the person types.
        bench.person.will([Types("1234")]);
        assert_eq!(
            bench.log_in().await.unwrap_err().code(),
            ErrorCode::CertificateExpired,
            "attempt {attempt}"
        );
        assert_eq!(bench.pins_sent(), 0);
        bench.assert_closed();
    }
}

#[tokio::test]
async fn an_expired_signature_certificate_signs_nothing() {
    let bench = Bench::new("[validity]\ndays = -1", [Types("ABC123")]);
    assert_eq!(
        bench.sign(1).await.unwrap_err().code(),
        ErrorCode::CertificateExpired
    );
    assert!(
        !bench
            .commands()
            .iter()
            .any(|command| command.starts_with("80 2A"))
    );
    bench.assert_closed();
}

#[tokio::test]
async fn an_expired_authentication_certificate_says_nothing_of_the_signature_certificate() {
    let bench = Bench::new("[validity]\ndays = -1", [Cancels, Cancels]);
    bench.log_in().await.unwrap_err();
    let asked = bench.person.asked().len();
    assert_eq!(
        bench.sign(1).await.unwrap_err().code(),
        ErrorCode::UserCancelled
    );
    assert_eq!(
        bench.person.asked()[asked..],
        ["signature PIN, 5 tries left"]
    );
}

#[tokio::test]
async fn a_card_without_a_signature_certificate_is_told_without_a_window() {
    let bench = Bench::new("[certificates]\nsignature = false", []);
    for answer in [bench.sign(1).await, bench.certificate("signature").await] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::CertificateMissing);
    }
    assert_eq!(bench.person.asked(), [""; 0]);
    bench.assert_closed();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
}

#[tokio::test]
async fn a_signature_wanted_from_another_certificate_is_not_made() {
    let bench = Bench::new("", [Types("ABC123")]);
    let mut params = sign(1);
    params["certificate"] = json!("AAAA");
    let refused = bench.call("sign", params).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.field()),
        (ErrorCode::CertificateMismatch, Some("certificate"))
    );
    assert!(
        !bench
            .commands()
            .iter()
            .any(|command| command.starts_with("80 2A"))
    );
    bench.assert_closed();
}

#[tokio::test]
async fn without_card_or_reader_each_request_says_which() {
    let empty = VirtualReader::new("Reader");
    let no_card = Bench::over(empty.clone(), empty.clone(), []);
    let no_reader = Bench::over(Shelf::default(), empty, []);
    for (bench, expected) in [
        (no_card, ErrorCode::NoCard),
        (no_reader, ErrorCode::NoReader),
    ] {
        for (method, params, _) in &requests()[..5] {
            assert_eq!(
                bench.call(method, params.clone()).await.unwrap_err().code(),
                expected,
                "{method}"
            );
        }
        let status = bench.status().await.unwrap();
        let readers = if expected == ErrorCode::NoCard {
            json!([{"name": "Reader", "card": null}])
        } else {
            json!([])
        };
        assert_eq!(status["readers"], readers);
    }
}

#[tokio::test]
async fn a_reader_that_is_not_there_is_named() {
    let bench = Bench::new("", []);
    let mut params = log_in();
    params["reader"] = json!("Another reader");
    let refused = bench.call("authenticate", params).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.field()),
        (ErrorCode::NoReader, Some("reader"))
    );
}

#[tokio::test]
async fn the_my_number_card_is_found_beside_one_of_another_kind() {
    let (other, mine) = (reader("A", ""), reader("B", ""));
    let shelf = Shelf::new([other.clone(), mine.clone()]);
    let first = other.clone();
    let source = Tapped::new(shelf, move |mut exchange| {
        // The first exchange is with the first reader's card.
        if exchange.nth == 1 {
            assert!(first.trace().is_empty());
            return Ok(zeroize::Zeroizing::new(vec![0x6A, 0x82]));
        }
        exchange.pass_on()
    });
    let bench = Bench::over(source, mine, [Types("1234")]);
    bench.log_in().await.unwrap();
    bench.assert_closed();
    assert!(other.trace().is_empty());
}

#[tokio::test]
async fn each_refusal_of_the_system_has_its_word() {
    type Refusal = fn() -> TransportError;
    let refusals: [(Refusal, &str); 8] = [
        (|| TransportError::NoService, "no_service"),
        (|| TransportError::NoReader, "no_reader"),
        (|| TransportError::NoCard, "no_card"),
        (|| TransportError::CardRemoved, "card_removed"),
        (|| TransportError::CardReset, "card_busy"),
        (|| TransportError::Busy, "card_busy"),
        (|| TransportError::Unresponsive, "card_error"),
        (
            || TransportError::BrokenAnswer(jpkid::apdu::ResponseTooShort(0)),
            "card_error",
        ),
    ];
    for (refusal, expected) in refusals {
        let working = Arc::new(AtomicBool::new(false));
        let reader = reader("Reader", "");
        let source = Refusing {
            reader: reader.clone(),
            refusal,
            working: working.clone(),
        };
        let bench = Bench::over(source, reader, [Types("1234")]);
        assert_eq!(code(&bench.log_in().await).as_deref(), Some(expected));
        assert_eq!(code(&bench.status().await).as_deref(), Some(expected));
        working.store(true, Ordering::SeqCst);
        bench.log_in().await.unwrap();
        bench.assert_closed();
    }
}

#[tokio::test]
async fn a_smart_card_service_that_stops_and_starts_is_found_again() {
    let reader = reader("Reader", "");
    let running = Arc::new(AtomicBool::new(false));
    let bench = Bench::over(
        Stopped {
            reader: reader.clone(),
            running: running.clone(),
        },
        reader,
        [Types("1234")],
    );
    for answer in [
        bench.log_in().await,
        bench.sign(1).await,
        bench.status().await,
    ] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::NoService);
    }
    running.store(true, Ordering::SeqCst);
    bench.log_in().await.unwrap();
}

/// The system lists the reader, and refuses to connect to its card until it works.
#[derive(Debug)]
struct Refusing {
    reader: VirtualReader,
    refusal: fn() -> TransportError,
    working: Arc<AtomicBool>,
}

impl CardSource for Refusing {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        CardSource::readers(&self.reader)
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        if self.working.load(Ordering::SeqCst) {
            self.reader.connect(reader)
        } else {
            Err((self.refusal)())
        }
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        CardSource::wait_for_change(&self.reader, seen)
    }
}

/// The system's service does not run, until it does.
#[derive(Debug)]
struct Stopped {
    reader: VirtualReader,
    running: Arc<AtomicBool>,
}

impl Stopped {
    fn require_running(&self) -> Result<(), TransportError> {
        if self.running.load(Ordering::SeqCst) {
            Ok(())
        } else {
            Err(TransportError::NoService)
        }
    }
}

impl CardSource for Stopped {
    fn readers(&self) -> Result<Vec<Reader>, TransportError> {
        self.require_running()?;
        CardSource::readers(&self.reader)
    }

    fn connect(&self, reader: &str) -> Result<Box<dyn Card>, TransportError> {
        self.require_running()?;
        self.reader.connect(reader)
    }

    fn wait_for_change(&self, seen: &[Reader]) -> Result<Vec<Reader>, TransportError> {
        self.require_running()?;
        CardSource::wait_for_change(&self.reader, seen)
    }
}
