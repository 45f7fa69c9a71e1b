//! The native messaging host as a process, as a browser starts it.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

#[path = "support/stub.rs"]
mod stub;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jpkid::ipc::peer::Trust;
use serde_json::{Value, json};
use stub::{StubDaemon, authenticate_params, frame, read_frame};

const EXTENSION: &str = "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/";

/// A started host; what it writes is read as a browser reads it.
struct Host(Child);

impl Host {
    fn start(program: &Path, socket: &Path) -> Self {
        Self(
            Command::new(program)
                .arg(EXTENSION)
                .env("JPKID_SOCKET", socket)
                .env("JPKID_CONFIG", "/nonexistent")
                .env("LC_ALL", "en_US.UTF-8")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the host starts"),
        )
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.0.stdin.as_mut().expect("open");
        stdin
            .write_all(bytes)
            .and_then(|()| stdin.flush())
            .expect("the host reads");
    }

    fn ask(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let id = id.into();
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.send_bytes(&frame(request.to_string().as_bytes()));
    }

    fn receive(&mut self) -> Value {
        read_frame(self.0.stdout.as_mut().expect("open")).expect("an answer")
    }

    /// Closes its input, waits for its end, and returns what it had still written.
    fn finish(mut self) -> (bool, Vec<u8>) {
        drop(self.0.stdin.take());
        let mut rest = Vec::new();
        let mut stdout = self.0.stdout.take().expect("open");
        stdout.read_to_end(&mut rest).expect("read");
        (self.0.wait().expect("it ends").success(), rest)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn built_host() -> PathBuf {
    env!("CARGO_BIN_EXE_jpkid-native-host").into()
}

/// A copy with no daemon beside it, or the program that is put there.
fn host_alone(directory: &Path) -> PathBuf {
    let host = directory.join("jpkid-native-host");
    stub::copy_program(&built_host(), &host);
    host
}

#[test]
fn frames_pass_both_ways_and_nothing_else_is_written() {
    let daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.ask("a", "status", json!({}));
    assert_eq!(host.receive()["result"]["version"], "0.1.0");
    host.ask(7, "authenticate", authenticate_params("wrong"));
    let answer = host.receive();
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["error"]["data"]["triesLeft"], 2);
    host.send_bytes(&frame(b"not json"));
    assert_eq!(host.receive()["error"]["code"], -32700);
    assert_eq!(host.finish(), (true, Vec::new()));
}

#[test]
fn requests_run_side_by_side_and_can_be_cancelled() {
    let daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.ask(1, "authenticate", authenticate_params("slow"));
    daemon.wait_for_begun(1);
    host.ask(2, "cancel", json!({"id": 1}));
    let answers = [host.receive(), host.receive()];
    let cancelled = answers
        .iter()
        .find(|answer| answer["id"] == 1)
        .expect("answered");
    assert_eq!(cancelled["error"]["data"]["code"], "user_cancelled");
}

#[test]
fn when_the_browser_closes_the_pending_request_ends_too() {
    let daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.ask(1, "authenticate", authenticate_params("slow"));
    daemon.wait_for_begun(1);
    assert_eq!(host.finish(), (true, Vec::new()));
    daemon.wait_for_dropped(1);
}

#[test]
fn when_the_browser_kills_the_host_the_pending_request_ends_too() {
    let daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.ask(1, "authenticate", authenticate_params("slow"));
    daemon.wait_for_begun(1);
    drop(host);
    daemon.wait_for_dropped(1);
}

#[test]
fn a_frame_that_is_too_long_is_answered_and_the_host_goes_on() {
    let daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.send_bytes(&frame(&vec![b' '; 70_000]));
    let answer = host.receive();
    assert_eq!(answer["id"], json!(null));
    assert_eq!(answer["error"]["data"]["code"], "message_too_large");
    host.ask(1, "status", json!({}));
    assert_eq!(host.receive()["id"], 1);
    host.send_bytes(&u32::MAX.to_ne_bytes());
    assert_eq!(host.receive()["error"]["data"]["code"], "message_too_large");
    let (success, rest) = host.finish();
    assert!(!success && rest.is_empty(), "a lying length ends the host");
}

#[test]
fn without_a_daemon_each_request_is_answered_no_service() {
    let directory = tempfile::tempdir().expect("a directory");
    let host = host_alone(directory.path());
    let mut host = Host::start(&host, &directory.path().join("jpkid.sock"));
    for id in [json!(1), json!("two")] {
        host.ask(id.clone(), "status", json!({"lang": "ja"}));
        let answer = host.receive();
        assert_eq!(answer["id"], id);
        assert_eq!(answer["error"]["data"]["code"], "no_service");
        assert_eq!(answer["error"]["data"]["missing"], "daemon");
        let advice = answer["error"]["data"]["advice"].as_str().expect("advice");
        assert!(advice.ends_with('。'), "{advice}");
    }
    host.send_bytes(&frame(b"not json"));
    assert_eq!(host.receive()["id"], json!(null));
    assert_eq!(host.finish(), (true, Vec::new()));
}

#[test]
fn when_the_daemon_goes_away_the_pending_request_is_answered_and_the_next_one_reconnects() {
    let mut daemon = StubDaemon::start();
    let mut host = Host::start(&built_host(), &daemon.socket());
    host.ask(1, "authenticate", authenticate_params("slow"));
    daemon.wait_for_begun(1);
    daemon.stop();
    let answer = host.receive();
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["error"]["data"]["code"], "no_service");
    assert_eq!(answer["error"]["data"]["missing"], "daemon");

