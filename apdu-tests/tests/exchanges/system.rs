//! No reader, no card, several readers, and a system that refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use apdu_tests::bench::{log_in, reader};
use apdu_tests::person::Reply::{self, Types};
use apdu_tests::{Bench, Shelf, Tapped};
use jpki_virtual_card::VirtualReader;
use jpkid::card::{Card, CardSource, Reader, TransportError};
use jpkid::ipc::ErrorCode;
use serde_json::json;

use apdu_tests::cases::{code, requests};

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
    let refusals: [(Refusal, &str); 9] = [
        (|| TransportError::NoService, "no_service"),
        (|| TransportError::AccessDenied, "access_denied"),
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

#[tokio::test]
async fn a_reader_unplugged_under_a_window_closes_it_and_works_when_it_is_back() {
    let reader = reader("Reader", "");
    let shelf = Shelf::new([reader.clone()]);
    let (tell, reply) = Reply::when_told(Types("1234"));
    let bench = Bench::over(shelf.clone(), reader.clone(), [reply]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    bench.service.finish().await;
    let begin = Instant::now();
    shelf.unplug(reader.name());
    let code = request.await.unwrap().unwrap_err().code();
    assert!(matches!(code, ErrorCode::NoReader | ErrorCode::CardRemoved));
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert!(tell.send(()).is_err(), "the window is still open");
    bench.service.finish().await;
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::NoReader
    );
    shelf.plug_in(reader);
    bench.person.will_only([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!((bench.pins_sent(), bench.tries()), (1, (3, 5)));
    bench.assert_closed();
}
