use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::CliError;
use crate::language::Language;

/// Where answers and complaints go, and in which form.
pub(super) struct Output {
    pub(super) json: bool,
    pub(super) language: Language,
}

impl Output {
    /// A message of the person's language.
    pub(super) fn say(&self, id: &str, arguments: &[(&str, &str)]) -> String {
        self.language.text(id, arguments)
    }

    /// Prints one JSON object where that is wanted, else the text.
    pub(super) fn answer(&self, object: &Value, text: &str) -> Result<(), CliError> {
        if self.json {
            self.line(&object.to_string())
        } else {
            self.line(text)
        }
    }

    /// Prints a line.
    pub(super) fn line(&self, text: &str) -> Result<(), CliError> {
        self.bytes(format!("{}\n", text.trim_end()).as_bytes())
    }

    /// Prints bytes as they are.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), CliError> {
        let mut stdout = std::io::stdout().lock();
        stdout
            .write_all(bytes)
            .and_then(|()| stdout.flush())
            .map_err(CliError::Print)
    }

    /// Tells a person who watches that a window will open.
    pub(super) fn tell_of_window(&self) {
        if std::io::stderr().is_terminal() {
            complain_line(&self.say("cli-window", &[]));
        }
    }

    /// Says why a command was not done and what to do.
    pub(super) fn complain(&self, error: &CliError) {
        let (message, data) = match error {
            CliError::Refused(failure) => {
                (failure.message(self.language), failure.data(self.language))
            }
            CliError::Daemon(refusal) => {
                (refusal.message.clone(), Value::Object(refusal.data.clone()))
            }
            // Every failed check was told already.
            CliError::Unwell => return,
            other => (other.to_string(), json!({})),
        };
        complain_line(&message);
        for (name, id) in [
            ("advice", None),
            ("field", Some("cli-field")),
            ("detail", Some("cli-detail")),
        ] {
            let Some(value) = data.get(name).and_then(Value::as_str) else {
                continue;
            };
            match id {
                Some(id) => complain_line(&self.say(id, &[("value", value)])),
                None => complain_line(value),
            }
        }
        if self.json {
            let mut error = data;
            if let Some(fields) = error.as_object_mut() {
                fields.insert("message".to_owned(), message.into());
            }
            self.line(&json!({"error": error}).to_string()).ok();
        }
    }
}

/// Where nobody listens to complaints any more, the exit status still tells.
fn complain_line(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").ok();
}
