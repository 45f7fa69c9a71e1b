//! The daemon as a process of its own, over the system's smart card service.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jpkid::ipc::client::Client;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::pcscd::PATIENCE;
use crate::pinentry::ScriptedPinentry;

/// A daemon with a socket, settings and a history of its own.
#[derive(Debug)]
pub struct Daemon {
    place: TempDir,
    /// Who answers its windows.
    pub person: ScriptedPinentry,
    process: Child,
    surroundings: Surroundings,
}

/// Where its cards come from.
#[derive(Debug, Default)]
struct Surroundings {
    arguments: &'static [&'static str],
    /// The socket of the smart card service, if it is not the system's.
    service: Option<PathBuf>,
}

impl Daemon {
    /// Starts it and waits until it listens.
    #[must_use]
    pub fn start() -> Self {
        Self::start_in(Surroundings::default())
    }

    /// The same with another socket in place of the smart card service's.
    #[must_use]
    pub fn start_over(service: PathBuf) -> Self {
        Self::start_in(Surroundings {
            service: Some(service),
            ..Surroundings::default()
        })
    }

    /// The same with a software card in the daemon's own process, in place of the system's readers.
    #[must_use]
    pub fn start_with_virtual_card() -> Self {
        Self::start_in(Surroundings {
            arguments: &["--virtual-card", "adult"],
            ..Surroundings::default()
        })
    }

    fn start_in(surroundings: Surroundings) -> Self {
        let place = TempDir::new().expect("a directory");
        fs::write(
            place.path().join("config.toml"),
            "cancelled_wait_seconds = 0\n",
        )
        .expect("the settings can be written");
        // A browser is known by its program's file name. Written by another process: a file that this one had open for
        // writing cannot be started while another test's child still holds it.
        let copied = Command::new("install")
            .arg("/bin/bash")
            .arg(place.path().join("chromium"))
            .status();
        assert!(copied.expect("install runs").success());
        let person = ScriptedPinentry::typing(&[]);
        let process = spawn(place.path(), &person, &surroundings);
        let daemon = Self {
            place,
            person,
            process,
            surroundings,
        };
        daemon.await_listening();
        daemon
    }

    /// Ends it as `kill -9` does, in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }

    /// Lets it stand still until [`Daemon::go_on`].
    pub fn stand_still(&self) {
        self.signal(Signal::STOP);
    }

    /// Ends what [`Daemon::stand_still`] began.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).expect("the daemon runs");
    }

    /// Ends it as systemd does, and waits for that.
    pub fn terminate(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Starts it again after [`Daemon::kill`].
    pub fn start_again(&mut self) {
        self.process = spawn(self.place.path(), &self.person, &self.surroundings);
        self.await_listening();
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.place.path().join("jpkid.sock")
    }

    /// A program that it takes for a browser: a shell.
    #[must_use]
    pub fn browser(&self) -> PathBuf {
        self.place.path().join("chromium")
    }

    /// What it wrote to standard error.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.place.path().join("log")).unwrap_or_default()
    }

    /// Connects to it.
    pub async fn client(&self) -> Client {
        Client::connect(&self.socket())
            .await
            .expect("the daemon listens")
    }

    fn await_listening(&self) {
        let start = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            assert!(start.elapsed() < PATIENCE, "no daemon:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(place: &Path, person: &ScriptedPinentry, surroundings: &Surroundings) -> Child {
    let log = fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(place.join("log"))
        .expect("the log can be written");
    let service = surroundings.service.iter();
    Command::new(program("jpkid"))
        .arg("serve")
        .args(surroundings.arguments)
        .envs(service.map(|socket| ("PCSCLITE_CSOCK_NAME", socket)))
        .env("JPKI_VIRTUAL_CARD_CACHE", place.join("keys"))
        .env("JPKID_SOCKET", place.join("jpkid.sock"))
        .env("JPKID_CONFIG", place.join("config.toml"))
        .env("JPKID_PINENTRY", person.program())
        .env("XDG_STATE_HOME", place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the daemon starts")
}

/// A program of this workspace, which was built beside the test.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let built = test.ancestors().nth(2).expect("target/PROFILE/deps/test");
    let program = built.join(name);
    assert!(
        program.exists(),
        "{} is missing: cargo build -p {name}",
        program.display()
    );
    program
}