    let directory = std::mem::replace(
        &mut daemon.directory,
        tempfile::tempdir().expect("a directory"),
    );
    let again = StubDaemon::start_in(directory, Trust::default());
    host.ask(2, "status", json!({}));
    assert_eq!(host.receive()["result"]["version"], "0.1.0");
    drop(again);
}

#[test]
fn a_daemon_that_dies_without_a_word_leaves_no_request_unanswered() {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("jpkid.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let host = host_alone(directory.path());
    let mut host = Host::start(&host, &socket);
    host.ask(1, "status", json!({}));
    let (mut stream, _) = listener.accept().expect("the host connects");
    let introduction = read_frame(&mut stream).expect("a frame");
    assert_eq!(
        introduction,
        json!({"jsonrpc": "2.0", "method": "introduce", "params": {"startedBy": EXTENSION}})
    );
    assert_eq!(read_frame(&mut stream).expect("a frame")["id"], 1);
    drop((stream, listener));
    let answer = host.receive();
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["error"]["data"]["code"], "no_service");
    assert_eq!(answer["error"]["data"]["missing"], "daemon");
}

#[test]
fn only_under_a_browser_does_the_host_speak_for_one() {
    // A shell with a browser's name takes the browser's part; it waits, so it stays the host's parent.
    let directory = tempfile::tempdir().expect("a directory");
    let host = built_host().canonicalize().expect("a path");
    let daemon = StubDaemon::start_trusting(Trust {
        native_host: Some(host.clone()),
        extension_ids: Vec::new(),
    });
    for (name, speaks_for_browser) in [("chromium", true), ("shell", false)] {
        let shell = directory.path().join(name);
        stub::copy_program(Path::new("/bin/sh"), &shell);
        let mut child = Command::new(&shell)
            .args(["-c", "\"$0\" \"$1\"; exit $?"])
            .arg(&host)
            .arg(EXTENSION)
            .env("JPKID_SOCKET", daemon.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the shell starts");
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "authenticate",
            "params": authenticate_params("quick")});
        let stdin = child.stdin.as_mut().expect("open");
        stdin
            .write_all(&frame(request.to_string().as_bytes()))
            .expect("sent");
        let answer = read_frame(child.stdout.as_mut().expect("open")).expect("an answer");
        let caller = answer["result"]["caller"]
            .as_str()
            .expect("a caller")
            .to_owned();
        assert_eq!(caller.contains("Browser"), speaks_for_browser, "{caller}");
        assert!(caller.contains(shell.to_str().expect("text")), "{caller}");
        drop(child.stdin.take());
        child.wait().expect("it ends");
    }
}

/// What `jpkid` is in the test below: this test program, started again by a script of that name.
#[test]
fn a_stub_in_the_daemons_place_serves_for_a_moment() {
    if let Some(directory) = std::env::var_os("JPKID_TEST_DAEMON_FOR") {
        let socket = std::env::var_os("JPKID_SOCKET").expect("the starter's socket");
        let daemon = StubDaemon::start();
        fs::rename(daemon.socket(), &socket).expect("moved to where it is looked for");
        let stop = PathBuf::from(directory).join("stop");
        stub::wait_until(|| stop.exists());
    }
}

#[test]
fn the_host_starts_the_daemon_beside_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let host = host_alone(directory.path());
    let daemon = directory.path().join("jpkid");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = serve ] || exit 2\nexport JPKID_TEST_DAEMON_FOR='{}'\n\
         exec '{}' --exact a_stub_in_the_daemons_place_serves_for_a_moment\n",
        directory.path().display(),
        std::env::current_exe()
            .expect("the test's own program")
            .display(),
    );
    stub::write_script(&daemon, &script);
    let mut host = Host::start(&host, &directory.path().join("jpkid.sock"));
    host.ask(1, "status", json!({}));
    assert_eq!(host.receive()["result"]["version"], "0.1.0");
    assert_eq!(host.finish(), (true, Vec::new()));
    fs::write(directory.path().join("stop"), "").expect("written");
    std::thread::sleep(Duration::from_millis(20));
}
