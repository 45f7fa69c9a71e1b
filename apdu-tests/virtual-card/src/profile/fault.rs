//! Where in a profile something is wrong.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use toml::de::{DeTable, DeValue};

use super::{HolderError, Profile, ValidityError};

/// The fields whose values are not shown.
const PINS: [&str; 4] = [
    "pins.authentication",
    "pins.signature",
    "pins.text",
    "pins.juki",
];

/// What is wrong in a profile's text, and where: shown with file, line, column, field and the line itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    file: Option<PathBuf>,
    line: usize,
    column: usize,
    field: Option<String>,
    quoted: String,
    message: String,
}

impl Fault {
    /// The line, from 1 on.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1 on.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The field's dotted name, such as `holder.name`, where the text is TOML at all.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The same fault, in this file.
    pub(super) fn in_file(self, file: &Path) -> Self {
        Self {
            file: Some(file.to_owned()),
            ..self
        }
    }

    /// What the TOML parser found, or the field's type.
    fn reported(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().unwrap_or_default().start;
        let field = fields(text)
            .into_iter()
            .filter(|field| field.key.start <= start && start < field.value.end)
            .max_by_key(|field| field.key.start)
            .map(|field| field.name);
        Self::at(text, start, field, error.message().to_owned())
    }

    /// What two fields are together.
    fn of_field(text: &str, name: &str, message: String) -> Self {
        let start = fields(text)
            .into_iter()
            .find(|field| field.name == name)
            .map_or(0, |field| field.key.start);
        Self::at(text, start, Some(name.to_owned()), message)
    }

    fn at(text: &str, start: usize, field: Option<String>, message: String) -> Self {
        let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
        let (above, left) = before.rsplit_once('\n').unwrap_or(("", before));
        let lines_above = if left.len() == before.len() {
            0
        } else {
            above.matches('\n').count().saturating_add(1)
        };
        let right = rest.lines().next().unwrap_or_default();
        let quoted = format!("{left}{right}");
        let named = quoted.split_once('=').map(|(key, _)| key.trim().to_owned());
        // What is no TOML has no fields, but mostly a name on its line.
        let field = field.or_else(|| named.clone().filter(|key| is_key(key)));
        let about_pin = field.as_deref().is_some_and(is_pin);
        let (quoted, message) = if about_pin {
            let key = named.unwrap_or_default();
            (format!("{key} = …"), without_values(&message))
        } else {
            (quoted, message)
        };
        Self {
            file: None,
            line: lines_above.saturating_add(1),
            column: left.chars().count().saturating_add(1),
            field,
            quoted,
            message,
        }
    }
}

/// A bare, possibly dotted key.
fn is_key(text: &str) -> bool {
    let in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(in_key)
}

/// By its whole name, or by the last part alone, which is all that a broken line may tell.
fn is_pin(field: &str) -> bool {
    PINS.iter().any(|pin| pin.ends_with(field))
}

/// A message of the TOML reader without what it quotes.
fn without_values(message: &str) -> String {
    let told = message.split(['`', '"']).step_by(2);
    told.collect::<Vec<_>>().join("…")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            quoted,
            message,
            ..
        } = self;
        match &self.file {
            Some(file) => write!(f, "{}", file.display())?,
            None => f.write_str("the profile")?,
        }
        write!(f, " is wrong at line {line}, column {column}")?;
        if let Some(field) = &self.field {
            write!(f, ", in `{field}`")?;
        }
        let margin = line.to_string().len();
        write!(
            f,
            "\n{:margin$} |\n{line} | {quoted}\n{:margin$} | {:>column$}\n{message}",
            "", "", "^"
        )
    }
}

impl std::error::Error for Fault {}

/// Parses a profile and checks what its fields are together.
pub(super) fn parse(text: &str) -> Result<Profile, Fault> {
    let profile: Profile = toml::from_str(text).map_err(|error| Fault::reported(text, &error))?;
    profile.holder.check().map_err(|error| {
        let name = match error {
            HolderError::Length { field } | HolderError::Control { field } => {
                format!("holder.{field}")
            }
            HolderError::Map { field, .. } => format!("holder.{field}_map"),
            HolderError::MunicipalityCode => "holder.municipality.code".to_owned(),
            HolderError::MunicipalityName { field } => format!("holder.municipality.{field}"),
        };
        Fault::of_field(text, &name, error.to_string())
    })?;
    profile.check_dates(SystemTime::now()).map_err(|error| {
        let to_blame = match error {
            ValidityError::BeforeBirth => "holder.birth_date",
            ValidityError::OutlastCard => "card.expires",
            ValidityError::TwoEnds | ValidityError::Backwards | ValidityError::Date(_) => {
                "validity.days"
            }
        };
        let written = fields(text);
        let is_written = |name: &&str| written.iter().any(|field| field.name == *name);
        let name = [to_blame, "validity.until", "validity.days", "validity.from"]
            .into_iter()
            .find(is_written)
            .unwrap_or(to_blame);
        Fault::of_field(text, name, error.to_string())
    })?;
    Ok(profile)
}

/// A field of a TOML text: its dotted name and where its key and value are, in bytes.
struct Field {
    name: String,
    key: Range<usize>,
    value: Range<usize>,
}

/// Every field of a text; none where it is not TOML.
fn fields(text: &str) -> Vec<Field> {
    let mut found = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        collect("", table.get_ref(), &mut found);
    }
    found
}

fn collect(prefix: &str, table: &DeTable<'_>, found: &mut Vec<Field>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            collect(&format!("{name}."), inner, found);
        }
        found.push(Field {
            name,
            key: key.span(),
            value: value.span(),
        });
    }
}
