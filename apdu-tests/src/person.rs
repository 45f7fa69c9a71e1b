//! The person in front of the card, who answers from a list.

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{BoxFuture, FutureExt as _};
use jpkid::pin::pinentry::AssuanError;
use jpkid::pin::prompt::{Asker, Confirmation, PinPrompt, PinQuestion, PromptError, Subject};
use jpkid::pin::{LockedPage, Pin, PinKind};
use tokio::sync::{oneshot, watch};

/// What the person does when a window opens.
pub enum Reply {
    /// Types this PIN, which could be right.
    Types(&'static str),
    /// Does what the window wants: types the example profile's PIN, or agrees.
    Obliges,
    /// Agrees to what a window asks.
    Agrees,
    /// Does not agree.
    Refuses,
    /// Closes the window.
    Cancels,
    /// Leaves the window open for ever.
    Waits,
    /// The prompt program cannot open a window.
    CannotBeAsked,
    /// The prompt's own code panics.
    Panics,
    /// Something else happens while the window is open; then the person replies.
    Meanwhile(Box<dyn FnOnce() + Send>, Box<Reply>),
    /// The window stays open until the test says so; then the person replies.
    When(oneshot::Receiver<()>, Box<Reply>),
}

impl Reply {
    /// `happens` while the window is open; then the person replies.
    pub fn meanwhile(happens: impl FnOnce() + Send + 'static, then: Self) -> Self {
        Self::Meanwhile(Box::new(happens), Box::new(then))
    }

    /// The window stays open until the sender is used; then the person replies.
    #[must_use]
    pub fn when_told(then: Self) -> (oneshot::Sender<()>, Self) {
        let (tell, told) = oneshot::channel();
        (tell, Self::When(told, Box::new(then)))
    }
}

/// Answers windows from a list, and remembers what they asked. A window that no reply is left for fails the test.
#[derive(Default)]
pub struct Person {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<String>>,
    opened: watch::Sender<usize>,
    open: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Person {
    /// Someone who will reply so.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            replies: Mutex::new(replies.into_iter().collect()),
            ..Self::default()
        }
    }

    /// Adds replies to the list.
    pub fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// Drops the replies that are left, and adds others.
    pub fn will_only(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.replies.lock().unwrap() = replies.into_iter().collect();
    }

    /// What was asked so far, in short: `authentication PIN, 3 tries left`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Replies that no window asked for.
    pub fn unasked(&self) -> usize {
        self.replies.lock().unwrap().len()
    }

    /// Waits until so many windows were opened.
    pub async fn sees(&self, windows: usize) {
        let mut opened = self.opened.subscribe();
        opened
            .wait_for(|opened| *opened >= windows)
            .await
            .expect("the sender is in self");
    }

    /// Windows that are open now.
    pub fn open_windows(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// The most windows that were open at once.
    pub fn most_windows_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    async fn reply(&self, question: String) -> Reply {
        let _window = Window::open(self);
        self.asked.lock().unwrap().push(question.clone());
        let next = self.replies.lock().unwrap().pop_front();
        self.opened
            .send_modify(|opened| *opened = opened.saturating_add(1));
        let mut reply = next.unwrap_or_else(|| panic!("no reply is left for: {question}"));
        loop {
            reply = match reply {
                Reply::Waits => pending().await,
                Reply::Panics => panic!("the prompt panics, as the test wants"),
                Reply::Meanwhile(happens, then) => {
                    happens();
                    *then
                }
                Reply::When(told, then) => {
                    told.await.expect("the test says when");
                    *then
                }
                reply => return reply,
            };
        }
    }
}

impl PinPrompt for Person {
    fn ask<'a>(&'a self, question: &'a PinQuestion) -> BoxFuture<'a, Result<Pin, PromptError>> {
        async move {
            let wrong = if question.was_wrong {
                ", the last one was wrong"
            } else {
                ""
            };
            let text = format!(
                "{} PIN, {} tries left{wrong}",
                name(question.pin),
                question.tries_left
            );
            match self.reply(text + first_use(&question.asker)).await {
                Reply::Obliges => Ok(right_pin(question.pin)),
                Reply::Types(pin) => Ok(typed(question.pin, pin)),
                other => Err(no_answer(other)),
            }
        }
        .boxed()
    }

    fn confirm<'a>(
        &'a self,
        confirmation: &'a Confirmation,
    ) -> BoxFuture<'a, Result<bool, PromptError>> {
        async move {
            let text = match confirmation.subject {
                Subject::LastTry(pin) => format!("use the last try of the {} PIN?", name(pin)),
                Subject::ReadAuthenticationCertificate => {
                    "let the page read the authentication certificate?".to_owned()
                }
                Subject::Sign {
                    count,
                    hash_function,
                    hash_start,
                } => format!("sign {count} {hash_function} hashes from {hash_start:02x?}?"),
            };
            match self.reply(text).await {
                Reply::Agrees | Reply::Obliges => Ok(true),
                Reply::Refuses => Ok(false),
                other => Err(no_answer(other)),
            }
        }
        .boxed()
    }
}

fn first_use(asker: &Asker) -> &'static str {
    match asker {
        Asker::Website {
            first_use: true, ..
        } => ", for the first time",
        _ => "",
    }
}

fn name(pin: PinKind) -> &'static str {
    match pin {
        PinKind::UserAuthentication => "authentication",
        PinKind::DigitalSignature => "signature",
    }
}

/// The PIN of a card whose profile names none.
fn right_pin(pin: PinKind) -> Pin {
    let right = match pin {
        PinKind::UserAuthentication => "1234",
        PinKind::DigitalSignature => "ABC123",
    };
    typed(pin, right)
}

/// What a person typed that could be right.
pub fn typed(pin: PinKind, text: &str) -> Pin {
    let page = LockedPage::new().expect("memory can be locked");
    Pin::parse(page, pin, text).expect("a PIN that could be right")
}

fn no_answer(reply: Reply) -> PromptError {
    match reply {
        Reply::Cancels => PromptError::Cancelled,
        Reply::CannotBeAsked => PromptError::Unavailable {
            program: "/no/such/pinentry".to_owned(),
            source: AssuanError::Start(io::ErrorKind::NotFound.into()),
        },
        other => panic!("a window of the other kind was expected for {other:?}"),
    }
}

/// A window is open as long as this lives.
struct Window<'p>(&'p Person);

impl<'p> Window<'p> {
    fn open(person: &'p Person) -> Self {
        let open = person.open.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        person.most_at_once.fetch_max(open, Ordering::SeqCst);
        Self(person)
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Reply {
    /// Never what is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Types(_) => "Types(..)",
            Self::Obliges => "Obliges",
            Self::Agrees => "Agrees",
            Self::Refuses => "Refuses",
            Self::Cancels => "Cancels",
            Self::Waits => "Waits",
            Self::CannotBeAsked => "CannotBeAsked",
            Self::Panics => "Panics",
            Self::Meanwhile(..) => "Meanwhile(..)",
            Self::When(..) => "When(..)",
        })
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("asked", &self.asked())
            .finish_non_exhaustive()
    }
}
