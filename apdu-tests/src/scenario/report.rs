//! How stories went, for people and for programs. No report holds a command's data or an answer's.

use std::error::Error;
use std::fmt;
use std::iter::successors;

use serde_json::{Value, json};

use super::play::{Outcome, StepOutcome};

/// How some stories went.
#[derive(Debug, Default)]
pub struct Report {
    stories: Vec<(String, Verdict)>,
}

/// How one story went.
#[derive(Debug)]
pub enum Verdict {
    /// Played with each of its cards, which all must have answered as expected.
    WithItsCards(Vec<Outcome>),
    /// Played with an unknown card, which must have answered as one of the story's.
    WithOneCard(Vec<Outcome>),
    /// Not played, or not to its end.
    Refused(String),
}

impl Report {
    /// Adds a story.
    pub fn add(&mut self, story: &str, verdict: Verdict) {
        self.stories.push((story.to_owned(), verdict));
    }

    /// Whether there is no story in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stories.is_empty()
    }

    /// Whether every story passed. Without any story nothing has.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.stories.is_empty() && self.stories.iter().all(|(_, verdict)| verdict.passed())
    }

    /// The report for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let stories = self.stories.iter().map(|(story, verdict)| {
            let refused = match verdict {
                Verdict::Refused(why) => Some(why),
                Verdict::WithItsCards(_) | Verdict::WithOneCard(_) => None,
            };
            let cards: Vec<_> = verdict.outcomes().iter().map(outcome_json).collect();
            json!({"story": story, "passed": verdict.passed(), "refused": refused, "cards": cards})
        });
        json!({"passed": self.passed(), "stories": stories.collect::<Vec<_>>()})
    }
}

impl Verdict {
    /// Not played because of this error and its causes.
    #[must_use]
    pub fn refused(error: &(dyn Error + 'static)) -> Self {
        let causes = successors(Some(error), |&error| error.source());
        let causes: Vec<_> = causes.map(ToString::to_string).collect();
        Self::Refused(causes.join(": "))
    }

    /// Whether the story passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        match self {
            Self::WithItsCards(outcomes) => outcomes.iter().all(Outcome::passed),
            Self::WithOneCard(outcomes) => outcomes.iter().any(Outcome::passed),
            Self::Refused(_) => false,
        }
    }

    fn outcomes(&self) -> &[Outcome] {
        match self {
            Self::WithItsCards(outcomes) | Self::WithOneCard(outcomes) => outcomes,
            Self::Refused(_) => &[],
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (story, verdict) in &self.stories {
            let passed = if verdict.passed() { "ok  " } else { "FAIL" };
            writeln!(f, "{passed}  {story}")?;
            if let Verdict::Refused(why) = verdict {
                writeln!(f, "        {why}")?;
            }
            for outcome in verdict.outcomes() {
                show_outcome(f, outcome, verdict.passed())?;
            }
        }
        Ok(())
    }
}

/// Where an unknown card is like one of the story's, what it does otherwise than another is no failure.
fn show_outcome(f: &mut fmt::Formatter<'_>, outcome: &Outcome, story_passed: bool) -> fmt::Result {
    if !outcome.variant.is_empty() {
        let answered = if outcome.passed() { "as" } else { "not as" };
        writeln!(f, "        {answered} the card {:?}", outcome.variant)?;
    }
    if story_passed {
        return Ok(());
    }
    for (nth, step) in (1_usize..).zip(&outcome.steps) {
        if let Some(mismatch) = &step.mismatch {
            let StepOutcome {
                name,
                command,
                expected,
                ..
            } = step;
            writeln!(f, "        command {nth}, {name}")?;
            writeln!(f, "          {command}: {mismatch}, expected {expected}")?;
        }
    }
    Ok(())
}

fn outcome_json(outcome: &Outcome) -> Value {
    let steps = outcome.steps.iter().map(|step| {
        json!({
            "name": step.name,
            "command": step.command,
            "expected": step.expected,
            "passed": step.mismatch.is_none(),
            "problem": step.mismatch.map(|mismatch| mismatch.to_string()),
        })
    });
    json!({
        "variant": outcome.variant,
        "passed": outcome.passed(),
        "commands": steps.collect::<Vec<_>>(),
    })
}
