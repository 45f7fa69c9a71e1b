use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::broadcast;

use super::{Action, AskedBy, DONE, History, Key, Use};
use crate::ipc::{
    Asking, Call, Caller, CertificateKind, ErrorCode, Event, Failure, Methods, Origin, Progress,
};

/// Methods whose uses of the card are written down, those too that the client withdraws.
#[derive(Debug)]
pub struct Recorded<M> {
    methods: Arc<M>,
    history: Arc<History>,
}

impl<M> Recorded<M> {
    /// Writes down what `methods` are asked for.
    #[must_use]
    pub fn new(methods: Arc<M>, history: Arc<History>) -> Arc<Self> {
        Arc::new(Self { methods, history })
    }
}

impl<M: Methods> Methods for Recorded<M> {
    type Session = M::Session;

    fn call(
        self: Arc<Self>,
        asking: Asking<M::Session>,
        call: Call,
    ) -> BoxFuture<'static, Result<Value, Failure>> {
        let Some(mut pending) = Pending::of(&self.history, &asking, &call) else {
            return Arc::clone(&self.methods).call(asking, call);
        };
        Box::pin(async move {
            let result = Arc::clone(&self.methods).call(asking, call).await;
            pending.end(&result);
            result
        })
    }

    fn events(&self) -> broadcast::Receiver<Event> {
        self.methods.events()
    }
}

/// A use that has begun. It is written down when it is dropped, and that is how a withdrawn request ends; if it came to
/// nothing and to no window either, it was none, or whoever asks on and on would push out what the person looks for.
struct Pending {
    history: Arc<History>,
    action: Action,
    key: Key,
    asked_by: AskedBy,
    origin: Option<String>,
    program: Option<PathBuf>,
    result: &'static str,
    progress: Progress,
}

impl Pending {
    /// `None` for what uses neither a key nor a certificate of the person.
    fn of<S>(history: &Arc<History>, asking: &Asking<S>, call: &Call) -> Option<Self> {
        let (action, key, origin) = match call {
            Call::Status(_) | Call::History(_) => return None,
            Call::Authenticate(params) => (
                Action::Authenticate,
                Key::Authentication,
                Some(&params.origin),
            ),
            Call::Sign(params) => (Action::Sign, Key::Signature, Some(&params.origin)),
            Call::Certificate(params) => {
                let key = match params.kind {
                    CertificateKind::Authentication => Key::Authentication,
                    CertificateKind::Signature => Key::Signature,
                    CertificateKind::AuthenticationCa | CertificateKind::SignatureCa => {
                        return None;
                    }
                };
                (Action::Certificate, key, params.origin.as_ref())
            }
        };
        let (asked_by, program) = match &asking.caller {
            Caller::Browser { program } => (AskedBy::Website, Some(program.clone())),
            Caller::Program { path } => (AskedBy::Program, path.clone()),
        };
        Some(Self {
            history: Arc::clone(history),
            action,
            key,
            asked_by,
            origin: origin.map(Origin::as_str).map(str::to_owned),
            program,
            result: ErrorCode::UserCancelled.as_str(),
            progress: asking.progress.clone(),
        })
    }

    fn end(&mut self, result: &Result<Value, Failure>) {
        self.result = match result {
            Ok(_) => DONE,
            Err(failure) => failure.code().as_str(),
        };
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.result != DONE && !self.progress.opened_window() {
            return;
        }
        let written = self.history.append(&Use {
            time: Timestamp::now(),
            action: self.action,
            key: self.key,
            asked_by: self.asked_by,
            origin: self.origin.take(),
            program: self.program.take(),
            result: self.result.to_owned(),
        });
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.history.path().display(), "the history cannot be written");
        }
    }
}
