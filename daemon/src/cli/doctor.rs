use serde_json::{Value, json};

use super::browsers::{Manifest, manifests, native_host};
use super::card_programs::card_programs;
use super::output::Output;
use super::requests::{describe_card, readers, text};
use super::{CliError, ask};
use crate::ipc::peer::CHROMIUM_EXTENSION_ID;
use crate::settings::{Settings, SettingsError};

/// One look at one part. A note is no problem but worth knowing.
struct Check {
    name: &'static str,
    verdict: Verdict,
    text: String,
    next: Option<String>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Verdict {
    Well,
    Note,
    Problem,
}

/// Looks at each part from the settings to the browsers, and says at each problem what to do. Costs
/// no PIN try.
pub(super) async fn examine(
    output: &Output,
    settings: Result<Settings, SettingsError>,
) -> Result<(), CliError> {
    let mut checks = vec![examine_settings(output, settings)];
    match ask(output, "status", json!({})).await {
        Ok(status) => {
            checks.push(Check::well(
                "daemon",
                output.say(
                    "cli-doctor-daemon",
                    &[("version", text(&status, "version"))],
                ),
            ));
            checks.extend(examine_readers(output, &status));
        }
        Err(error) => checks.push(examine_refusal(output, error)),
    }
    checks.extend(examine_card_programs(output));
    checks.push(examine_host(output)?);
    checks.extend(examine_browsers(output)?);
    checks.push(Check {
        name: "extension",
        verdict: Verdict::Note,
        text: output.say("cli-doctor-extension", &[("id", CHROMIUM_EXTENSION_ID)]),
        next: None,
    });

    let well = checks.iter().all(|check| check.verdict != Verdict::Problem);
    let objects: Vec<_> = checks.iter().map(Check::to_json).collect();
    let lines: Vec<_> = checks.iter().map(Check::to_text).collect();
    output.answer(&json!({"well": well, "checks": objects}), &lines.join("\n"))?;
    if well { Ok(()) } else { Err(CliError::Unwell) }
}

fn examine_settings(output: &Output, settings: Result<Settings, SettingsError>) -> Check {
    match settings {
        Ok(settings) if settings.developer_origins => Check {
            name: "settings",
            verdict: Verdict::Note,
            text: output.say("cli-doctor-developer", &[]),
            next: None,
        },
        Ok(_) => Check::well("settings", output.say("cli-doctor-settings", &[])),
        Err(error) => Check::problem(
            "settings",
            error.to_string(),
            output.say("cli-doctor-settings-next", &[]),
        ),
    }
}

/// The daemon is out of reach, or it could not ask for readers: its own words tell.
fn examine_refusal(output: &Output, error: CliError) -> Check {
    match error {
        CliError::Daemon(refusal) => Check::problem(
            "service",
            refusal.message.clone(),
            refusal.advice().to_owned(),
        ),
        other => Check::problem(
            "daemon",
            output.say("cli-doctor-no-daemon", &[("detail", &other.to_string())]),
            output.say("cli-doctor-no-daemon-next", &[]),
        ),
    }
}

fn examine_readers(output: &Output, status: &Value) -> Vec<Check> {
    let mut checks = vec![Check::well(
        "service",
        output.say("cli-doctor-service", &[]),
    )];
    if readers(status).is_empty() {
        let next = output.say("advice-no_reader", &[]);
        checks.push(Check::problem(
            "reader",
            output.say("error-no_reader", &[]),
            next,
        ));
    }
    for reader in readers(status) {
        let name = text(reader, "name");
        checks.push(Check::well("reader", name.to_owned()));
        let lines = describe_card(output, reader);
        let told = lines
            .iter()
            .map(|line| line.trim())
            .collect::<Vec<_>>()
            .join("; ");
        let blocked = ["authentication", "signature"].iter().any(|pin| {
            let tries = reader.pointer(&format!("/card/pins/{pin}/triesLeft"));
            tries.and_then(Value::as_u64) == Some(0)
        });
        checks.push(match (reader.get("error"), reader.get("card")) {
            (Some(error), _) => {
                let message = output.say(&format!("error-{}", text(error, "code")), &[]);
                Check::problem("card", message, text(error, "advice").to_owned())
            }
            (None, Some(card)) if !card.is_null() && blocked => {
                Check::problem("card", told, output.say("advice-pin_blocked", &[]))
            }
            (None, Some(card)) if !card.is_null() => Check::well("card", told),
            _ => Check::problem(
                "card",
                output.say("error-no_card", &[]),
                output.say("advice-no_card", &[]),
            ),
        });
    }
    checks
}

/// Not who holds the card, which nobody knows, but who can: a person whose card is busy looks among them.
fn examine_card_programs(output: &Output) -> Option<Check> {
    let paths: Vec<_> = card_programs()
        .iter()
        .map(|program| program.display().to_string())
        .collect();
    (!paths.is_empty()).then(|| Check {
        name: "programs",
        verdict: Verdict::Note,
        text: output.say("cli-doctor-programs", &[("programs", &paths.join(", "))]),
        next: None,
    })
}

fn examine_host(output: &Output) -> Result<Check, CliError> {
    let host = native_host()?;
    let path = host.display().to_string();
    Ok(if host.is_file() {
        Check::well("native-host", path)
    } else {
        let text = output.say("cli-doctor-no-host", &[("path", &path)]);
        Check::problem(
            "native-host",
            text,
            output.say("cli-doctor-no-host-next", &[]),
        )
    })
}

fn examine_browsers(output: &Output) -> Result<Vec<Check>, CliError> {
    let mut checks = Vec::new();
    for (browser, manifest) in manifests()? {
        let say = |id| output.say(id, &[("browser", &browser)]);
        let next = say("cli-doctor-manifest-next");
        checks.push(match manifest {
            Manifest::NoBrowser => continue,
            Manifest::Right => Check::well("manifest", say("cli-doctor-manifest")),
            Manifest::Missing => {
                Check::problem("manifest", say("cli-doctor-manifest-missing"), next)
            }
            Manifest::Wrong => Check::problem("manifest", say("cli-doctor-manifest-wrong"), next),
        });
    }
    Ok(checks)
}

impl Check {
    fn well(name: &'static str, text: String) -> Self {
        Self {
            name,
            verdict: Verdict::Well,
            text,
            next: None,
        }
    }

    fn problem(name: &'static str, text: String, next: String) -> Self {
        Self {
            name,
            verdict: Verdict::Problem,
            text,
            next: Some(next),
        }
    }

    fn to_json(&self) -> Value {
        let verdict = match self.verdict {
            Verdict::Well => "ok",
            Verdict::Note => "note",
            Verdict::Problem => "problem",
        };
        json!({"check": self.name, "verdict": verdict, "text": self.text, "next": self.next})
    }

    fn to_text(&self) -> String {
        let mark = match self.verdict {
            Verdict::Well => "✓",
            Verdict::Note => "·",
            Verdict::Problem => "✗",
        };
        match &self.next {
            Some(next) => format!("{mark} {}\n    → {next}", self.text),
            None => format!("{mark} {}", self.text),
        }
    }
}
