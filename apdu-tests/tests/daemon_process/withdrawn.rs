//! A page that goes takes its window and its request with it, at once.

use std::thread;
use std::time::{Duration, Instant};

use apdu_tests::bench::log_in;
use apdu_tests::{Daemon, Port};
use serde_json::json;

/// Within which nothing of a withdrawn request is left.
const SOON: Duration = Duration::from_secs(1);

fn await_windows(daemon: &Daemon, count: usize, within: Duration) {
    let begin = Instant::now();
    while daemon.person.open_windows() != count {
        assert!(
            begin.elapsed() < within,
            "not {count} windows:\n{}",
            daemon.log()
        );
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_page_that_cancels_or_goes_leaves_no_window_and_the_card_free_within_a_second() {
    let daemon = Daemon::start_with_virtual_card();
    for cancels in [true, false] {
        let mut port = Port::open(&daemon);
        daemon.person.will_wait();
        let asked = daemon.person.times_told("GETPIN");
        port.send(1, "authenticate", log_in());
        await_windows(&daemon, 1, Duration::from_secs(10));
        while daemon.person.times_told("GETPIN") == asked {
            thread::sleep(Duration::from_millis(5));
        }
        if cancels {
            port.send(2, "cancel", json!({"id": 1}));
        } else {
            drop(port);
        }
        await_windows(&daemon, 0, SOON);

        let mut next = Port::open(&daemon);
        daemon.person.will_type(&["1234"]);
        let token = next.call(1, "authenticate", log_in());
        assert_eq!(token["format"], "web-eid:1.0");
    }
}
