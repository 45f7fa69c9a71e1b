use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures_util::future::{Either, select};

use super::desk::Given;
use super::events::Changes;
use super::patience::OpenWindow;
use super::{Service, ServiceError};
use crate::card::{Insertion, TransportError};
use crate::ipc::{Caller, Origin, Progress, Stage};
use crate::jpki::LastTry;
use crate::language::Language;
use crate::pin::prompt::{Asker, Confirmation, PinQuestion, PromptError, Subject};

/// Who asks, how to speak to the person, and whom to tell how far it is.
pub(super) struct Consent {
    pub(super) asker: Asker,
    pub(super) language: Language,
    pub(super) progress: Progress,
    /// Whose windows are counted: the site, or the program whatever site it names.
    name: String,
    excused: AtomicBool,
}

/// A card that a window is open for.
pub(super) struct CardWatch {
    pub(super) changes: Changes,
    pub(super) insertion: Insertion,
}

impl Consent {
    /// What happens to the open window from here on is not the asker's doing.
    pub(super) fn excuse(&self) {
        self.excused.store(true, Ordering::Relaxed);
    }
}

impl Service {
    /// Who asks, if they may.
    pub(super) async fn consent(
        &self,
        caller: &Caller,
        progress: Progress,
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
                first_use: self.is_first_use(origin.as_str()).await,
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
        let name = match &asker {
            Asker::Website { ascii, .. } => ascii.clone(),
            Asker::Program { program, .. } => program.clone(),
        };
        Ok(Consent {
            asker,
            language: self.language(lang),
            progress,
            name,
            excused: AtomicBool::new(false),
        })
    }

    /// Refuses an asker whose last window the person closed a moment ago, unless it is in the middle of a request: the person knows of
    /// that one, and may be asked again.
    pub(super) fn admit(&self, consent: &Consent) -> Result<(), ServiceError> {
        if consent.progress.opened_window() {
            return Ok(());
        }
        match self.patience.wait(&consent.name, Instant::now()) {
            Some(wait) => Err(ServiceError::TooSoon(wait)),
            None => Ok(()),
        }
    }

    pub(super) fn language(&self, asked: Option<Language>) -> Language {
        asked
            .or(self.settings.language)
            .unwrap_or_else(|| Language::choose(None))
    }

    async fn consent_to_last_try(
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

    /// Asks the person to agree.
    pub(super) async fn agree(
        &self,
        consent: &Consent,
        subject: Subject,
    ) -> Result<(), ServiceError> {
        if self.confirm(consent, subject).await? {
            Ok(())
        } else {
            Err(ServiceError::NotAgreed)
        }
    }

    async fn confirm(&self, consent: &Consent, subject: Subject) -> Result<bool, ServiceError> {
        let confirmation = Confirmation {
            asker: consent.asker.clone(),
            subject,
            language: consent.language,
        };
        let window = self.prompt.confirm(&confirmation);
        self.in_window(consent, window, |agreed| *agreed).await
    }

    /// Shows a window as long as the card lies in its reader; it closes when the card does not.
    pub(super) async fn beside_card<T>(
        &self,
        consent: &Consent,
        window: impl Future<Output = Result<T, ServiceError>>,
        watch: &mut CardWatch,
    ) -> Result<T, ServiceError> {
        match select(pin!(window), pin!(self.gone(watch))).await {
            Either::Left((answered, _)) => answered,
            Either::Right((gone, _window)) => {
                consent.excuse();
                Err(gone)
            }
        }
    }

    /// Watches, from now on, over the card in this reader.
    pub(super) async fn watch(&self, reader: &str) -> Result<CardWatch, ServiceError> {
        let changes = self.events.changes(reader);
        let insertion = self
            .insertion(reader)
            .await?
            .ok_or(TransportError::CardRemoved)?;
        Ok(CardWatch { changes, insertion })
    }

    /// Waits until the card is gone, with its reader or with the smart card service, and tells which. An event alone
    /// does not say so: while the service was away, none came.
    async fn gone(&self, watch: &mut CardWatch) -> ServiceError {
        loop {
            watch.changes.next().await;
            match self.insertion(watch.changes.reader()).await {
                Ok(Some(insertion)) if insertion == watch.insertion => {}
                Ok(_) => return TransportError::CardRemoved.into(),
                Err(error) => return error,
            }
        }
    }

    async fn insertion(&self, reader: &str) -> Result<Option<Insertion>, ServiceError> {
        let readers = self.readers().await?;
        let named = readers.into_iter().find(|known| known.name == reader);
        Ok(named.and_then(|reader| reader.insertion))
    }

    /// Asks for the PIN; before the last try, whether to spend it.
    pub(super) async fn ask(
        &self,
        consent: &Consent,
        question: &PinQuestion,
    ) -> Result<Given, ServiceError> {
        let last_try = self.consent_to_last_try(consent, question).await?;
        let window = self.prompt.ask(question);
        match self.in_window(consent, window, |_| true).await {
            Err(ServiceError::Prompt(PromptError::Cancelled)) if question.was_wrong => {
                Err(ServiceError::GaveUp(question.tries_left))
            }
            done => Ok(Given {
                pin: done?,
                last_try,
                certificate: None,
            }),
        }
    }

    /// Waits for the person, but not for ever, and shows one window at a time. Whoever closed the asker's last one while
    /// this one waited sees no other.
    async fn in_window<T>(
        &self,
        consent: &Consent,
        window: impl Future<Output = Result<T, PromptError>>,
        is_answer: impl Fn(&T) -> bool,
    ) -> Result<T, ServiceError> {
        let _window = self.window.lock().await;
        self.admit(consent)?;
        consent.progress.tell(Stage::WaitingForPin);
        let mut open = OpenWindow {
            patience: &self.patience,
            asker: &consent.name,
            excused: &consent.excused,
            answered: false,
        };
        let result = tokio::time::timeout(self.settings.prompt_timeout, window)
            .await
            .unwrap_or(Err(PromptError::TimedOut));
        match &result {
            Ok(answer) => open.answered = is_answer(answer),
            Err(PromptError::Cancelled | PromptError::TimedOut) => {}
            Err(PromptError::Unavailable { .. }) => consent.excuse(),
        }
        Ok(result?)
    }
}
