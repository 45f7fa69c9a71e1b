//! The daemon, the system's smart card service and the card: what holds in one process holds through pcscd as well.
//!
//! Needs root (pcscd's socket), pcscd, vsmartcard-vpcd and openssl. There is one pcscd on a machine and vpcd has one
//! first slot, so whoever plugs a card in holds the lock file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test ends with what went wrong"
)]

use std::fs::{self, File};
use std::net::ToSocketAddrs as _;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use apdu_tests::bench::{NONCE, reader};
use apdu_tests::person::Reply::{Cancels, Types};
use apdu_tests::trace::show;
use apdu_tests::{Bench, ORIGIN, proof};
use jpki_virtual_card::{VirtualReader, vpcd};
use jpkid::card::pcsc::PcscReaders;
use jpkid::card::{CardSource as _, Reader};
use jpkid::ipc::{Change, ErrorCode, Event, Methods as _};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::time::timeout;

/// Whoever uses pcscd on this machine for a test locks this file.
const LOCK: &str = "/tmp/jpkid-pcscd.lock";
const PCSCD_SOCKET: &str = "/run/pcscd/pcscd.comm";
/// vpcd's first slot, as pcscd names it.
const SLOT: &str = "Virtual PCD 00 00";
/// For what takes a moment.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_whole_login_works_through_the_systems_smart_card_service() {
    let _lock = lock();
    let pcscd = Pcscd::start();
    let plug = Plug::new(reader("vpcd", ""));
    let bench = Bench::over(PcscReaders::default(), plug.reader.clone(), []);
    await_card(true);
    logins_cost_what_they_cost_in_one_process(&bench).await;
    openssl_verifies_what_leaves(&bench).await;
    no_other_client_can_sign(&bench).await;
    a_card_taken_out_is_told(&bench).await;
    a_service_that_stops_is_told_and_found_again(&bench, pcscd).await;
}

async fn logins_cost_what_they_cost_in_one_process(bench: &Bench) {
    for cost in [14, 5, 5] {
        bench.reader.clear_trace();
        bench.person.will([Types("1234")]);
        bench.log_in().await.unwrap();
        let trace = bench.trace();
        assert_eq!(trace.len(), cost, "\n{}", show(&trace));
        bench.assert_closed();
    }
    bench.person.will([Types("9999"), Cancels]);
    assert_eq!(
        bench.log_in().await.unwrap_err().code(),
        ErrorCode::PinIncorrect
    );
    assert_eq!(bench.tries(), (2, 5));
    bench.assert_closed();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.tries(), (3, 5));
}

async fn openssl_verifies_what_leaves(bench: &Bench) {
    bench.person.will([Types("1234"), Types("ABC123")]);
    let token = bench.log_in().await.unwrap();
    let signed = [Sha256::digest(ORIGIN), Sha256::digest(NONCE)].concat();
    assert_verified(
        &token["unverifiedCertificate"],
        &token["signature"],
        &signed,
    );

    let document = b"a document";
    let hash = base64(&Sha256::digest(document));
    let params = serde_json::json!({"hash": hash, "hashFunction": "SHA-256", "origin": ORIGIN});
    let answer = bench.call("sign", params).await.unwrap();
    assert_verified(&answer["certificate"], &answer["signatures"][0], document);
}

/// `openssl dgst -verify` with the certificate's key.
fn assert_verified(certificate: &Value, signature: &Value, message: &[u8]) {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("certificate", &proof::bytes(certificate));
    write("signature", &proof::bytes(signature));
    write("message", message);
    let openssl = |arguments: &str| {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(directory.path())
            .output()
            .expect("openssl must be installed (Debian: openssl)");
        String::from_utf8(output.stdout).unwrap()
    };
    openssl("x509 -inform DER -in certificate -noout -pubkey -out key");
    let verdict = openssl("dgst -sha256 -verify key -signature signature message");
    assert_eq!(verdict, "Verified OK\n");
}

