//! Many clients at once, and another program that uses the same card all the while.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use apdu_tests::bench::log_in;
use apdu_tests::pcscd::Slot;
use apdu_tests::{Daemon, PluggedIn};
use jpki_virtual_card::PinReference;

const CLIENTS: usize = 8;
const LOGINS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn eight_hundred_logins_of_eight_clients_work_while_opensc_loops_on_the_card() {
    let plugged = PluggedIn::new("");
    let daemon = Daemon::start();
    daemon.person.will_type(&["1234"; CLIENTS * LOGINS]);
    let opensc = OpenSc::start();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = daemon.client().await;
        clients.push(tokio::spawn(async move {
            let mut refused = Vec::new();
            for _ in 0..LOGINS {
                if let Err(error) = client.call("authenticate", log_in()).await {
                    refused.push(error.to_string());
                }
            }
            refused
        }));
    }
    let mut refused = Vec::new();
    for client in clients {
        refused.extend(client.await.unwrap());
    }
    let (runs, failures) = opensc.stop();
    assert!(refused.is_empty(), "{} of 800: {refused:?}", refused.len());
    assert!(
        runs >= 10,
        "OpenSC ran {runs} times: too seldom to disturb anybody"
    );
    // It lets go of the card between its own commands, so now and then another program's SELECT falls between two.
    assert!(
        failures * 20 < runs,
        "{failures} of OpenSC's {runs} runs failed: ours starve theirs"
    );
    let left = plugged.reader().inspect(|card| {
        (
            card.tries_left(PinReference::Authentication),
            card.is_verified(PinReference::Authentication),
        )
    });
    assert_eq!(left, Some((3, false)));
}

/// OpenSC, which lists the card's certificates over and over.
struct OpenSc {
    ended: Arc<AtomicBool>,
    failures: Arc<AtomicU32>,
    thread: thread::JoinHandle<u32>,
}

impl OpenSc {
    fn start() -> Self {
        let (ended, failures) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let (end, failed) = (Arc::clone(&ended), Arc::clone(&failures));
        let thread = thread::spawn(move || {
            let mut runs = 0;
            while !end.load(Ordering::Relaxed) {
                let run = Command::new("pkcs15-tool")
                    .args(["--reader", Slot::First.name(), "--read-certificate", "01"])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                failed.fetch_add(u32::from(!run.success()), Ordering::Relaxed);
                runs += 1;
            }
            runs
        });
        Self {
            ended,
            failures,
            thread,
        }
    }

    /// How often it ran, and how often in vain.
    fn stop(self) -> (u32, u32) {
        self.ended.store(true, Ordering::Relaxed);
        let runs = self.thread.join().unwrap();
        (runs, self.failures.load(Ordering::Relaxed))
    }
}
