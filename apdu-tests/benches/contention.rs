//! Eight clients on one card at once: ours through one daemon, and as many of each peer, on the same card behind pcscd.
//!
//! Needs root, pcscd, vsmartcard-vpcd, OpenSC, and the daemon: `cargo build --release -p jpkid --features virtual-card`,
//! then `cargo bench -p apdu-tests --bench contention`. A number after `--` is that many log-ins of each client.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a measurement ends with what went wrong"
)]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use apdu_tests::bench::log_in;
use apdu_tests::pcscd::Slot;
use apdu_tests::{Daemon, PluggedIn};
use jpki_virtual_card::Event;
use myna_card::Pin;
use myna_card::ap::jpki::{JpkiAp, SignatureScheme};
use myna_card::transport::pcsc::{self, Sharing};

const CLIENTS: u32 = 8;
const LOGINS: u32 = 25;
const PIN: &str = "1234";
/// No card has such a four-digit PIN.
const LETTERED: &str = "12A4";

/// What the card saw of PINs.
#[derive(Default)]
struct Seen {
    pins: AtomicU32,
    refused: AtomicU32,
}

impl Seen {
    /// How many PINs since this was asked last, and how many of them were wrong.
    fn take(&self) -> (u32, u32) {
        let take = |count: &AtomicU32| count.swap(0, Ordering::Relaxed);
        (take(&self.pins), take(&self.refused))
    }
}

fn main() {
    let logins = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(LOGINS);
    let plugged = PluggedIn::new("");
    let seen = Arc::new(Seen::default());
    watch(&plugged, &seen);
    println!("{CLIENTS} clients at once, {logins} log-ins each, one card, the right PIN:");
    println!("| client | worked | PINs sent | tries burnt | seconds |");
    println!("|---|---|---|---|---|");
    report("jpkid", logins, &seen, || ours(logins));
    report("OpenSC (pkcs11-tool)", logins, &seen, || {
        theirs(logins, || opensc(PIN))
    });
    report("myna-card, shared", logins, &seen, || {
        theirs(logins, || myna_card(Sharing::Shared, PIN))
    });
    report("myna-card, exclusive", logins, &seen, || {
        theirs(logins, || myna_card(Sharing::Exclusive, PIN))
    });
    println!("\nA PIN with a letter, typed once:");
    println!("| client | PINs sent | tries burnt |");
    println!("|---|---|---|");
    let typed = |client, log_in: &dyn Fn()| {
        log_in();
        let (pins, refused) = seen.take();
        println!("| {client} | {pins} | {refused} |");
    };
    typed("jpkid", &ours_with_a_letter);
    typed("OpenSC (pkcs11-tool)", &|| assert!(!opensc(LETTERED)));
    typed("myna-card", &|| {
        assert!(!myna_card(Sharing::Shared, LETTERED));
    });
}

fn watch(plugged: &PluggedIn, seen: &Arc<Seen>) {
    let seen = Arc::clone(seen);
    plugged.reader().watch(move |event| {
        let Event::Exchange { command, answer } = event else {
            return;
        };
        // VERIFY with data; 63Cx says that it was wrong.
        if command.get(1) == Some(&0x20) && command.len() > 5 {
            seen.pins.fetch_add(1, Ordering::Relaxed);
            let refused = answer.is_ok_and(|answer| answer.first() == Some(&0x63));
            seen.refused.fetch_add(refused.into(), Ordering::Relaxed);
        }
    });
}

fn report(client: &str, logins: u32, seen: &Seen, log_in: impl FnOnce() -> u32) {
    let begin = Instant::now();
    let worked = log_in();
    let took = begin.elapsed().as_secs_f64();
    let (pins, refused) = seen.take();
    let all = CLIENTS * logins;
    println!("| {client} | {worked} of {all} | {pins} | {refused} | {took:.1} |");
}

#[tokio::main]
async fn ours(logins: u32) -> u32 {
    let daemon = Daemon::start();
    for _ in 0..CLIENTS * logins {
        daemon.person.will_type(&[PIN]);
    }
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = daemon.client().await;
        clients.push(tokio::spawn(async move {
            let mut worked = 0;
            for _ in 0..logins {
                worked += u32::from(client.call("authenticate", log_in()).await.is_ok());
            }
            worked
        }));
    }
    let mut worked = 0;
    for client in clients {
        worked += client.await.unwrap();
    }
    worked
}

/// The person closes the window that says what is wrong with it.
#[tokio::main]
async fn ours_with_a_letter() {
    let daemon = Daemon::start();
    daemon.person.will_type(&[LETTERED]);
    let mut client = daemon.client().await;
    client.call("authenticate", log_in()).await.unwrap_err();
}

/// As many threads of a peer, each of which logs in so often.
fn theirs(logins: u32, log_in: impl Fn() -> bool + Sync) -> u32 {
    let worked = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                for _ in 0..logins {
                    worked.fetch_add(log_in().into(), Ordering::Relaxed);
                }
            });
        }
    });
    worked.into_inner()
}

/// Signs with the authentication key.
fn opensc(pin: &str) -> bool {
    let place = tempfile::TempDir::new().unwrap();
    std::fs::write(place.path().join("input"), "a challenge").unwrap();
    let token = "JPKI (User Authentication PIN)";
    let signed = Command::new("pkcs11-tool")
        .args(["--token-label", token, "--login", "--pin", pin])
        .args(["--sign", "--id", "01", "--mechanism", "SHA256-RSA-PKCS"])
        .args(["--input-file", "input", "--output-file", "signature"])
        .current_dir(&place)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let length = std::fs::metadata(place.path().join("signature")).map_or(0, |file| file.len());
    signed.unwrap().success() && length == 256
}

/// Reads the certificate and signs with its key.
fn myna_card(sharing: Sharing, pin: &str) -> bool {
    let log_in = || -> myna_card::Result<_> {
        let mut card = pcsc::connect(Slot::First.name(), sharing)?;
        let mut applet = JpkiAp::select(&mut card)?;
        applet.read_auth_certificate()?;
        applet.verify_auth_pin(&Pin::new(pin)?)?;
        applet.sign_with_auth_key(SignatureScheme::Verbatim, b"a challenge")
    };
    log_in().is_ok_and(|signature: Vec<u8>| signature.len() == 256)
}
