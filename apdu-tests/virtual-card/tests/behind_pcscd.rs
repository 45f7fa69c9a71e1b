//! The card behind pcscd, judged by OpenSC and OpenSSL: somebody else's code sees a JPKI card.
//!
//! Needs root (pcscd's socket), pcscd, vsmartcard-vpcd, opensc and openssl. There is one pcscd on a machine and vpcd
//! has one first slot, so whoever plugs a card in holds the lock file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jpki_virtual_card::{Profile, VirtualCard, vpcd};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Whoever uses pcscd on this machine for a test locks this file.
const LOCK: &str = "/tmp/jpkid-pcscd.lock";
const PCSCD_SOCKET: &str = "/run/pcscd/pcscd.comm";
/// For what takes a moment.
const PATIENCE: Duration = Duration::from_secs(20);
/// The seed of this card, here and in the program under test.
const SEED: &str = "card";

/// pcscd with the card in its first virtual slot. Fields are dropped in this order.
struct PluggedIn {
    card: Process,
    _pcscd: Option<Process>,
    directory: TempDir,
    _lock: File,
}

/// A program that is ended with its owner.
struct Process(Child);

impl Process {
    fn spawn(command: &mut Command) -> Self {
        Self(
            command
                .stdin(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| panic!("{command:?}: {error}")),
        )
    }

    /// Asks it to end, and waits.
    fn terminate(&mut self) -> Option<i32> {
        if let Ok(Some(status)) = self.0.try_wait() {
            return status.code();
        }
        kill_process(Pid::from_child(&self.0), Signal::TERM).unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.terminate();
    }
}

impl PluggedIn {
    fn new() -> Self {
        let lock = File::create(LOCK).expect("the lock file can be made");
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        let pcscd = start_pcscd();
        let card = Process::spawn(
            Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card")).args(["--seed", SEED]),
        );
        let plugged = Self {
            card,
            _pcscd: pcscd,
            directory: TempDir::new().unwrap(),
            _lock: lock,
        };
        await_that("the card shows up in pcscd", || plugged.card_is_present());
        plugged
    }

    fn card_is_present(&self) -> bool {
        let readers = stdout(&self.run("opensc-tool", &["--list-readers"]));
        readers
            .lines()
            .any(|line| line.contains("Yes") && line.contains("Virtual PCD 00 00"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs a program in the test's directory.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .unwrap_or_else(|error| {
                panic!("{program} must be installed (Debian: opensc, openssl): {error}")
            })
    }
}

/// What a program wrote to standard output.
fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Starts pcscd unless it runs, and waits for its virtual reader.
fn start_pcscd() -> Option<Process> {
    let running = UnixStream::connect(PCSCD_SOCKET).is_ok();
    let started = (!running).then(|| {
        let mut pcscd = Command::new("pcscd");
        // It reports each look at a card that nobody uses.
        pcscd
            .arg("--foreground")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = pcscd.spawn();
        Process(
            started.expect("pcscd must be installed (Debian: pcscd), and this test run as root"),
        )
    });
    await_that("pcscd listens", || {
        UnixStream::connect(PCSCD_SOCKET).is_ok()
    });
    await_that("vpcd listens in pcscd (Debian: vsmartcard-vpcd)", || {
        vpcd_listens()
    });
    started
}

/// Looks at the kernel's list of sockets: a connection would be a card.
fn vpcd_listens() -> bool {
    let port: u16 = vpcd::DEFAULT_ADDRESS
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| {
        let table = fs::read_to_string(table).unwrap_or_default();
        // local_address, rem_address and state; 0A is LISTEN.
        table.lines().any(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next().unwrap_or_default();
            local.ends_with(&format!(":{port:04X}")) && fields.nth(1) == Some("0A")
        })
    })
}

