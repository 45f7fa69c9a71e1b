//! jpki-cli 0.4.3 from crates.io, run as a program: it is under the LGPL, so nothing here is linked with it.
//!
//! It asks for PINs on a terminal, takes the first reader, signs SHA-1 only, and ends with status 0 whatever happened.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::{Value, json};

use crate::stage::{Key, Stage};

/// What it is to sign: it reads a line from the terminal, and then the end of the document.
const DOCUMENT: &str = "a document\n";
const END_OF_DOCUMENT: u8 = 0x04;

/// What it said on the terminal, and what it wrote to standard output.
struct Said {
    terminal: String,
    output: Vec<u8>,
}

impl Stage {
    /// Runs it without a question: what it wrote, as text.
    fn jpki_cli(&self, arguments: &str) -> String {
        String::from_utf8(self.jpki_cli_on_a_terminal(arguments, "", None).output).unwrap()
    }

    /// Types a document if there is one, waits for the question, and answers it with the PIN.
    fn jpki_cli_with(&self, arguments: &str, document: &str, pin: &str) -> Said {
        self.jpki_cli_on_a_terminal(arguments, document, Some(pin))
    }

    fn jpki_cli_on_a_terminal(&self, arguments: &str, document: &str, pin: Option<&str>) -> Said {
        let output = self.path("output");
        let (mut terminal, its_side) = open().unwrap();
        let mut child = Command::new("jpki-cli")
            .args(arguments.split(' '))
            .current_dir(self.path(""))
            .env_remove("RUST_LOG")
            .stdout(Stdio::from(File::create(&output).unwrap()))
            .spawn(its_side)
            .expect(
                "jpki-cli must be on the PATH: cargo install jpki-cli --version 0.4.3 --locked",
            );
        if !document.is_empty() {
            terminal.write_all(document.as_bytes()).unwrap();
            terminal.write_all(&[END_OF_DOCUMENT]).unwrap();
        }
        if let Some(pin) = pin {
            await_question(&terminal);
            terminal.write_all(format!("{pin}\n").as_bytes()).unwrap();
        }
        let said = read_to_hang_up(&mut terminal);
        child.wait().unwrap();
        Said {
            terminal: said,
            output: self.read("output"),
        }
    }
}

