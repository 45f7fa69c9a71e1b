//! The command line as a process, against a daemon without a card.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

#[path = "support/stub.rs"]
mod stub;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use stub::StubDaemon;

const NONCE: &str = "c3ludGhldGljIGNoYWxsZW5nZTogMzIgYnl0ZXMgb2s=";

struct Cli {
    daemon: StubDaemon,
}

/// What a command left.
#[derive(Debug)]
struct Done {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Cli {
    fn start() -> Self {
        let daemon = StubDaemon::start();
        fs::create_dir(daemon.directory.path().join("home")).expect("a home");
        Self { daemon }
    }

    fn home(&self) -> std::path::PathBuf {
        self.daemon.directory.path().join("home")
    }

    fn run(&self, arguments: &[&str]) -> Done {
        run(&self.daemon.socket(), &self.home(), arguments)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let done = self.run(arguments);
        serde_json::from_str(&done.stdout).expect("one JSON object on standard output")
    }
}

fn run(socket: &Path, home: &Path, arguments: &[&str]) -> Done {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_jpki"))
        .args(arguments)
        .env("JPKID_SOCKET", socket)
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("JPKID_CONFIG")
        .env("LC_ALL", "en_US.UTF-8")
        .output()
        .expect("jpki starts");
    Done {
        status: status.code().expect("it ends by itself"),
        stdout: String::from_utf8(stdout).expect("text"),
        stderr: String::from_utf8(stderr).expect("text"),
    }
}

#[test]
fn status_shows_readers_cards_and_tries_left() {
    let cli = Cli::start();
    let done = cli.run(&["status"]);
    assert_eq!(done.status, 0, "{done:?}");
    assert!(
        done.stdout.contains("Reader 0\n  My Number card\n"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout
            .contains("② PIN for user authentication: tries left: 3")
    );
    assert!(
        done.stdout
            .contains("① Password for digital signature: blocked")
    );
    assert!(done.stdout.contains("Reader 1\n  No card."));
    let japanese = cli.run(&["--lang", "ja", "status"]);
    assert!(japanese.stdout.contains("② 利用者証明用暗証番号: 残り3回"));
    assert_eq!(
        cli.json(&["status", "--json"])["readers"][0]["card"]["kind"],
        "my-number-card"
    );
}

#[test]
fn status_shows_the_certificates_days_as_japan_counts_them_where_they_are_asked_for() {
    let cli = Cli::start();
    let done = cli.run(&["status", "--validity"]);
    let line = "  user authentication: from 2026-07-01 until 2031-07-01. Revocation not checked.";
    assert!(done.stdout.contains(line), "{}", done.stdout);
    assert!(!cli.run(&["status"]).stdout.contains("2031"));
}

#[test]
fn pin_status_shows_the_tries_left_alone() {
    let cli = Cli::start();
    let pins = cli.json(&["pin", "status", "--json"]);
    assert_eq!(pins["cards"][0]["pins"]["signature"]["state"], "blocked");
    let lines = cli.run(&["pin", "status"]).stdout;
    assert_eq!(
        lines.lines().count(),
        3,
        "two PINs and an empty reader: {lines}"
    );
}

#[test]
fn authenticate_prints_the_token() {
    let cli = Cli::start();
    let arguments = [
        "authenticate",
        "--origin",
        "https://www.example",
        "--nonce",
        NONCE,
    ];
    assert_eq!(cli.json(&arguments)["format"], "web-eid:1.0");
}

#[test]
fn a_refusal_says_why_and_what_to_do_and_exits_with_1() {
    let cli = Cli::start();
    let arguments = [
        "authenticate",
        "--origin",
        "https://blocked.example",
        "--nonce",
        NONCE,
    ];
    let done = cli.run(&arguments);
    assert_eq!((done.status, done.stdout.as_str()), (1, ""));
    assert!(
        done.stderr.contains("This PIN is blocked"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("municipality"), "{}", done.stderr);
    let error = &cli.json(&[&arguments[..], &["--json"]].concat())["error"];
    assert_eq!(
        (&error["code"], &error["triesLeft"]),
        (&"pin_blocked".into(), &0.into())
    );
}

#[test]
fn a_wrong_parameter_is_named() {
    let cli = Cli::start();
    let arguments = [
        "authenticate",
        "--origin",
        "https://a.example/path",
        "--nonce",
        NONCE,
    ];
    let done = cli.run(&arguments);
    assert_eq!(done.status, 1);
    assert!(done.stderr.contains("origin"), "{}", done.stderr);
}

#[test]
fn files_are_hashed_and_signed_and_the_results_written() {
    let cli = Cli::start();
    let path = |name: &str| cli.home().join(name).display().to_string();
    fs::write(path("letter"), "hello\n").unwrap();
    let (letter, out, certificate) = (path("letter"), path("letter.sig"), path("certificate.pem"));
    let mut arguments = vec![
        "sign",
        "--key",
        "signature",
        "--origin",
        "https://www.example",
    ];
    arguments.extend([&letter, "--out", &out, "--certificate-out", &certificate]);
    let done = cli.run(&arguments);
    assert_eq!((done.status, done.stdout.as_str()), (0, ""), "{done:?}");
    assert_eq!(fs::read(out).unwrap(), [1, 2, 3]);
    assert!(
        fs::read_to_string(certificate)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----\n")
    );
}

#[test]
fn hashes_are_signed_without_naming_a_web_system() {
    let cli = Cli::start();
    let hash = STANDARD.encode([7; 32]);
    let mut arguments = vec![
        "sign",
        "--json",
        "--key",
        "signature",
        "--hash-function",
        "SHA-256",
    ];
    arguments.extend(["--hash", &hash, &hash]);
    assert_eq!(
        cli.json(&arguments)["signatures"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn every_hash_function_makes_a_hash_of_its_length() {
    let cli = Cli::start();
    let letter = cli.home().join("letter");
    fs::write(&letter, "hello\n").unwrap();
    for function in ["SHA-256", "SHA-384", "SHA-512"] {
        let letter = letter.display().to_string();
        let signed = cli.json(&[
            "sign",
            "--json",
            "--key",
            "signature",
            "--origin",
            "https://www.example",
            "--hash-function",
            function,
            &letter,
            &letter,
        ]);
        assert_eq!(signed["signatureAlgorithm"]["hashFunction"], function);
        assert_eq!(signed["signatures"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn what_does_not_go_together_is_wrong_usage() {
    let cli = Cli::start();
    let hash = STANDARD.encode([7; 32]);
    for arguments in [
        &[][..],
        &["sign"],
        &[
            "sign",
            "--key",
            "authentication",
            "--origin",
            "https://a.example",
            "--hash",
            &hash,
        ],
        &[
            "sign",
            "--key",
            "signature",
            "--origin",
            "https://a.example",
        ],
        &[
            "sign",
            "--key",
            "signature",
            "--origin",
            "https://a.example",
            "--hash",
            &hash,
            "--hash",
            &hash,
            "--out",
            "x",
        ],
        &["certificate", "another"],
        &["nonsense"],
    ] {
        let done = cli.run(arguments);
        assert_eq!(
            (done.status, done.stdout.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(!done.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(cli.daemon.begun(), 0);
}

#[test]
fn a_certificate_comes_in_three_forms_and_is_never_called_valid() {
    let cli = Cli::start();
    let pem = cli.run(&["certificate", "authentication"]).stdout;
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    let text = cli
        .run(&["certificate", "authentication", "--format", "text"])
        .stdout;
    assert!(text.contains("Revocation not checked"), "{text}");
    assert!(!text.to_lowercase().contains("valid"), "{text}");
    let out = cli.home().join("certificate.der");
    let path = out.display().to_string();
    cli.run(&[
        "certificate",
        "authentication",
        "--format",
        "der",
        "--out",
        &path,
    ]);
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    assert_eq!(fs::read(out).unwrap(), STANDARD.decode(base64).unwrap());
}

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let cli = Cli::start();
    fs::create_dir_all(cli.home().join(".config/chromium")).unwrap();
    let done = cli.run(&["doctor", "--json"]);
    assert_eq!(done.status, 1);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(report["well"], false);
    let problems: Vec<_> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["verdict"] == "problem")
        .map(|check| {
            (
                check["check"].as_str().unwrap(),
                check["next"].as_str().unwrap(),
            )
        })
        .collect();
    // The blocked password, the empty second reader, and Chromium without a manifest.
    assert_eq!(
        problems.iter().map(|problem| problem.0).collect::<Vec<_>>(),
        ["card", "card", "manifest"]
    );
    assert_eq!(problems[2].1, "Run: jpki setup browsers --browser chromium");
}

#[test]
fn the_doctor_names_the_programs_that_can_keep_a_card_busy() {
    // A program is one of them by what it has loaded.
    let mut holder = Command::new("sleep")
        .arg("60")
        .env("LD_PRELOAD", "libpcsclite.so.1")
        .spawn()
        .unwrap();
    let sleep = fs::read_link(format!("/proc/{}/exe", holder.id())).unwrap();
    let told = |cli: &Cli| {
        let report: Value = serde_json::from_str(&cli.run(&["doctor", "--json"]).stdout).unwrap();
        let checks = report["checks"].as_array().unwrap().clone();
        let programs = checks
            .into_iter()
            .find(|check| check["check"] == "programs");
        programs.map_or(String::new(), |check| check["text"].to_string())
    };
    let cli = Cli::start();
    let path = sleep.display().to_string();
    let while_it_runs = told(&cli);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(while_it_runs.contains(&path), "{while_it_runs}");
    assert!(!while_it_runs.contains("jpkid"), "{while_it_runs}");
    let after = told(&cli);
    assert!(!after.contains(&path), "{after}");
}

#[test]
fn broken_settings_are_told_by_the_doctor_with_their_line() {
    let cli = Cli::start();
    fs::create_dir_all(cli.home().join(".config/jpkid")).unwrap();
    fs::write(
        cli.home().join(".config/jpkid/config.toml"),
        "\nnonsense = 1\n",
    )
    .unwrap();
    let done = cli.run(&["doctor"]);
    assert_eq!(done.status, 1);
    assert!(done.stdout.contains("line 2"), "{}", done.stdout);
}

#[test]
fn help_is_there_in_both_languages_and_completions_for_every_shell() {
    let cli = Cli::start();
    assert!(cli.run(&["--help"]).stdout.contains("Usage: jpki"));
    assert!(
        cli.run(&["--lang=ja", "sign", "--help"])
            .stdout
            .contains("使い方: jpki sign")
    );
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            cli.run(&["completions", shell])
                .stdout
                .contains("authenticate"),
            "{shell}"
        );
    }
}