fn await_that(what: &str, mut happens: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happens() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// The same card in this process.
fn twin() -> VirtualCard {
    VirtualCard::mint(&Profile::parse(&format!("seed = '{SEED}'")).unwrap()).unwrap()
}

#[test]
fn opensc_takes_it_for_a_jpki_card_and_uses_it_like_one() {
    let plugged = PluggedIn::new();
    its_name_is_jpki(&plugged);
    its_certificates_are_read(&plugged);
    a_wrong_pin_costs_a_try_and_the_right_one_gives_it_back(&plugged);
    both_keys_sign(&plugged);
    it_comes_back_when_pcscd_does(plugged);
}

fn its_name_is_jpki(plugged: &PluggedIn) {
    assert_eq!(
        stdout(&plugged.run("opensc-tool", &["--name"])).trim(),
        "jpki"
    );
    assert_eq!(
        stdout(&plugged.run("opensc-tool", &["--atr"])).trim(),
        "3b:e0:00:ff:81:31:fe:45:14"
    );
}

fn its_certificates_are_read(plugged: &PluggedIn) {
    let twin = twin();
    let signature = twin.signature_certificate().unwrap();
    // Before the password is ever given: OpenSC's logout does not reach a card whose PINs outlive re-SELECT and reset.
    let refused = plugged.run("pkcs15-tool", &["--read-certificate", "02"]);
    assert!(
        !stdout(&refused).contains("BEGIN CERTIFICATE"),
        "{refused:?}"
    );
    let with_password: &[&str] = &["--auth-id", "02", "--verify-pin", "--pin", "ABC123"];
    for (id, certificate, login) in [
        ("01", twin.authentication_certificate(), &[][..]),
        ("02", signature, with_password),
        ("03", twin.authentication_ca(), &[]),
        ("04", twin.signature_ca(), &[]),
    ] {
        let read = ["--read-certificate", id, "--output", "certificate.pem"];
        let said = plugged.run("pkcs15-tool", &[&read[..], login].concat());
        assert!(said.status.success(), "{said:?}");
        let converted = plugged.run(
            "openssl",
            &[
                "x509",
                "-in",
                "certificate.pem",
                "-outform",
                "DER",
                "-out",
                id,
            ],
        );
        assert!(converted.status.success(), "{converted:?}");
        assert_eq!(
            fs::read(plugged.path(id)).unwrap(),
            certificate,
            "certificate {id}"
        );
    }
}

fn a_wrong_pin_costs_a_try_and_the_right_one_gives_it_back(plugged: &PluggedIn) {
    let tries = || {
        let pins = stdout(&plugged.run("pkcs15-tool", &["--list-pins"]));
        let lines = pins
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Tries left"));
        lines
            .map(|tries| tries.trim_matches([' ', ':']).to_owned())
            .collect::<Vec<_>>()
    };
    let verify = |pin| {
        plugged.run(
            "pkcs15-tool",
            &["--auth-id", "01", "--verify-pin", "--pin", pin],
        )
    };
    assert_eq!(tries(), ["3", "5"]);
    assert!(!verify("9999").status.success());
    assert_eq!(tries(), ["2", "5"]);
    let right = verify("1234");
    assert!(right.status.success(), "{right:?}");
    assert_eq!(tries(), ["3", "5"]);
}

fn both_keys_sign(plugged: &PluggedIn) {
    fs::write(plugged.path("message"), b"a message of any length at all").unwrap();
    for (id, pin, label) in [
        ("01", "1234", "JPKI (User Authentication PIN)"),
        ("02", "ABC123", "JPKI (Digital Signature PIN)"),
    ] {
        let login = ["--token-label", label, "--login", "--pin", pin];
        let key = ["--sign", "--id", id, "--mechanism", "SHA256-RSA-PKCS"];
        let files = ["--input-file", "message", "--output-file", "signature"];
        let said = plugged.run("pkcs11-tool", &[&login[..], &key, &files].concat());
        assert!(said.status.success(), "{said:?}");
        let public = plugged.run(
            "openssl",
            &[
                "x509", "-inform", "DER", "-in", id, "-noout", "-pubkey", "-out", "key",
            ],
        );
        assert!(public.status.success(), "{public:?}");
        let verdict = plugged.run(
            "openssl",
            &[
                "dgst",
                "-sha256",
                "-verify",
                "key",
                "-signature",
                "signature",
                "message",
            ],
        );
        assert_eq!(stdout(&verdict), "Verified OK\n", "{label}: {verdict:?}");
    }
}

fn it_comes_back_when_pcscd_does(mut plugged: PluggedIn) {
    // Somebody else's pcscd is not ours to end.
    if let Some(mut pcscd) = plugged._pcscd.take() {
        pcscd.terminate();
        plugged._pcscd = start_pcscd();
        await_that("the card comes back", || plugged.card_is_present());
    }
    assert_eq!(
        plugged.card.terminate(),
        Some(0),
        "SIGTERM ends the card cleanly"
    );
    await_that("the card leaves pcscd", || !plugged.card_is_present());
}
