//! Who may depend on whom (docs/architecture.md): read from the source, so that a wrong `use` fails with file and line.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends with what went wrong"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// What the files under one place of `src/` may name. The longest place that fits a file counts.
struct Rule {
    place: &'static str,
    /// Modules of the library, or parts of one.
    modules: &'static [&'static str],
    /// Dependencies of Cargo.toml.
    crates: &'static [&'static str],
}

/// Bytes and PINs know nothing; what speaks to the card is synchronous and knows no JSON; the protocol knows no card and
/// no PIN; the service sees both sides. Programs know the library by what they start.
const RULES: [Rule; 24] = [
    rule("apdu", &[], &["thiserror", "zeroize"]),
    // Its error type holds PC/SC's own.
    rule(
        "card",
        &["apdu"],
        &["pcsc", "thiserror", "tracing", "zeroize"],
    ),
    rule(
        "card/channel.rs",
        &["apdu"],
        &["tracing", "thiserror", "zeroize"],
    ),
    // Behind the feature of this name.
    rule(
        "card/virtual_reader.rs",
        &["apdu"],
        &["jpki_virtual_card", "zeroize"],
    ),
    rule(
        "jpki",
        &[
            "apdu",
            "card",
            "pin::Pin",
            "pin::PinKind",
            "pin::PinStatus",
            "pin::TriesLeft",
            "pin::{",
        ],
        &[
            "iso7816_tlv",
            "rsa",
            "sha2",
            "thiserror",
            "tracing",
            "x509_parser",
            "zeroize",
        ],
    ),
    rule("pin", &[], &["region", "thiserror", "tracing", "zeroize"]),
    // The answer to VERIFY is a status word.
    rule("pin/status.rs", &["apdu"], &["thiserror"]),
    rule("pin/asker.rs", &["language"], &[]),
    rule(
        "pin/prompt.rs",
        &["language"],
        &["futures_util", "thiserror"],
    ),
    rule("pin/pinentry.rs", &["language"], &["futures_util"]),
    rule(
        "pin/assuan.rs",
        &[],
        &["rustix", "thiserror", "tokio", "tracing", "zeroize"],
    ),
    rule(
        "ipc",
        &["ipc", "language"],
        &[
            "base64",
            "futures_util",
            "idna",
            "listenfd",
            "rustix",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio_util",
            "tracing",
            "url",
        ],
    ),
    rule(
        "service",
        &[
            "card", "history", "ipc", "jpki", "language", "pin", "service", "settings",
        ],
        &[
            "base64",
            "futures_util",
            "jiff",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
        ],
    ),
    // Asks for the clock that goes on in a sleeping machine.
    rule(
        "service/hold.rs",
        &["card", "ipc", "jpki", "pin"],
        &["futures_util", "rustix", "tokio"],
    ),
    rule(
        "settings.rs",
        &["language"],
        &["serde", "thiserror", "toml"],
    ),
    rule(
        "history.rs",
        &[],
        &["jiff", "rustix", "serde", "serde_json"],
    ),
    // Stands before any methods, and knows none.
    rule(
        "history/recorded.rs",
        &["ipc"],
        &["futures_util", "jiff", "serde_json", "tokio", "tracing"],
    ),
    rule(
        "language.rs",
        &[],
        &["fluent_bundle", "sys_locale", "thiserror", "unic_langid"],
    ),
    // A client like any other: no card, no PIN.
    rule(
        "cli",
        &["cli", "history", "ipc", "language", "settings"],
        &[
            "base64",
            "clap",
            "clap_complete",
            "jiff",
            "native_messaging",
            "rustix",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "url",
            "x509_parser",
        ],
    ),
    rule("lib.rs", &[], &[]),
    rule("bin", &[], &[]),
    rule(
        "bin/jpkid.rs",
        &[
            "card", "history", "ipc", "jpki", "language", "pin", "service", "settings",
        ],
        &[
            "clap",
            "jpki_virtual_card",
            "rustix",
            "thiserror",
            "tokio",
            "tokio_util",
            "tracing",
            "tracing_subscriber",
        ],
    ),
    rule("bin/jpki.rs", &["cli"], &["tokio"]),
    // Relays frames: no card, no PIN, no policy.
    rule(
        "bin/jpkid-native-host.rs",
        &["ipc", "language", "settings"],
        &["serde_json", "tokio", "tracing", "tracing_subscriber"],
    ),
];

const fn rule(
    place: &'static str,
    modules: &'static [&'static str],
    crates: &'static [&'static str],
) -> Rule {
    Rule {
        place,
        modules,
        crates,
    }
}

impl Rule {
    fn of(file: &str) -> Option<&'static Self> {
        let belongs = |rule: &&Self| {
            file.strip_prefix(rule.place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
        };
        RULES
            .iter()
            .filter(belongs)
            .max_by_key(|rule| rule.place.len())
    }

