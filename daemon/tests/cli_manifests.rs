//! What `jpki setup browsers` writes for which browser, and what `jpki doctor` makes of it.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

#[path = "support/stub.rs"]
mod stub;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use stub::StubDaemon;

const ORIGIN: &str = "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi/";
const CHROMIUM: &str = ".config/chromium/NativeMessagingHosts/jpkid.json";
const FIREFOX: &str = ".mozilla/native-messaging-hosts/jpkid.json";

struct Home(StubDaemon);

impl Home {
    fn new() -> Self {
        Self(StubDaemon::start())
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.directory.path().join(inside)
    }

    fn jpki(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jpki"));
        command
            .args(arguments)
            .env("JPKID_SOCKET", self.0.socket())
            .env("JPKID_CONFIG", self.path("config.toml"))
            .env("HOME", self.0.directory.path())
            .env("LC_ALL", "en_US.UTF-8");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.jpki(arguments).output().expect("jpki starts")
    }

    fn manifest(&self, path: &str) -> Value {
        let text = fs::read_to_string(self.path(path)).expect("a manifest");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The doctor's verdict on the one browser that is set up.
    fn verdict(&self) -> String {
        let done = self.run(&["doctor", "--json"]);
        let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        let checks = report
            .get("checks")
            .and_then(Value::as_array)
            .expect("checks");
        let verdicts: Vec<_> = checks
            .iter()
            .filter(|check| check["check"] == "manifest")
            .map(|check| check["verdict"].as_str().expect("a verdict").to_owned())
            .collect();
        assert_eq!(verdicts.len(), 1, "{report}");
        verdicts.concat()
    }
}

#[test]
fn manifests_are_written_for_this_user_and_cleaned_up() {
    let home = Home::new();
    let planned = home.run(&["setup", "browsers", "--dry-run", "--json"]);
    let planned: Value = serde_json::from_slice(&planned.stdout).unwrap();
    assert_eq!(planned["manifests"].as_array().unwrap().len(), 6);
    assert!(!home.path(CHROMIUM).exists());

    assert!(home.run(&["setup", "browsers"]).status.success());
    let chromium = home.manifest(CHROMIUM);
    assert_eq!(chromium["name"], "jpkid");
    assert_eq!(chromium["allowed_origins"][0], ORIGIN);
    let host = Path::new(chromium["path"].as_str().unwrap());
    assert!(host.is_absolute() && host.ends_with("jpkid-native-host"));
    let firefox = home.manifest(FIREFOX);
    assert_eq!(firefox["allowed_extensions"][0], "jpkid@extension.jpkid");

    assert!(
        home.run(&["setup", "browsers", "--remove"])
            .status
            .success()
    );
    assert!(!home.path(CHROMIUM).exists() && !home.path(FIREFOX).exists());
}

#[test]
fn extensions_of_the_settings_are_allowed_beside_our_own() {
    let home = Home::new();
    let developers = "abcdefghijklmnopabcdefghijklmnop";
    let settings = format!("extension_ids = [\"{developers}\", \"mine@example.org\"]\n");
    fs::write(home.path("config.toml"), settings).expect("written");
    let names = ["--browser", "chromium", "--browser", "firefox"];
    let done = home.run(&[&["setup", "browsers"], &names[..]].concat());
    assert!(done.status.success(), "{done:?}");
    assert_eq!(
        home.manifest(CHROMIUM)["allowed_origins"],
        json!([ORIGIN, format!("chrome-extension://{developers}/")])
    );
    assert_eq!(
        home.manifest(FIREFOX)["allowed_extensions"],
        json!(["jpkid@extension.jpkid", "mine@example.org"])
    );
    let host = home.manifest(CHROMIUM)["path"].clone();
    assert!(
        fs::metadata(host.as_str().expect("text"))
            .expect("a file")
            .is_file()
    );
}

#[test]
fn a_manifest_that_names_another_program_or_extension_is_a_problem() {
    let home = Home::new();
    let done = home.run(&["setup", "browsers", "--browser", "chromium"]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(home.verdict(), "ok");

    let good = home.manifest(CHROMIUM);
    for (field, value) in [
        ("path", json!("/usr/bin/true")),
        (
            "allowed_origins",
            json!(["chrome-extension://abcdefghijklmnopabcdefghijklmnop/"]),
        ),
        ("allowed_origins", json!(ORIGIN)),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value;
        fs::write(home.path(CHROMIUM), wrong.to_string()).expect("written");
        assert_eq!(home.verdict(), "problem", "{wrong}");
    }
    // Firefox's list and id mean nothing to Chromium.
    let mut wrong = good.clone();
    wrong["allowed_extensions"] = json!(["jpkid@extension.jpkid"]);
    wrong
        .as_object_mut()
        .expect("an object")
        .remove("allowed_origins");
    fs::write(home.path(CHROMIUM), wrong.to_string()).expect("written");
    assert_eq!(home.verdict(), "problem");
    fs::write(home.path(CHROMIUM), "{").expect("written");
    assert_eq!(home.verdict(), "problem");
    fs::write(home.path(CHROMIUM), good.to_string()).expect("written");
    assert_eq!(home.verdict(), "ok");
}

#[test]
fn a_closed_standard_error_does_not_change_the_exit_status() {
    let home = Home::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let status = home
        .jpki(&[
            "authenticate",
            "--origin",
            "https://blocked.example",
            "--nonce",
        ])
        .arg("n".repeat(44))
        .stdout(Stdio::null())
        .stderr(writer)
        .status()
        .expect("jpki starts");
    assert_eq!(status.code(), Some(1));
}
