//! The service stands still for a while, as in a machine that sleeps. The daemon does in `daemon_process`.

use std::time::{Duration, Instant};

use apdu_tests::bench::log_in;
use apdu_tests::pcscd::Slot;
use apdu_tests::person::Reply::Types;
use apdu_tests::{Bench, PluggedIn};
use jpki_virtual_card::Fault;
use jpkid::card::pcsc::PcscReaders;

/// No person should wait longer, once all goes on.
const IN_TIME: Duration = Duration::from_secs(2);
const ASLEEP: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn a_log_in_during_which_the_service_stands_still_ends_well_and_costs_no_try() {
    let plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    bench.person.will_only([Types("1234")]);
    bench.log_in().await.unwrap();
    // Of the five commands of a later log-in: while each is under way.
    for nth in 0..5 {
        bench.reader.clear_trace();
        bench.reader.arm(Fault::Slow {
            delay: Duration::from_millis(50),
        });
        bench.person.will_only([Types("1234")]);
        let request = tokio::spawn(bench.begin("authenticate", log_in()));
        while bench.trace().len() < nth {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        plugged.pcscd.stand_still();
        tokio::time::sleep(ASLEEP).await;
        plugged.pcscd.go_on();
        let begin = Instant::now();
        request.await.unwrap().unwrap();
        assert!(begin.elapsed() < IN_TIME, "{nth}: {:?}", begin.elapsed());
        bench.service.finish().await;
        assert_eq!((bench.pins_sent(), bench.tries()), (1, (3, 5)), "{nth}");
        bench.assert_closed();
        bench.reader.heal();
    }
}

#[tokio::test]
async fn a_card_that_lost_its_power_while_the_machine_slept_is_opened_anew() {
    let plugged = PluggedIn::new("");
    let bench = Bench::over(PcscReaders::default(), plugged.reader().clone(), []);
    let (tell, reply) = apdu_tests::Reply::when_told(Types("1234"));
    bench.person.will([reply]);
    let request = tokio::spawn(bench.begin("authenticate", log_in()));
    bench.person.sees(1).await;
    bench.service.finish().await;
    plugged.pcscd.stand_still();
    bench.reader.power_off();
    tokio::time::sleep(ASLEEP).await;
    plugged.pcscd.go_on();
    tell.send(()).unwrap();
    request.await.unwrap().unwrap();
    bench.service.finish().await;
    assert_eq!((bench.pins_sent(), bench.tries()), (1, (3, 5)));
    bench.assert_closed();
    assert!(Slot::First.holds_a_card());
}
