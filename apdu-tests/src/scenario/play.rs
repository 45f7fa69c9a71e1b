//! Playing a story.

use super::pattern::Mismatch;
use super::stage::{Stage, StageError};
use super::story::{Act, Step, Story};

/// How a story went with one of its cards.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The variant's name; empty where the story has only one card.
    pub variant: String,
    /// The commands, in order.
    pub steps: Vec<StepOutcome>,
}

/// How one command went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StepOutcome {
    /// What the step shows.
    pub name: String,
    /// The command's header; never its data.
    pub command: String,
    /// The answer that should have come, as the story writes it.
    pub expected: String,
    /// What is wrong with the one that came.
    pub mismatch: Option<Mismatch>,
}

/// The answers to a story's commands.
type Answers = Vec<Option<Vec<u8>>>;

impl Outcome {
    /// Whether every answer was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.mismatch.is_none())
    }
}

/// Plays a story with each of its cards, to its end.
///
/// # Errors
/// [`StageError`] if a command could not even be sent.
pub fn play(story: &Story, stage: &mut dyn Stage) -> Result<Vec<Outcome>, StageError> {
    (0..story.variants.len())
        .map(|variant| {
            let answers = answers(story, variant, stage)?;
            Ok(judge(story, variant, &answers))
        })
        .collect()
}

/// Plays a story once with whatever card there is, and compares its answers with those of each of the story's cards.
///
/// # Errors
/// [`StageError`] if a command could not even be sent.
pub fn play_unknown_card(story: &Story, stage: &mut dyn Stage) -> Result<Vec<Outcome>, StageError> {
    let answers = answers(story, 0, stage)?;
    let variants = 0..story.variants.len();
    Ok(variants
        .map(|variant| judge(story, variant, &answers))
        .collect())
}

fn answers(story: &Story, variant: usize, stage: &mut dyn Stage) -> Result<Answers, StageError> {
    if let Some(variant) = story.variants.get(variant) {
        stage.begin(&variant.profile)?;
    }
    let mut answers = Vec::new();
    for Step { act, .. } in &story.steps {
        match act {
            Act::Send { command, .. } => answers.push(stage.send(command.as_bytes())?),
            Act::Reader(action) => stage.act(*action)?,
        }
    }
    Ok(answers)
}

fn judge(story: &Story, variant: usize, answers: &Answers) -> Outcome {
    let sent = story.steps.iter().filter_map(|step| match &step.act {
        Act::Send { command, expected } => Some((&step.name, command, expected.get(variant)?)),
        Act::Reader(_) => None,
    });
    let steps = sent
        .zip(answers)
        .map(|((name, command, expected), answer)| StepOutcome {
            name: name.clone(),
            command: command.to_string(),
            expected: expected.to_string(),
            mismatch: expected.check(answer.as_deref()).err(),
        });
    let variant = story.variants.get(variant);
    Outcome {
        variant: variant
            .map(|variant| variant.name.clone())
            .unwrap_or_default(),
        steps: steps.collect(),
    }
}
