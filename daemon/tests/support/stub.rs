//! A daemon without a card: the real server over a real socket, with answers made up by origin.

#![expect(dead_code, reason = "each test program uses its part")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails as a test fails"
)]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jpkid::ipc::methods::Session;
use jpkid::ipc::peer::Trust;
use jpkid::ipc::server::{ServerOptions, serve};
use jpkid::ipc::socket::{Listener, SocketError, SocketPlace};
use jpkid::ipc::{Asking, Call, ErrorCode, Event, Failure, Methods, Stage};
use jpkid::language::Language;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Answers by the origin's host: `slow` never, `fault` panics, `blocked` and `wrong` refuse, others get
/// a result that names the caller.
pub(crate) struct Stub {
    events: broadcast::Sender<Event>,
    begun: AtomicUsize,
    dropped: Arc<AtomicUsize>,
    sessions: Mutex<Vec<Weak<Kept>>>,
    certificate: String,
}

/// Counts how often it was told to forget.
#[derive(Debug, Default)]
pub(crate) struct Kept(AtomicUsize);

impl Session for Kept {
    fn forget(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct CountsItsDrop(Arc<AtomicUsize>);

impl Drop for CountsItsDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Methods for Stub {
    type Session = Kept;

    fn call(
        self: Arc<Self>,
        asking: Asking<Kept>,
        call: Call,
    ) -> BoxFuture<'static, Result<Value, Failure>> {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::SeqCst);
            let session = Arc::downgrade(&asking.session);
            self.sessions.lock().expect("no fault").push(session);
            let _guard = CountsItsDrop(Arc::clone(&self.dropped));
            match call {
                Call::Status(params) => Ok(status(params.validity)),
                Call::Authenticate(params) => match params.origin.as_str() {
                    "https://slow.example" => std::future::pending().await,
                    "https://fault.example" => panic!("a fault that a test asked for"),
                    "https://blocked.example" => {
                        Err(Failure::new(ErrorCode::PinBlocked).with_tries_left(0))
                    }
                    "https://wrong.example" => {
                        Err(Failure::new(ErrorCode::PinIncorrect).with_tries_left(2))
                    }
                    "https://long.example" => Ok(json!("x".repeat(70_000))),
                    _ => {
                        for stage in [Stage::WaitingForCard, Stage::WaitingForPin, Stage::Signing] {
                            asking.progress.tell(stage);
                        }
                        Ok(token(&asking))
                    }
                },
                Call::Certificate(_) => Ok(json!({
                    "certificate": self.certificate,
                    "supportedSignatureAlgorithms": [],
                })),
                Call::History(_) => Ok(json!({"enabled": false, "uses": []})),
                Call::Sign(params) => Ok(json!({
                    "signatures": params.hashes.values().iter().map(|_| "AQID").collect::<Vec<_>>(),
                    "certificate": self.certificate,
                    "signatureAlgorithm": {
                        "cryptoAlgorithm": "RSA",
                        "hashFunction": params.hashes.function().as_str(),
                        "paddingScheme": "PKCS1.5",
                    },
                })),
            }
        })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

fn status(with_validity: bool) -> Value {
    let dates = json!({"authentication": {
        "notBefore": "2026-06-30T15:00:00Z", "notAfter": "2031-07-01T14:59:59Z",
    }});
    json!({"version": "0.1.0", "readers": [
        {"name": "Reader 0", "card": {
            "kind": "my-number-card",
            "certificates": ["authentication", "signature"],
            "pins": {
                "authentication": {"state": "unverified", "triesLeft": 3},
                "signature": {"state": "blocked", "triesLeft": 0},
            },
            "validity": with_validity.then_some(dates),
        }},
        {"name": "Reader 1", "card": null},
    ]})
}

fn token(asking: &Asking<Kept>) -> Value {
    let (caller, forgotten) = (&asking.caller, asking.session.0.load(Ordering::SeqCst));
    json!({
        "unverifiedCertificate": "AQID", "algorithm": "RS256", "signature": "AQID",
        "format": "web-eid:1.0", "appVersion": "test", "caller": format!("{caller:?}"),
        "forgotten": forgotten,
    })
}

/// A server that runs until it is dropped.
pub(crate) struct StubDaemon {
    pub(crate) directory: tempfile::TempDir,
    stub: Arc<Stub>,
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl StubDaemon {
    pub(crate) fn start() -> Self {
        Self::start_trusting(Trust::default())
    }

    pub(crate) fn start_trusting(trust: Trust) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self::start_in(directory, trust)
    }