    /// What is wrong with a path, if anything.
    fn judge(&self, path: &str, dependencies: &[String]) -> Option<String> {
        let (root, rest) = path.split_once("::")?;
        match root {
            "crate" | "jpkid" if rest.starts_with('{') => {
                Some("begins a list of modules: write one use for each".to_owned())
            }
            "crate" | "jpkid" => {
                let allowed = |module: &str| {
                    rest.strip_prefix(module).is_some_and(|rest| {
                        rest.is_empty() || rest.starts_with(':') || module.ends_with('{')
                    })
                };
                (!self.modules.iter().any(|module| allowed(module)))
                    .then(|| "is not its business".to_owned())
            }
            "super" if rest.starts_with("super") => Some("climbs past its own module".to_owned()),
            name if dependencies.iter().any(|known| known == name) => {
                (!self.crates.contains(&name)).then(|| "is not its business".to_owned())
            }
            _ => None,
        }
    }
}

/// The paths in a line of code: names joined by `::`, and the brace of a list after one.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let line = if line.trim_start().starts_with("//") {
        ""
    } else {
        line
    };
    let part_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '{');
    line.split(move |c| !part_of_path(c))
        .map(|path| path.trim_start_matches([':', '{']))
        .filter(|path| path.contains("::"))
}

/// What breaks the rules in one file, each with its line.
fn offences(file: &str, source: &str, dependencies: &[String]) -> Vec<String> {
    let Some(rule) = Rule::of(file) else {
        return vec![format!("src/{file}: no rule says what it may name")];
    };
    let mut offences = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        for path in paths(line) {
            if let Some(why) = rule.judge(path, dependencies) {
                offences.push(format!("src/{file}:{number}: {path} {why}"));
            }
        }
    }
    offences
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the package's dependencies as the source writes them.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(package().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    let names = table.expect("the package has dependencies").keys();
    names
        .map(|name| name.replace('-', "_"))
        .chain(["jpkid".to_owned()])
        .collect()
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn each_module_names_only_what_lies_below_it() {
    let (root, dependencies) = (package().join("src"), dependencies());
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40, "only {} files were found", files.len());
    let offences: Vec<_> = files
        .iter()
        .flat_map(|path| {
            let file = path.strip_prefix(&root).unwrap().to_str().unwrap();
            offences(file, &fs::read_to_string(path).unwrap(), &dependencies)
        })
        .collect();
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn only_certificates_and_the_history_have_to_do_with_the_wall_clock() {
    let root = package().join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let reads_it = |path: &&PathBuf| {
        let source = fs::read_to_string(path).unwrap();
        [
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
            "Utc::now",
            "Realtime",
        ]
        .iter()
        .any(|clock| source.contains(clock))
    };
    let mut files: Vec<_> = files
        .iter()
        .filter(reads_it)
        .map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap())
        .collect();
    files.sort_unstable();
    assert_eq!(files, ["history/recorded.rs", "service/desk.rs"]);
}

#[test]
fn the_software_card_is_linked_only_where_the_feature_asks_for_it() {
    let card = fs::read_to_string(package().join("src/card.rs")).unwrap();
    assert!(card.contains("#[cfg(feature = \"virtual-card\")]\npub mod virtual_reader;"));
    let daemon = fs::read_to_string(package().join("src/bin/jpkid.rs")).unwrap();
    let lines: Vec<_> = daemon.lines().collect();
    for (number, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.contains("jpki_virtual_card::"))
    {
        // On the item itself, or on the function that the line lies in.
        let before = lines
            .get(number.saturating_sub(2)..number)
            .unwrap_or_default();
        let guarded = before
            .iter()
            .any(|line| line.contains("cfg(feature = \"virtual-card\")"));
        assert!(
            guarded,
            "src/bin/jpkid.rs:{}: {line}",
            number.saturating_add(1)
        );
    }
}

#[test]
fn a_wrong_name_is_found_with_its_line() {
    let dependencies = dependencies();
    for (file, line, expected) in [
        (
            "apdu/command.rs",
            "use tokio::time::sleep;",
            "tokio::time::sleep is not its business",
        ),
        (
            "card/channel.rs",
            "let x: serde_json::Value;",
            "serde_json::Value is not its business",
        ),
        (
            "jpki/applet.rs",
            "use crate::pin::prompt::PinPrompt;",
            "crate::pin::prompt::PinPrompt is not its business",
        ),
        (
            "ipc/server.rs",
            "use crate::jpki::Applet;",
            "crate::jpki::Applet is not its business",
        ),
        (
            "pin/secret.rs",
            "use crate::card::Card;",
            "crate::card::Card is not its business",
        ),
        (
            "ipc/frame.rs",
            "use crate::{card, pin};",
            "crate::{card begins a list of modules",
        ),
        (
            "ipc/params/fields.rs",
            "use super::super::super::card;",
            "super::super::super::card climbs",
        ),
        (
            "service/desk.rs",
            "fn f(c: ::pcsc::Card) {}",
            "pcsc::Card is not its business",
        ),
        ("new.rs", "", "no rule says what it may name"),
    ] {
        let found = offences(file, line, &dependencies).join("\n");
        assert!(found.contains(expected), "{line}: {found}");
    }
    for line in [
        "// tokio::time",
        "use crate::pin::{Pin, PinKind};",
        "use crate::apdu::CommandApdu;",
        "Vec::new()",
    ] {
        assert_eq!(offences("jpki/applet.rs", line, &dependencies), [""; 0]);
    }
}
