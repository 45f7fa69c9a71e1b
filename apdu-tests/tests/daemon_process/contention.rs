//! Many clients at once, and another program that uses the same card all the while.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    // 543 runs were measured, with one in vain.
    let logins = u32::try_from(CLIENTS * LOGINS).unwrap();
    assert!(
        runs >= logins / 10,
        "OpenSC ran {runs} times: too seldom to disturb anybody"
    );
    let in_vain = u32::try_from(failures.len()).unwrap();
    assert!(
        in_vain <= runs / 10,
        "OpenSC failed {in_vain} times in {runs} runs: it is starved"
    );
    for log in &failures {
        assert!(let_go_of_its_applet(log), "OpenSC failed:\n{log}");
    }
    let left = plugged.reader().inspect(|card| {
        (
            card.tries_left(PinReference::Authentication),
            card.is_verified(PinReference::Authentication),
        )
    });
    assert_eq!(left, Some((3, false)));
}

/// OpenSC, which reads a certificate over and over.
struct OpenSc {
    ended: Arc<AtomicBool>,
    thread: thread::JoinHandle<(u32, Vec<String>)>,
}

impl OpenSc {
    fn start() -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = thread::spawn(move || {
            let (mut runs, mut failures) = (0, Vec::new());
            while !end.load(Ordering::Relaxed) {
                let run = Command::new("pkcs15-tool")
                    .args(["--reader", Slot::First.name(), "--read-certificate", "01"])
                    // It then tells each command and each time that it takes the card or lets go of it.
                    .env("OPENSC_DEBUG", "6")
                    .output()
                    .unwrap();
                if !run.status.success() {
                    failures.push(String::from_utf8_lossy(&run.stderr).into_owned());
                }
                runs += 1;
            }
            (runs, failures)
        });
        Self { ended, thread }
    }

    /// How often it ran, and what it told when it was in vain.
    fn stop(self) -> (u32, Vec<String>) {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Whether a run failed by its own doing: it selected the applet, let go of the card, took it again, and believed the
/// applet still selected. In that gap another program may select what it likes, and ours does.
fn let_go_of_its_applet(log: &str) -> bool {
    const APPLET: &str = "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01";
    let (mut selected, mut gap, mut command, mut lost) = (false, false, "", false);
    let mut lines = log.lines();
    while let Some(line) = lines.next() {
        if line.ends_with("pcsc_lock: called") {
            gap = selected;
        } else if line.starts_with("Outgoing APDU") {
            command = lines.next().unwrap_or_default();
        } else if line.starts_with("Incoming APDU") {
            let refused = lines
                .next()
                .is_some_and(|answer| answer.starts_with("6A 82") || answer.starts_with("69 86"));
            if command.starts_with(APPLET) {
                (selected, gap) = (!refused, false);
            }
            lost = gap && refused;
        }
    }
    // The last command is what it failed at.
    lost
}
