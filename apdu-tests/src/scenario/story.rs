//! Story files.

mod card;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jpki_virtual_card::Profile;
use serde::Deserialize;
use toml::Spanned;

use super::pattern::{AnswerPattern, CommandBytes};
use card::{BuiltIn, Changes, merged};

/// A story: one card and what happens to it.
#[derive(Clone, Debug)]
pub struct Story {
    /// What it is about, in a few words.
    pub name: String,
    /// What it shows, and where the facts come from.
    pub shows: String,
    /// Whether it can be played with somebody's card: nothing in it spends a try, signs or changes anything.
    pub harmless: bool,
    /// The cards it is played with: at least one.
    pub variants: Vec<Variant>,
    /// What happens: at least one step.
    pub steps: Vec<Step>,
}

/// One of the cards with which a story is played. Where sources disagree there is one for each answer.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name; empty where a story has only one card.
    pub name: String,
    /// What card it is.
    pub profile: Profile,
}

/// One step of a story.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it shows.
    pub name: String,
    /// What is done.
    pub act: Act,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends a command.
    Send {
        /// The command APDU.
        command: CommandBytes,
        /// The answer that must come, of each variant in the story's order.
        expected: Vec<AnswerPattern>,
    },
    /// Does something to the card.
    Reader(ReaderAction),
}

/// What a reader, or a hand, does to a card.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderAction {
    /// Takes it out.
    Remove,
    /// Puts it back.
    Insert,
    /// Resets it under power.
    WarmReset,
    /// Cuts its power and gives it back.
    PowerCycle,
}

/// Why there is no story.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The file cannot be read.
    #[error("the story {} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The text is no story; the message quotes the line and names the field.
    #[error(transparent)]
    Syntax(#[from] toml::de::Error),
    /// The parts do not fit together.
    #[error("line {line}, {field}: {problem}")]
    Nonsense {
        /// The line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStory {
    name: String,
    shows: String,
    harmless: bool,
    #[serde(default)]
    like: BuiltIn,
    #[serde(default)]
    profile: Changes,
    #[serde(default)]
    variant: Vec<Spanned<RawVariant>>,
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariant {
    name: String,
    #[serde(default)]
    profile: Changes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    name: String,
    send: Option<CommandBytes>,
    expect: Option<Expected>,
    reader: Option<ReaderAction>,
}

/// One answer for all variants, or one for each by its name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    OfAll(String),
    OfEach(BTreeMap<String, String>),
}

impl Story {
    /// Reads and parses a story file.
    ///
    /// # Errors
    /// [`StoryError`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, StoryError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| StoryError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }

    /// Parses a story.
    ///
    /// # Errors
    /// [`StoryError::Syntax`] or [`StoryError::Nonsense`], both with line and field.
    pub fn parse(text: &str) -> Result<Self, StoryError> {
        let raw: RawStory = toml::from_str(text)?;
        let variants = variants(text, &raw)?;
        let steps: Result<Vec<_>, _> = raw
            .step
            .into_iter()
            .map(|step| {
                let at = step.span().start;
                step.into_inner()
                    .checked(&variants)
                    .map_err(|(field, problem)| nonsense(text, at, field, problem))
            })
            .collect();
        let steps = steps?;
        if steps.is_empty() {
            return Err(nonsense(text, 0, "step", "there is none"));
        }
        Ok(Self {
            name: raw.name,
            shows: raw.shows,
            harmless: raw.harmless,
            variants,
            steps,
        })
    }

    /// The commands that it sends.
    pub fn commands(&self) -> impl Iterator<Item = &CommandBytes> {
        self.steps.iter().filter_map(|step| match &step.act {
            Act::Send { command, .. } => Some(command),
            Act::Reader(_) => None,
        })
    }
}

fn variants(text: &str, raw: &RawStory) -> Result<Vec<Variant>, StoryError> {
    let variant = |at, name: &str, changes: &[&Changes]| {
        let profile = merged(&raw.like, changes)
            .map_err(|error| nonsense(text, at, "profile", error.message().to_owned()))?;
        Ok::<_, StoryError>(Variant {
            name: name.to_owned(),
            profile,
        })
    };
    if raw.variant.is_empty() {
        return Ok(vec![variant(0, "", &[&raw.profile])?]);
    }
    let mut variants: Vec<Variant> = Vec::new();
    for spanned in &raw.variant {
        let (at, own) = (spanned.span().start, spanned.get_ref());
        if own.name.is_empty() || variants.iter().any(|other| other.name == own.name) {
            return Err(nonsense(text, at, "variant.name", "it names no other card"));
        }
        variants.push(variant(at, &own.name, &[&raw.profile, &own.profile])?);
    }
    Ok(variants)
}

impl RawStep {
    /// # Errors
    /// The field, and what is wrong with it.
    fn checked(self, variants: &[Variant]) -> Result<Step, (&'static str, String)> {
        let act = match (self.send, self.expect, self.reader) {
            (Some(command), Some(expect), None) => Act::Send {
                command,
                expected: expect.for_each(variants)?,
            },
            (None, None, Some(action)) => Act::Reader(action),
            _ => {
                let problem = "a step has send and expect, or it has reader";
                return Err(("step", problem.to_owned()));
            }
        };
        Ok(Step {
            name: self.name,
            act,
        })
    }
}

impl Expected {
    fn for_each(self, variants: &[Variant]) -> Result<Vec<AnswerPattern>, (&'static str, String)> {
        let pattern = |text: String| {
            AnswerPattern::try_from(text).map_err(|error| ("expect", error.to_string()))
        };
        match self {
            Self::OfAll(text) => Ok(vec![pattern(text)?; variants.len()]),
            Self::OfEach(mut by_name) => {
                let mut patterns = Vec::new();
                for Variant { name, .. } in variants {
                    let text = by_name.remove(name);
                    let text = text.ok_or_else(|| ("expect", format!("no answer of {name:?}")))?;
                    patterns.push(pattern(text)?);
                }
                match by_name.pop_first() {
                    None => Ok(patterns),
                    Some((name, _)) => Err(("expect", format!("there is no variant {name:?}"))),
                }
            }
        }
    }
}

fn nonsense(text: &str, at: usize, field: &'static str, problem: impl Into<String>) -> StoryError {
    let before = text.get(..at).unwrap_or(text);
    StoryError::Nonsense {
        line: before.matches('\n').count().saturating_add(1),
        field,
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests;
