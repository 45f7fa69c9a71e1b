//! The PIN prompt that other people wrote for every desktop and terminal: GnuPG's pinentry.

use futures_util::future::BoxFuture;

use super::assuan::Assuan;
pub use super::assuan::AssuanError;
use super::prompt::{Confirmation, PinPrompt, PinQuestion, PromptError};
use super::{ImpossiblePin, LockedPage, Pin};
use crate::language::Language;

/// Error codes of libgpg-error that a person causes.
mod code {
    pub(super) const TIMEOUT: u16 = 62;
    pub(super) const CANCELED: u16 = 99;
    pub(super) const NOT_CONFIRMED: u16 = 114;
    pub(super) const FULLY_CANCELED: u16 = 198;
}

/// Asks by a pinentry program, started anew for each question and ended with it.
#[derive(Clone, Debug)]
pub struct Pinentry {
    program: String,
}

impl Pinentry {
    /// Asks by this program: a path, or a name to look up in `PATH`.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
        }
    }

    async fn open(&self, language: Language) -> Result<Assuan, AssuanError> {
        let mut pinentry = Assuan::start(&self.program).await?;
        for (option, variable) in [
            ("ttyname", "GPG_TTY"),
            ("ttytype", "TERM"),
            ("lc-ctype", "LC_CTYPE"),
        ] {
            if let Ok(value) = std::env::var(variable) {
                // An option that this pinentry does not know is no reason not to ask.
                match pinentry
                    .command("OPTION", &format!("{option}={value}"))
                    .await
                {
                    Ok(()) | Err(AssuanError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        pinentry
            .command("SETTITLE", &language.text("prompt-title", &[]))
            .await?;
        Ok(pinentry)
    }

    async fn ask_pin(&self, question: &PinQuestion) -> Result<Pin, AssuanError> {
        let mut pinentry = self.open(question.language).await?;
        let language = question.language;
        pinentry.command("SETDESC", &question.description()).await?;
        pinentry.command("SETPROMPT", &question.field()).await?;
        pinentry
            .command("SETOK", &language.text("prompt-ok", &[]))
            .await?;
        pinentry
            .command("SETCANCEL", &language.text("prompt-cancel", &[]))
            .await?;
        let mut complaint = question.complaint();
        loop {
            if let Some(complaint) = complaint {
                pinentry.command("SETERROR", &complaint).await?;
            }
            // Before the window opens: what is typed must have a place.
            let room = LockedPage::new()?;
            let typed = pinentry
                .ask("GETPIN", |typed| {
                    std::str::from_utf8(typed)
                        .map_err(|_| ImpossiblePin::WrongCharacter)
                        .and_then(|typed| Pin::parse(room, question.pin, typed))
                })
                .await?;
            match typed {
                Ok(pin) => return Ok(pin),
                Err(ImpossiblePin::WrongLength | ImpossiblePin::WrongCharacter) => {
                    complaint = Some(question.impossible());
                }
            }
        }
    }

    async fn ask_to_agree(&self, confirmation: &Confirmation) -> Result<bool, AssuanError> {
        let mut pinentry = self.open(confirmation.language).await?;
        let [agree, refuse] = confirmation.buttons();
        pinentry
            .command("SETDESC", &confirmation.description())
            .await?;
        pinentry.command("SETOK", &agree).await?;
        pinentry.command("SETCANCEL", &refuse).await?;
        match pinentry.command("CONFIRM", "").await {
            Ok(()) => Ok(true),
            Err(AssuanError::Refused(
                code::CANCELED | code::FULLY_CANCELED | code::NOT_CONFIRMED,
            )) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn prompt_error(&self, error: AssuanError) -> PromptError {
        match error {
            AssuanError::Refused(code::CANCELED | code::FULLY_CANCELED) => PromptError::Cancelled,
            AssuanError::Refused(code::TIMEOUT) => PromptError::TimedOut,
            source => PromptError::Unavailable {
                program: self.program.clone(),
                source,
            },
        }
    }
}

impl PinPrompt for Pinentry {
    fn ask<'a>(&'a self, question: &'a PinQuestion) -> BoxFuture<'a, Result<Pin, PromptError>> {
        Box::pin(async move {
            self.ask_pin(question)
                .await
                .map_err(|error| self.prompt_error(error))
        })
    }

    fn confirm<'a>(
        &'a self,
        confirmation: &'a Confirmation,
    ) -> BoxFuture<'a, Result<bool, PromptError>> {
        Box::pin(async move {
            self.ask_to_agree(confirmation)
                .await
                .map_err(|error| self.prompt_error(error))
        })
    }
}