async fn no_other_client_can_sign(bench: &Bench) {
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    let mut card = PcscReaders::default().connect(SLOT).unwrap();
    let mut transaction = card.begin().unwrap();
    let sign = [0x80, 0x2A, 0x00, 0x97, 0x01, 0x00, 0x00];
    let select = [
        0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
    ];
    assert_ne!(transaction.transmit(&sign).unwrap()[..], [0x90, 0x00]);
    assert_eq!(transaction.transmit(&select).unwrap()[..], [0x90, 0x00]);
    assert_eq!(transaction.transmit(&sign).unwrap()[..], [0x69, 0x82]);
}

async fn a_card_taken_out_is_told(bench: &Bench) {
    let mut events = bench.service.events();
    let card = bench.reader.remove().unwrap();
    await_card(false);
    assert_eq!(bench.log_in().await.unwrap_err().code(), ErrorCode::NoCard);
    bench.reader.insert(card);
    await_card(true);
    for change in [Change::Removed, Change::Inserted] {
        let event = timeout(PATIENCE, events.recv())
            .await
            .expect("an event")
            .unwrap();
        assert_eq!(
            event,
            Event::Card {
                change,
                reader: SLOT.to_owned()
            }
        );
    }
    bench.reader.clear_trace();
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    assert_eq!(bench.trace().len(), 14, "\n{}", show(&bench.trace()));
}

async fn a_service_that_stops_is_told_and_found_again(bench: &Bench, pcscd: Pcscd) {
    let Pcscd(Some(process)) = pcscd else {
        // Somebody else's pcscd is not ours to end.
        return;
    };
    drop(process);
    for answer in [
        bench.log_in().await,
        bench.sign(1).await,
        bench.status().await,
    ] {
        assert_eq!(answer.unwrap_err().code(), ErrorCode::NoService);
    }
    let _pcscd = Pcscd::start();
    await_card(true);
    bench.person.will([Types("1234")]);
    bench.log_in().await.unwrap();
    bench.assert_closed();
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn lock() -> File {
    let lock = File::create(LOCK).expect("the lock file can be made");
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    lock
}

/// The card lies in vpcd's first slot, as far as pcscd knows, or does not.
fn await_card(there: bool) {
    let in_slot = |reader: &Reader| reader.name == SLOT && reader.insertion.is_some();
    await_that("pcscd notices the card", || {
        PcscReaders::default()
            .readers()
            .is_ok_and(|readers| readers.iter().any(in_slot) == there)
    });
}

fn await_that(what: &str, mut happens: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happens() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The pcscd that this test started; none where one ran before.
struct Pcscd(Option<Process>);

impl Pcscd {
    fn start() -> Self {
        let listens = || UnixStream::connect(PCSCD_SOCKET).is_ok();
        let running = listens();
        let started = (!running).then(|| {
            let started = Command::new("pcscd")
                .arg("--foreground")
                .stdin(Stdio::null())
                .spawn();
            Process(
                started
                    .expect("pcscd must be installed (Debian: pcscd), and this test run as root"),
            )
        });
        await_that("pcscd listens", listens);
        Self(started)
    }
}

/// A program that is ended with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).ok();
        self.0.wait().ok();
    }
}

/// Puts a reader's card into vpcd, and again whenever it or pcscd comes back.
struct Plug {
    reader: VirtualReader,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Plug {
    fn new(reader: VirtualReader) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let (its_reader, its_end) = (reader.clone(), Arc::clone(&ended));
        let address = vpcd::DEFAULT_ADDRESS
            .to_socket_addrs()
            .unwrap()
            .next()
            .unwrap();
        let thread = thread::spawn(move || {
            while !its_end.load(Ordering::SeqCst) {
                if its_reader.insertion().is_some() {
                    // It ends with the card or with pcscd, and both come back.
                    vpcd::plug(address, &its_reader, drop).ok();
                    its_reader.power_off();
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        Self {
            reader,
            ended,
            thread: Some(thread),
        }
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        self.reader.remove();
        // pcscd asks for the ATR within half a second, and learns that there is none.
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
