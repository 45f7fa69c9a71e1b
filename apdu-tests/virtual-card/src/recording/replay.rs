//! Plays a recording to whoever asks as they asked then.

use super::{Command, Recording, Start, Step};

/// A recording that is played as a card: each command must be the next one, and all must be asked for.
#[derive(Debug)]
pub struct Replay {
    recording: Recording,
    played: usize,
    /// What happened since the last command.
    start: Option<Start>,
    power_counts: bool,
    failed: Option<Mismatch>,
}

/// Why no answer is given.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Stop {
    /// The recording goes on otherwise. From here on nothing is answered.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// No answer came when the recording was made either.
    #[error("the card did not answer in the recording either")]
    Silence,
}

/// What was asked for, and what the recording has. Neither shows a PIN.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Mismatch {
    /// Another command.
    #[error("line {line} of the recording: expected {expected}\n  received {received}")]
    Wrong {
        /// Where the recording has the expected command, from 1.
        line: usize,
        /// What the recording has.
        expected: String,
        /// What was asked for.
        received: String,
    },
    /// More than the recording has.
    #[error("the recording ends after {commands} commands\n  received {received}")]
    TooMany {
        /// How many commands it has.
        commands: usize,
        /// What was asked for.
        received: String,
    },
    /// Less than the recording has.
    #[error(
        "{left} of {commands} commands were not asked for; next, line {line} of the recording: expected {expected}"
    )]
    LeftOver {
        /// How many are left.
        left: usize,
        /// How many commands the recording has.
        commands: usize,
        /// Where the next one is, from 1.
        line: usize,
        /// The next one.
        expected: String,
    },
}

impl Replay {
    /// Plays from the start: a card that was just inserted.
    #[must_use]
    pub fn new(recording: Recording) -> Self {
        Self {
            recording,
            played: 0,
            start: Some(Start::PowerOn),
            power_counts: true,
            failed: None,
        }
    }

    /// The same behind pcscd, which cuts and gives power by its own clock: cold resets are not compared, only warm ones.
    #[must_use]
    pub fn behind_pcscd(recording: Recording) -> Self {
        Self {
            power_counts: false,
            ..Self::new(recording)
        }
    }

    /// The card's answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.recording.atr
    }

    /// A cold reset.
    pub fn power_on(&mut self) {
        self.start = Some(Start::PowerOn);
    }

    /// A warm reset.
    pub fn reset(&mut self) {
        self.start = self.start.max(Some(Start::Reset));
    }

    /// The recorded answer, if this is the next command.
    ///
    /// # Errors
    /// [`Stop::Mismatch`] if it is not, now and ever after; [`Stop::Silence`] where the recording has no answer.
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Stop> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone().into());
        }
        let start = self.start.take();
        let command = Command::of(command);
        let step = self.recording.steps.get(self.played);
        if let Err(mismatch) = self.compare(step, start, &command) {
            self.failed = Some(mismatch.clone());
            return Err(mismatch.into());
        }
        let answer = step.and_then(|step| step.answer.clone());
        self.played = self.played.saturating_add(1);
        answer.ok_or(Stop::Silence)
    }

    fn compare(
        &self,
        step: Option<&Step>,
        start: Option<Start>,
        command: &Command,
    ) -> Result<(), Mismatch> {
        let Some(step) = step else {
            return Err(Mismatch::TooMany {
                commands: self.recording.steps.len(),
                received: described(start, command),
            });
        };
        let counts = |start: &Start| self.power_counts || *start == Start::Reset;
        let same_start = start.filter(counts) == step.start.filter(counts);
        // Who powers a card on needs no warm reset, and pcscd decides that.
        let either_cold = !self.power_counts && [start, step.start].contains(&Some(Start::PowerOn));
        if step.command == *command && (same_start || either_cold) {
            return Ok(());
        }
        Err(Mismatch::Wrong {
            line: step.line,
            expected: described(step.start, &step.command),
            received: described(start, command),
        })
    }

    /// How many commands were asked for as recorded.
    #[must_use]
    pub fn played(&self) -> usize {
        self.played
    }

    /// Whether every command was asked for, and nothing else.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.finish().is_ok()
    }

    /// Whether it went wrong already.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The end: every command must have been asked for.
    ///
    /// # Errors
    /// The first [`Mismatch`], or [`Mismatch::LeftOver`].
    pub fn finish(&self) -> Result<(), Mismatch> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        let steps = &self.recording.steps;
        match steps.get(self.played) {
            None => Ok(()),
            Some(next) => Err(Mismatch::LeftOver {
                left: steps.len().saturating_sub(self.played),
                commands: steps.len(),
                line: next.line,
                expected: described(next.start, &next.command),
            }),
        }
    }
}

fn described(start: Option<Start>, command: &Command) -> String {
    match start {
        Some(start) => format!("{}, then {command}", start.as_str()),
        None => command.to_string(),
    }
}
