use jiff::tz::TimeZone;
use serde_json::json;

use super::arguments::History as Arguments;
use super::output::Output;
use super::{CliError, SettingsError};
use crate::history::{Action, AskedBy, History, Key, Use};
use crate::ipc::{ErrorCode, Failure};
use crate::settings::Settings;

/// Shows what the card was used for, or removes the list.
pub(super) fn show(
    output: &Output,
    arguments: &Arguments,
    settings: Result<Settings, SettingsError>,
) -> Result<(), CliError> {
    let kept = settings?.history;
    let Some(history) = History::of_this_user() else {
        return output.answer(
            &json!({"history": []}),
            &output.say("cli-history-none", &[]),
        );
    };
    let file_error = |source| CliError::File {
        path: history.path().display().to_string(),
        source,
    };
    if arguments.clear {
        history.clear().map_err(file_error)?;
        return output.answer(
            &json!({"history": []}),
            &output.say("cli-history-cleared", &[]),
        );
    }
    let mut entries = history.read().map_err(file_error)?;
    entries.drain(..entries.len().saturating_sub(arguments.last));
    let mut lines: Vec<_> = entries.iter().map(|entry| line(output, entry)).collect();
    if entries.is_empty() {
        lines.push(output.say("cli-history-none", &[]));
    }
    if !kept {
        lines.push(output.say("cli-history-off", &[]));
    }
    output.answer(
        &json!({"history": entries, "kept": kept}),
        &lines.join("\n"),
    )
}

fn line(output: &Output, entry: &Use) -> String {
    let time = entry.time.to_zoned_datetime(TimeZone::system());
    let action = match (entry.action, entry.key) {
        (Action::Authenticate, _) => "cli-history-authenticate",
        (Action::Sign, _) => "cli-history-sign",
        (Action::Certificate, Key::Authentication) => "cli-history-certificate-authentication",
        (Action::Certificate, Key::Signature) => "cli-history-certificate-signature",
    };
    let program = entry.program.as_ref().map_or_else(
        || "?".to_owned(),
        // The name of a file may hold anything, and a terminal obeys some of it.
        |program| program.to_string_lossy().escape_debug().to_string(),
    );
    let asker = match (entry.asked_by, &entry.origin) {
        (AskedBy::Website, Some(origin)) => origin.clone(),
        (AskedBy::Program, Some(origin)) => output.say(
            "cli-history-program-for",
            &[("program", &program), ("origin", origin)],
        ),
        (_, None) => program,
    };
    let result = ErrorCode::ALL
        .into_iter()
        .find(|code| code.as_str() == entry.result)
        .map_or_else(
            || output.say("cli-history-done", &[]),
            |code| Failure::new(code).message(output.language),
        );
    let time = time.strftime("%Y-%m-%d %H:%M").to_string();
    let action = output.say(action, &[]);
    format!("{time}  {asker}  {action}  {result}")
}
