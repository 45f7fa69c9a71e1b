use std::future::Future;

use super::{Service, ServiceError};
use crate::ipc::{Caller, Origin};
use crate::jpki::LastTry;
use crate::language::Language;
use crate::pin::Pin;
use crate::pin::prompt::{Asker, Confirmation, PinQuestion, PromptError, Subject};

/// Who asks and how to speak to the person.
pub(super) struct Consent {
    pub(super) asker: Asker,
    pub(super) language: Language,
}

impl Service {
    /// Who asks, if they may.
    pub(super) fn consent(
        &self,
        caller: &Caller,
        origin: Option<&Origin>,
        lang: Option<Language>,
    ) -> Result<Consent, ServiceError> {
        if origin.is_some_and(Origin::is_developer) && !self.settings.developer_origins {
            return Err(ServiceError::DeveloperOrigin);
        }
        let text = |path: &std::path::Path| path.display().to_string();
        let asker = match (caller, origin) {
            (Caller::Browser { program }, Some(origin)) => Asker::Website {
                ascii: origin.as_str().to_owned(),
                unicode: origin.display_unicode().to_owned(),
                browser: text(program),
            },
            (Caller::Browser { program }, None) => Asker::Program {
                program: text(program),
                origin: None,
            },
            (Caller::Program { path }, origin) => Asker::Program {
                program: path.as_deref().map_or_else(|| "?".to_owned(), text),
                origin: origin.map(|origin| origin.as_str().to_owned()),
            },
        };
        Ok(Consent {
            asker,
            language: self.language(lang),
        })
    }

    pub(super) fn language(&self, asked: Option<Language>) -> Language {
        asked
            .or(self.settings.language)
            .unwrap_or_else(|| Language::choose(None))
    }

    pub(super) async fn consent_to_last_try(
        &self,
        consent: &Consent,
        question: &PinQuestion,
    ) -> Result<LastTry, ServiceError> {
        if !question.tries_left.is_last() {
            return Ok(LastTry::Spare);
        }
        if self
            .confirm(consent, Subject::LastTry(question.pin))
            .await?
        {
            Ok(LastTry::Confirmed)
        } else {
            Err(ServiceError::LastTryRefused)
        }
    }

    pub(super) async fn confirm(
        &self,
        consent: &Consent,
        subject: Subject,
    ) -> Result<bool, ServiceError> {
        let Consent { asker, language } = consent;
        let confirmation = Confirmation {
            asker: asker.clone(),
            subject,
            language: *language,
        };
        Ok(self.in_window(self.prompt.confirm(&confirmation)).await?)
    }

    pub(super) async fn ask(&self, question: &PinQuestion) -> Result<Pin, ServiceError> {
        match self.in_window(self.prompt.ask(question)).await {
            Err(PromptError::Cancelled) if question.was_wrong => {
                Err(ServiceError::GaveUp(question.tries_left))
            }
            done => Ok(done?),
        }
    }

    /// Waits for the person, but not for ever, and shows one window at a time.
    async fn in_window<T>(
        &self,
        window: impl Future<Output = Result<T, PromptError>>,
    ) -> Result<T, PromptError> {
        let _window = self.window.lock().await;
        tokio::time::timeout(self.settings.prompt_timeout, window)
            .await
            .unwrap_or(Err(PromptError::TimedOut))
    }
}