    pub(crate) fn start_in(directory: tempfile::TempDir, trust: Trust) -> Self {
        let stub = Arc::new(Stub {
            events: broadcast::channel(16).0,
            begun: AtomicUsize::new(0),
            dropped: Arc::default(),
            sessions: Mutex::default(),
            certificate: include_str!("../data/authentication.b64").trim().to_owned(),
        });
        let stop = CancellationToken::new();
        let place = SocketPlace::named(directory.path().join("jpkid.sock"));
        let (ready, wait) = std::sync::mpsc::channel();
        let thread = std::thread::spawn({
            let (stub, stop) = (Arc::clone(&stub), stop.clone());
            move || run(stub, place, trust, stop, &ready)
        });
        wait.recv().expect("the server listens");
        Self {
            directory,
            stub,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("jpkid.sock")
    }

    pub(crate) fn connect(&self) -> Wire {
        Wire::connect(&self.socket())
    }

    pub(crate) fn send_event(&self, event: Event) {
        self.stub.events.send(event).expect("somebody subscribed");
    }

    /// Waits until this many requests have begun.
    pub(crate) fn wait_for_begun(&self, count: usize) {
        wait_until(|| self.stub.begun.load(Ordering::SeqCst) == count);
    }

    /// Waits until this many requests have ended, by an answer or by being dropped.
    pub(crate) fn wait_for_dropped(&self, count: usize) {
        wait_until(|| self.stub.dropped.load(Ordering::SeqCst) == count);
    }

    /// Waits until nothing is kept any more of any connection that made a request.
    pub(crate) fn wait_for_sessions_to_end(&self) {
        let sessions = self.stub.sessions.lock().expect("no fault");
        assert!(!sessions.is_empty(), "a request was made");
        wait_until(|| sessions.iter().all(|session| session.strong_count() == 0));
    }

    pub(crate) fn begun(&self) -> usize {
        self.stub.begun.load(Ordering::SeqCst)
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends without a fault");
        }
    }
}

impl Drop for StubDaemon {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(
    stub: Arc<Stub>,
    place: SocketPlace,
    trust: Trust,
    stop: CancellationToken,
    ready: &std::sync::mpsc::Sender<()>,
) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let listener = bind(&place).await;
            ready.send(()).expect("the test waits");
            let options = ServerOptions {
                language: Language::English,
                trust,
                witness: None,
            };
            serve(listener, stub, options, stop).await;
        });
}

/// A child that another test is just starting holds a copy of an earlier server's lock until it runs its
/// own program.
async fn bind(place: &SocketPlace) -> Listener {
    for _ in 0..100 {
        match Listener::bind(place).await {
            Err(SocketError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            bound => return bound.expect("a socket"),
        }
    }
    panic!("the place is in use");
}

pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "it did not happen"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A client that writes bytes by itself, so that an error in the library's encoding cannot hide.
pub(crate) struct Wire(pub(crate) UnixStream);

impl Wire {
    pub(crate) fn connect(path: &Path) -> Self {
        let stream = UnixStream::connect(path).expect("the server listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .expect("a timeout");
        Self(stream)
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("the server reads");
    }

    pub(crate) fn send_text(&mut self, text: &str) {
        self.send_bytes(&frame(text.as_bytes()));
    }

    pub(crate) fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string());
    }

    pub(crate) fn ask(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let id = id.into();
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    }

    pub(crate) fn authenticate(&mut self, id: impl Into<Value>, host: &str) {
        self.ask(id, "authenticate", authenticate_params(host));
    }

    pub(crate) fn receive(&mut self) -> Value {
        read_frame(&mut self.0).expect("an answer")
    }

    /// Whether the server has closed its end, with nothing more to read.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.0.read(&mut [0; 1]), Ok(0)) || self.reset()
    }

    fn reset(&mut self) -> bool {
        self.0
            .read(&mut [0; 1])
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
    }
}

pub(crate) fn authenticate_params(host: &str) -> Value {
    json!({"challengeNonce": "n".repeat(44), "origin": format!("https://{host}.example")})
}

pub(crate) fn frame(content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short");
    [&length.to_ne_bytes()[..], content].concat()
}

pub(crate) fn read_frame(stream: &mut impl Read) -> std::io::Result<Value> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut content = vec![0; usize::try_from(u32::from_ne_bytes(length)).expect("fits")];
    assert!(content.len() <= 65_536, "no frame is longer than 64 KiB");
    stream.read_exact(&mut content)?;
    Ok(serde_json::from_slice(&content).expect("JSON"))
}

/// Copies a program by another process: one that this process had open for writing could not be started
/// while another test's child still holds the file ("text file busy").
pub(crate) fn copy_program(source: &Path, target: &Path) {
    let copied = std::process::Command::new("install")
        .args(["-m", "700"])
        .args([source, target])
        .status();
    assert!(copied.expect("install runs").success());
}

/// Puts a shell script at `target`.
pub(crate) fn write_script(target: &Path, script: &str) {
    let text = target.with_extension("text");
    std::fs::write(&text, script).expect("written");
    copy_program(&text, target);
}