/// A program that asks for a secret turns the echo off, and forgets what was typed before.
fn await_question(terminal: &Pty) {
    let start = Instant::now();
    while tcgetattr(terminal)
        .unwrap()
        .local_modes
        .contains(LocalModes::ECHO)
    {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no question came"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// Linux tells a terminal that nobody holds any more by an error.
fn read_to_hang_up(terminal: &mut Pty) -> String {
    let mut said = Vec::new();
    let mut bytes = [0; 1024];
    loop {
        match terminal.read(&mut bytes) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&bytes[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// How its options name a key.
fn option(key: Key) -> &'static str {
    match key {
        Key::Authentication => "--auth ",
        Key::Signature => "",
    }
}

#[test]
fn jpki_cli_reads_all_certificates_and_the_signature_certificate_only_with_the_password() {
    let stage = Stage::new();
    for key in Key::BOTH {
        let arguments = format!("crypto {}--ca read-certificate", option(key));
        let said = stage.jpki_cli_on_a_terminal(&arguments, "", None);
        assert_eq!(
            said.output,
            stage.authority(key),
            "{key:?}: {}",
            said.terminal
        );
    }
    let said = stage.jpki_cli_on_a_terminal("crypto --auth read-certificate", "", None);
    assert_eq!(
        said.output,
        stage.certificate(Key::Authentication),
        "{}",
        said.terminal
    );
    let said = stage.jpki_cli_with("crypto read-certificate", "", "WRONG1");
    assert_eq!(said.output, b"", "{}", said.terminal);
    let said = stage.jpki_cli_with("crypto read-certificate", "", "ABC123");
    assert_eq!(
        said.output,
        stage.certificate(Key::Signature),
        "{}",
        said.terminal
    );
}

#[test]
fn openssl_and_jpki_cli_verify_what_jpki_cli_signs_with_either_key() {
    let stage = Stage::new();
    for key in Key::BOTH {
        let sign = format!("crypto {}sign signature", option(key));
        let said = stage.jpki_cli_with(&sign, DOCUMENT, key.pin());
        let signature = stage.read("signature");
        let message = DOCUMENT.as_bytes();
        assert!(
            stage.openssl(key).accepts("sha1", message, &signature),
            "{key:?}: {}\n{}",
            said.terminal,
            stage.trace()
        );
        stage.write("certificate", &stage.certificate(key));
        let verify = "crypto verify certificate signature";
        for (document, verdict) in [(DOCUMENT, "OK"), ("another\n", "NG")] {
            let said = stage.jpki_cli_on_a_terminal(verify, document, None);
            assert!(
                said.terminal.contains(verdict),
                "{key:?}: {}",
                said.terminal
            );
        }
    }
}

#[test]
fn jpki_cli_sends_each_command_twice_so_that_a_wrong_pin_costs_two_tries_and_the_right_one_gives_them_back()
 {
    let stage = Stage::new();
    let tries = || {
        [
            stage.jpki_cli("crypto --auth stat"),
            stage.jpki_cli("crypto stat"),
        ]
    };
    for (key, after_a_wrong_one) in [
        (Key::Authentication, ["1\n", "5\n"]),
        (Key::Signature, ["3\n", "3\n"]),
    ] {
        assert_eq!(tries(), ["3\n", "5\n"]);
        let sign = format!("crypto {}sign signature", option(key));
        let wrong = "999999"[..key.pin().len()].to_owned();
        let said = stage.jpki_cli_with(&sign, DOCUMENT, &wrong);
        assert!(said.terminal.contains("ERROR"), "{}", said.terminal);
        assert_eq!(tries(), after_a_wrong_one);
        stage.jpki_cli_with(&sign, DOCUMENT, key.pin());
        assert_eq!(tries(), ["3\n", "5\n"]);
    }
}

#[test]
fn jpki_cli_blocks_the_pin_with_the_last_try_and_still_reads() {
    let stage = Stage::new();
    let sign = "crypto --auth sign signature";
    for left in [1, 0] {
        stage.jpki_cli_with(sign, DOCUMENT, "9999");
        assert_eq!(stage.tries(), [left, 5]);
    }
    let said = stage.jpki_cli_with(sign, DOCUMENT, "1234");
    assert!(said.terminal.contains("ERROR"), "{}", said.terminal);
    assert!(!stage.is_open(Key::Authentication));
    assert_eq!(stage.jpki_cli("crypto --auth stat"), "0\n");
    let said = stage.jpki_cli_on_a_terminal("crypto --auth read-certificate", "", None);
    assert_eq!(said.output, stage.certificate(Key::Authentication));
}

#[test]
fn jpki_cli_reads_my_number_and_the_four_attributes() {
    let stage = Stage::new();
    assert_eq!(stage.jpki_cli("support stat"), "3\n");
    let said = stage.jpki_cli_with("support get my-number", "", "9999");
    assert_eq!(said.output, b"", "{}", said.terminal);
    assert_eq!(stage.jpki_cli("support stat"), "1\n");
    let said = stage.jpki_cli_with("support get my-number", "", "1234");
    assert_eq!(said.output, b"123456789018\n", "{}", said.terminal);
    let said = stage.jpki_cli_with("support get attributes", "", "1234");
    let attributes: Value = serde_json::from_slice(&said.output).unwrap();
    let expected = json!({
        "name": "見本　花子",
        "address": "見本県架空市例示町一丁目２番３号",
        "date_of_birth": "19900401",
        "sex": "Female",
    });
    assert_eq!(attributes, expected);
    assert_eq!(stage.jpki_cli("support stat"), "3\n");
}

#[test]
fn jpki_cli_reads_the_face_with_either_code() {
    let stage = Stage::with("card.expires = 2035-02-17");
    for (code, what, is_it) in [
        ("123456789018", "date-of-birth", &b"19900401"[..]),
        ("123456789018", "sex", b"2"),
        ("123456789018", "name", b"\x89PNG\r\n"),
        ("02040120351234", "address", b"\x89PNG\r\n"),
        ("02040120351234", "photo", b"\0\0\0\x0CjP  "),
        ("02040120351234", "expiry-date", b"20350217"),
        ("02040120351234", "code", b"\x89PNG\r\n"),
    ] {
        let said = stage.jpki_cli_with(&format!("surface get {what}"), "", code);
        assert!(said.output.starts_with(is_it), "{what}: {}", said.terminal);
    }
    let said = stage.jpki_cli_with("surface get name", "", "000000000000");
    assert_eq!(said.output, b"", "{}", said.terminal);
    assert_eq!(stage.jpki_cli("surface stat a"), "8\n");
    assert_eq!(stage.jpki_cli("surface stat b"), "10\n");
}
