//! The smart card service is killed and started again: whoever waits is told, and the next request works.

use std::time::{Duration, Instant};

use apdu_tests::bench::{card, log_in};
use apdu_tests::pcscd::Slot;
use apdu_tests::person::Reply::{self, Types};
use apdu_tests::{Bench, PluggedIn};
use jpki_virtual_card::Fault;
use jpkid::card::CardSource as _;
use jpkid::card::pcsc::PcscReaders;
use jpkid::ipc::ErrorCode;

/// No person should wait longer for bad news.
const IN_TIME: Duration = Duration::from_secs(2);

fn bench(plugged: &PluggedIn) -> Bench {
    Bench::over(PcscReaders::default(), plugged.reader().clone(), [])
}

/// The next request works, and pays no try.
async fn goes_on(bench: &Bench) {
    Slot::First.await_card(true);
    bench.person.will_only([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
    bench.assert_closed();
}

#[tokio::test]
async fn a_service_that_is_killed_while_nobody_asks_is_told_and_found_again() {
    let mut plugged = PluggedIn::new("");
    let bench = bench(&plugged);
    goes_on(&bench).await;
    plugged.pcscd.kill();
    let begin = Instant::now();
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::NoService
    );
    assert!(begin.elapsed() < IN_TIME, "{:?}", begin.elapsed());
    plugged.pcscd.resume();
    goes_on(&bench).await;
}

#[tokio::test]
async fn a_service_that_is_killed_under_a_window_closes_it_and_no_pin_is_sent() {
    let mut plugged = PluggedIn::new("");
    let bench = bench(&plugged);
    for comes_back in [false, true] {
        let (tell, reply) = Reply::when_told(Types("1234"));
        let (windows, pins) = (bench.person.asked().len() + 1, bench.pins_sent());
        bench.person.will([reply]);
        let request = tokio::spawn(bench.begin("authenticate", log_in()));
        bench.person.sees(windows).await;
        bench.service.finish().await;
        plugged.pcscd.kill();
        let begin = Instant::now();
        if comes_back {
            plugged.pcscd.resume();
        }
        let code = request.await.unwrap().unwrap_err().code();
        let expected = [ErrorCode::NoService, ErrorCode::CardRemoved];
        assert!(
            expected[..=usize::from(comes_back)].contains(&code),
            "{code:?}"
        );
        assert!(begin.elapsed() < IN_TIME, "{:?}", begin.elapsed());
        assert!(tell.send(()).is_err(), "the window is still open");
        plugged.pcscd.resume();
        bench.service.finish().await;
        assert_eq!(bench.pins_sent(), pins);
        goes_on(&bench).await;
    }
}

#[tokio::test]
async fn a_service_that_is_killed_under_a_signature_is_told_and_the_card_is_closed() {
    let mut plugged = PluggedIn::new("");
    let bench = bench(&plugged);
    goes_on(&bench).await;
    // Of the five commands of a later log-in: while each is under way.
    for nth in 0..5 {
        bench.reader.clear_trace();
        bench.reader.arm(Fault::Slow {
            delay: Duration::from_millis(100),
        });
        bench.person.will_only([Types("1234")]);
        let request = tokio::spawn(bench.begin("authenticate", log_in()));
        while bench.trace().len() < nth {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        plugged.pcscd.kill();
        let begin = Instant::now();
        let answer = request.await.unwrap();
        assert!(begin.elapsed() < IN_TIME, "{nth}: {:?}", begin.elapsed());
        // The answer goes out before the last command, which closes the card.
        match answer {
            Err(failure) => assert_eq!(failure.code(), ErrorCode::NoService, "{nth}: {failure}"),
            Ok(_) => assert_eq!(nth, 4),
        }
        assert!(bench.pins_sent() <= 1);
        bench.reader.heal();
        plugged.pcscd.resume();
        goes_on(&bench).await;
    }
}

#[tokio::test]
async fn a_card_swapped_while_the_service_restarts_is_not_taken_for_the_one_before() {
    let mut plugged = PluggedIn::new("");
    let readers = PcscReaders::default();
    let before = readers.readers().unwrap();
    assert_eq!(before, readers.readers().unwrap());
    let bench = bench(&plugged);
    goes_on(&bench).await;
    plugged.pcscd.kill();
    plugged.reader().remove();
    plugged.reader().insert(card("[holder]\nname = '別人'"));
    plugged.pcscd.resume();
    Slot::First.await_card(true);
    assert_ne!(before[0].insertion, readers.readers().unwrap()[0].insertion);
    bench.reader.clear_trace();
    bench.person.will_only([Types("1234")]);
    let token = bench.log_in().await.unwrap();
    assert_eq!(bench.trace().len(), 14, "its certificate is read anew");
    let certificate = apdu_tests::proof::bytes(&token["unverifiedCertificate"]);
    assert_eq!(
        certificate,
        bench.card(|card| card.authentication_certificate().to_vec())
    );
}
