//! The person at the windows of a schedule.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, OnceLock, Weak};

use apdu_tests::person;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jpkid::pin::prompt::{Confirmation, PinPrompt, PinQuestion, PromptError, Subject};
use jpkid::pin::{Pin, PinKind};
use jpkid::service::Service;

use super::{World, reference, value};
use crate::schedule::Answer;

/// The person, who does with each window what the schedule says.
pub(super) struct Person(pub(super) Arc<World>, pub(super) OnceLock<Weak<Service>>);

impl Person {
    async fn faces_window(&self) -> Result<bool, PromptError> {
        let window = self.0.state().windows.pop_front();
        if let Some(event) = window.as_ref().and_then(|window| window.meanwhile) {
            if let Some(service) = self.1.get().and_then(Weak::upgrade) {
                service.finish().await;
            }
            self.0.happens(event);
        }
        match window.map_or(Answer::Cancels, |window| window.answer) {
            Answer::Right => Ok(true),
            Answer::Wrong => Ok(false),
            Answer::Cancels => Err(PromptError::Cancelled),
            Answer::Withdrawn => {
                self.0.withdrawn.notify_one();
                pending().await
            }
        }
    }
}

impl PinPrompt for Person {
    fn ask<'a>(&'a self, question: &'a PinQuestion) -> BoxFuture<'a, Result<Pin, PromptError>> {
        async move {
            let typed = value(question.pin, self.faces_window().await?);
            let mut state = self.0.state();
            state
                .witness
                .person_types(reference(question.pin), typed.as_bytes());
            Ok(person::typed(question.pin, typed))
        }
        .boxed()
    }

    fn confirm<'a>(
        &'a self,
        confirmation: &'a Confirmation,
    ) -> BoxFuture<'a, Result<bool, PromptError>> {
        async move {
            self.faces_window().await?;
            let mut state = self.0.state();
            match confirmation.subject {
                Subject::LastTry(pin) => state.witness.person_agrees(reference(pin)),
                Subject::Sign { .. } => {
                    let pin = PinKind::DigitalSignature;
                    let held = value(pin, true).as_bytes();
                    state.witness.person_agrees_to_use(reference(pin), held);
                }
                Subject::ReadAuthenticationCertificate => {}
            }
            drop(state);
            Ok(true)
        }
        .boxed()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person")
    }
}
