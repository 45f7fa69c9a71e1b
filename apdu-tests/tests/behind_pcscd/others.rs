//! Another program resets the card between the two halves of a request, and another card is used at the same time.

use std::time::{Duration, Instant};

use apdu_tests::bench::{self, log_in};
use apdu_tests::pcscd::{Plug, Slot};
use apdu_tests::person::Reply::{self, Types};
use apdu_tests::{Bench, PluggedIn};
use jpki_virtual_card::Fault;
use jpkid::card::pcsc::PcscReaders;
use pcsc::{Context, Disposition, Protocols, Scope, ShareMode};
use serde_json::json;

/// What another program may do between our exchanges.
fn reset_by_another_program() {
    let context = Context::establish(Scope::User).unwrap();
    let name = std::ffi::CString::new(Slot::First.name()).unwrap();
    let mut card = context
        .connect(&name, ShareMode::Shared, Protocols::ANY)
        .unwrap();
    card.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard)
        .unwrap();
}

#[tokio::test]
async fn a_card_that_another_program_resets_while_the_person_types_is_opened_anew() {
    let plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    for _ in 0..2 {
        bench.reader.clear_trace();
        bench
            .person
            .will_only([Reply::meanwhile(reset_by_another_program, Types("1234"))]);
        bench.log_in().await.unwrap();
        assert_eq!((bench.pins_sent(), bench.tries()), (1, (3, 5)));
        bench.assert_closed();
    }
}

#[tokio::test]
async fn two_cards_in_two_readers_are_used_at_the_same_time() {
    let plugged = PluggedIn::new("");
    let other = Plug::new(Slot::Second, bench::reader("vpcd", ""));
    Slot::Second.await_card(true);
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    let request = |slot: Slot| {
        let mut params = log_in();
        params["reader"] = json!(slot.name());
        bench.begin("authenticate", params)
    };
    // The certificates are read first.
    bench.person.will([Types("1234"), Types("1234")]);
    request(Slot::First).await.unwrap();
    request(Slot::Second).await.unwrap();
    bench.service.finish().await;
    let slow = Fault::Slow {
        delay: Duration::from_millis(200),
    };
    plugged.reader().arm(slow);
    let begin = Instant::now();
    bench.person.will([Types("1234")]);
    request(Slot::First).await.unwrap();
    let alone = begin.elapsed();
    bench.service.finish().await;

    other.reader.arm(slow);
    plugged.reader().clear_trace();
    bench.person.will([Types("1234"), Types("1234")]);
    let begin = Instant::now();
    let both = futures_util::future::join(request(Slot::First), request(Slot::Second)).await;
    let together = begin.elapsed();
    both.0.unwrap();
    both.1.unwrap();
    bench.service.finish().await;
    assert!(
        together < alone * 3 / 2,
        "one took {alone:?}, two took {together:?}"
    );
    bench.assert_closed();
}
