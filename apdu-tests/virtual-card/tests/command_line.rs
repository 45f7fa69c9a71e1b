//! The program on a command line.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jpki_virtual_card::profile::BUILT_IN;
use jpki_virtual_card::{Profile, VirtualCard};
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jpki-virtual-card"))
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn mint_writes_the_authorities_that_the_same_seed_makes_in_another_process() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("made/for/it");
    let output = run(&["mint", "--seed", "card", "--out", text(&out)]);
    assert!(output.status.success(), "{}", said(&output));
    let card = VirtualCard::mint(&Profile::parse("seed = 'card'").unwrap()).unwrap();
    for (name, certificate) in [
        ("authentication-ca", card.authentication_ca()),
        ("signature-ca", card.signature_ca()),
    ] {
        assert_eq!(
            fs::read(out.join(format!("{name}.der"))).unwrap(),
            certificate
        );
        let pem = out.join(format!("{name}.pem"));
        let converted = Command::new("openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(pem)
            .output()
            .unwrap();
        assert_eq!(converted.stdout, certificate);
    }
}

#[test]
fn mint_writes_every_generation_and_bundles_that_verify_every_built_in_card() {
    let directory = TempDir::new().unwrap();
    let out = directory.path();
    let output = run(&[
        "mint",
        "--profile",
        "adult",
        "--all-generations",
        "--out",
        text(out),
    ]);
    assert!(output.status.success(), "{}", said(&output));
    let read = |name: &str| fs::read(out.join(name)).unwrap();
    for hierarchy in ["authentication-ca", "signature-ca"] {
        let generations = [1, 2, 3].map(|number| read(&format!("{hierarchy}-{number}.pem")));
        assert_eq!(
            read(&format!("{hierarchy}-bundle.pem")),
            generations.concat()
        );
        assert_eq!(read(&format!("{hierarchy}.pem")), generations[2]);
        assert_eq!(
            read(&format!("{hierarchy}.der")),
            read(&format!("{hierarchy}-3.der"))
        );
    }
    let leaf = out.join("leaf.der");
    for built_in in BUILT_IN {
        let card = VirtualCard::mint(&Profile::built_in(built_in.name).unwrap()).unwrap();
        for (hierarchy, certificate) in [
            ("authentication-ca", Some(card.authentication_certificate())),
            ("signature-ca", card.signature_certificate()),
        ] {
            let Some(certificate) = certificate else {
                continue;
            };
            fs::write(&leaf, certificate).unwrap();
            let verified = Command::new("openssl")
                .args(["verify", "-no_check_time", "-CAfile"])
                .args([&out.join(format!("{hierarchy}-bundle.pem")), &leaf])
                .output()
                .unwrap();
            assert!(verified.status.success(), "{}: {verified:?}", built_in.name);
        }
    }
}

#[test]
fn mint_names_for_programs_every_file_that_it_wrote() {
    let directory = TempDir::new().unwrap();
    let output = run(&[
        "mint",
        "--seed",
        "card",
        "--all-generations",
        "--json",
        "--out",
        text(directory.path()),
    ]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut named: Vec<_> = json["files"].as_array().unwrap().iter().collect();
    named.sort_by_key(|path| path.as_str());
    let mut there: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    there.sort();
    assert_eq!(named.len(), 19);
    assert_eq!(
        named,
        there.iter().map(|path| text(path)).collect::<Vec<_>>()
    );
}

#[test]
fn what_mint_writes_says_that_it_is_for_tests_only() {
    let directory = TempDir::new().unwrap();
    let output = run(&["mint", "--seed", "card", "--out", text(directory.path())]);
    assert!(output.status.success(), "{}", said(&output));
    let notice = fs::read_to_string(directory.path().join("README.txt")).unwrap();
    assert!(notice.contains("for tests only") && notice.contains("anyone"));
}

#[test]
fn mint_without_a_seed_is_refused_and_writes_nothing() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("out");
    let output = run(&["mint", "--out", text(&out)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("--seed"), "{}", said(&output));
    assert!(!out.exists());
}

#[test]
fn the_printed_profile_can_be_used() {
    let directory = TempDir::new().unwrap();
    let profile = directory.path().join("profile.toml");
    fs::write(&profile, run(&["profile"]).stdout).unwrap();
    let output = run(&[
        "mint",
        "--profile",
        text(&profile),
        "--seed",
        "card",
        "--out",
        text(directory.path()),
    ]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn the_built_in_profiles_are_listed_for_people_and_programs() {
    let listed = String::from_utf8(run(&["profiles"]).stdout).unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&run(&["profiles", "--json"]).stdout).unwrap();
    let entries = json.as_array().unwrap();
    assert_eq!(entries.len(), BUILT_IN.len());
    for (built_in, entry) in BUILT_IN.iter().zip(entries) {
        assert!(listed.contains(&format!(
            "{}\n    {}\n    {}\n",
            built_in.name, built_in.english, built_in.japanese
        )));
        assert_eq!(entry["name"], built_in.name);
        assert_eq!(entry["summary"]["en"], built_in.english);
        assert_eq!(entry["summary"]["ja"], built_in.japanese);
        let printed = run(&["profile", built_in.name]).stdout;
        assert_eq!(String::from_utf8(printed).unwrap(), built_in.text);
    }
    let unknown = run(&["profile", "adlut"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown).contains("adult, "), "{}", said(&unknown));
}

#[test]
fn a_bad_profile_ends_it_with_status_1_and_names_the_line_once() {
    let directory = TempDir::new().unwrap();
    let profile = directory.path().join("profile.toml");
    fs::write(&profile, "seed = 1\ncolour = 'red'\n").unwrap();
    for arguments in [
        &["--profile", text(&profile)][..],
        &["mint", "--profile", text(&profile), "--out", "/nonexistent"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            said(&output).matches("at line 2, column 1").count(),
            1,
            "{}",
            said(&output)
        );
    }
}

#[test]
fn wrong_usage_ends_it_with_status_2() {
    for arguments in [&["--colour"][..], &["mint"], &["--seed"]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
