//! The daemon stands still for a while, as in a machine that sleeps.

use std::thread;
use std::time::{Duration, Instant};

use apdu_tests::bench::{log_in, sign};
use apdu_tests::pcscd::PATIENCE;
use apdu_tests::trace::pins_sent;
use apdu_tests::{Daemon, ORIGIN, PluggedIn, Port};
use jpki_virtual_card::PinReference;
use serde_json::json;

/// No person should wait longer, once all goes on.
const IN_TIME: Duration = Duration::from_secs(2);
const ASLEEP: Duration = Duration::from_millis(1500);
/// Longer than a password may wait.
const ASLEEP_FOR_LONG: Duration = Duration::from_secs(31);

#[tokio::test]
async fn a_pin_typed_while_the_daemon_stands_still_is_sent_once_when_it_goes_on() {
    let plugged = PluggedIn::new("");
    let daemon = Daemon::start();
    daemon.person.will_type_when_told("1234");
    let mut client = daemon.client().await;
    let request = tokio::spawn(async move { client.call("authenticate", log_in()).await });
    let begin = Instant::now();
    while daemon.person.times_told("GETPIN") == 0 {
        assert!(begin.elapsed() < PATIENCE, "no window:\n{}", daemon.log());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    daemon.stand_still();
    daemon.person.type_now();
    tokio::time::sleep(ASLEEP).await;
    assert_eq!(pins_sent(&plugged.reader().trace()), 0);
    assert!(!request.is_finished());
    daemon.go_on();
    let begin = Instant::now();
    request.await.unwrap().unwrap();
    assert!(begin.elapsed() < IN_TIME, "{:?}", begin.elapsed());
    assert_eq!(pins_sent(&plugged.reader().trace()), 1);
    let left = || {
        plugged.reader().inspect(|card| {
            let pin = PinReference::Authentication;
            (card.tries_left(pin), card.is_verified(pin))
        })
    };
    // The answer goes out before the card is closed.
    while left() != Some((3, false)) {
        assert!(begin.elapsed() < IN_TIME, "{:?}", left());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_password_that_waited_while_the_daemon_stood_still_for_long_is_asked_for_again() {
    let daemon = Daemon::start_with_virtual_card();
    let mut port = Port::open(&daemon);
    daemon.person.will_type(&["ABC123"]);
    let holding = json!({"kind": "signature", "origin": ORIGIN, "hold": true});
    let answer = port.call(1, "certificate", holding);
    assert_eq!(answer["heldSeconds"], 30, "{}", daemon.log());
    daemon.stand_still();
    thread::sleep(ASLEEP_FOR_LONG);
    let mut params = sign(1);
    params["certificate"] = answer["certificate"].clone();
    daemon.person.will_type(&["ABC123"]);
    daemon.go_on();
    assert!(port.call(2, "sign", params)["signatures"].is_array());
    let told = |command| daemon.person.times_told(command);
    assert_eq!((told("GETPIN"), told("CONFIRM")), (2, 0));
}
