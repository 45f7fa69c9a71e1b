//! One client: its requests run side by side, its answers go out one after another.

use std::future::pending;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{broadcast, mpsc};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio_util::bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{MAX_PENDING, ServerOptions};
use crate::ipc::frame::{
    FRAME_TIMEOUT, FrameError, FrameReader, FrameWriter, Incoming, MAX_FRAME_LEN,
};
use crate::ipc::methods::Session as _;
use crate::ipc::peer::PeerFacts;
use crate::ipc::progress::Progressed;
use crate::ipc::request::{Malformed, Request, RequestId, error_response, response};
use crate::ipc::{Asking, Call, Caller, ErrorCode, Event, Failure, Methods, Missing, Progress};
use crate::language::Language;

/// A connected client of the same user.
pub(super) struct Connection<M: Methods> {
    reader: FrameReader<OwnedReadHalf>,
    writer: FrameWriter<OwnedWriteHalf>,
    methods: Arc<M>,
    options: Arc<ServerOptions>,
    facts: PeerFacts,
    caller: Caller,
    session: Arc<M::Session>,
    begun: bool,
    running: JoinSet<Result<Value, Failure>>,
    pending: Vec<Pending>,
    events: Option<broadcast::Receiver<Event>>,
    /// Where its requests tell their stages.
    listener: mpsc::UnboundedSender<Progressed>,
    progressed: mpsc::UnboundedReceiver<Progressed>,
}

/// A request that has no answer yet.
struct Pending {
    task: Id,
    id: RequestId,
    language: Language,
    abort: AbortHandle,
}

impl<M: Methods> Connection<M> {
    pub(super) fn new(
        stream: UnixStream,
        facts: PeerFacts,
        methods: Arc<M>,
        options: Arc<ServerOptions>,
    ) -> Self {
        let (reader, writer) = stream.into_split();
        let (listener, progressed) = mpsc::unbounded_channel();
        Self {
            reader: FrameReader::new(reader),
            writer: FrameWriter::new(writer),
            caller: options.trust.judge_caller(&facts, None),
            session: Arc::default(),
            methods,
            options,
            facts,
            begun: false,
            running: JoinSet::new(),
            pending: Vec::new(),
            events: None,
            listener,
            progressed,
        }
    }

    /// Serves the client until it goes, fails, or `stop` is cancelled. Its requests end with it: they
    /// live in `running`, which aborts them when it is dropped.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        match self.serve(stop).await {
            Ok(()) => tracing::debug!("a client is gone"),
            Err(error) => tracing::info!(%error, "a client was let go"),
        }
    }

    async fn serve(&mut self, stop: CancellationToken) -> Result<(), FrameError> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return self.say_goodbye().await,
                incoming = self.reader.next() => match incoming {
                    Ok(Some(Incoming::Frame(content))) => self.take(&content).await?,
                    Ok(Some(Incoming::TooLong(length))) => self.refuse_length(length).await?,
                    Ok(None) => return Ok(()),
                    Err(FrameError::Lie(length)) => {
                        self.refuse_length(length).await?;
                        return Err(FrameError::Lie(length));
                    }
                    Err(FrameError::Stalled) => {
                        let seconds = FRAME_TIMEOUT.as_secs();
                        let failure = Failure::not_a_request(format!(
                            "the frame did not end within {seconds} s"
                        ));
                        self.refuse(None, &failure, None).await?;
                        return Err(FrameError::Stalled);
                    }
                    Err(error) => return Err(error),
                },
                Some(ended) = self.running.join_next_with_id() => self.answer(ended).await?,
                Some(progressed) = self.progressed.recv() => self.send(&progressed.to_json()).await?,
                event = next_event(&mut self.events) => self.send(&event.to_json()).await?,
            }
        }
    }

    async fn take(&mut self, content: &Bytes) -> Result<(), FrameError> {
        let first = !std::mem::replace(&mut self.begun, true);
        let request = Request::parse(content);
        if !matches!(request, Ok(Request::Call { .. })) {
            self.session.forget();
        }
        match request {
            Ok(Request::Call { id, call }) => self.begin(id, call).await,
            Ok(Request::Cancel { id, target }) => {
                // One that has ended meanwhile has been answered, or is about to be.
                if let Some(pending) = self.pending.iter().find(|pending| pending.id == target) {
                    pending.abort.abort();
                }
                self.send(&response(&id, &json!({}))).await
            }
            Ok(Request::Subscribe { id }) => {
                self.events = Some(self.methods.events());
                self.send(&response(&id, &json!({}))).await
            }
            Ok(Request::Introduce { started_by }) if first => {
                self.caller = self
                    .options
                    .trust
                    .judge_caller(&self.facts, Some(&started_by));
                tracing::debug!(caller = ?self.caller, "a client introduced itself");
                Ok(())
            }
            Ok(Request::Introduce { .. }) => {
                let failure = Failure::not_a_request("only the first frame may be introduce")
                    .with_field("method");
                self.refuse(None, &failure, None).await
            }
            Err(Malformed { id, lang, failure }) => {
                tracing::debug!(%failure, "a malformed request");
                self.refuse(id.as_ref(), &failure, lang).await
            }
        }
    }

    async fn begin(&mut self, id: RequestId, call: Call) -> Result<(), FrameError> {
        let lang = call.lang();
        if self.pending.iter().any(|pending| pending.id == id) {
            let failure =
                Failure::not_a_request("a request with this id is pending").with_field("id");
            return self.refuse(Some(&id), &failure, lang).await;
        }
        if self.pending.len() >= MAX_PENDING {
            let failure = Failure::new(ErrorCode::RateLimited)
                .with_detail(format!("{MAX_PENDING} requests are pending"));
            return self.refuse(Some(&id), &failure, lang).await;
        }
        tracing::debug!(method = call.method(), "a request begins");
        let progress = if call.wants_progress() {
            Progress::of(id.clone(), self.listener.clone())
        } else {
            Progress::default()
        };
        let asking = Asking {
            caller: self.caller.clone(),
            session: Arc::clone(&self.session),
            progress,
        };
        // Begun in the client's order, and run in a task of its own, so that a fault in it ends nothing else.
        let answer = Arc::clone(&self.methods).call(asking, call);
        let abort = self.running.spawn(answer);
        self.pending.push(Pending {
            task: abort.id(),
            id,
            language: lang.unwrap_or(self.options.language),
            abort,
        });
        Ok(())
    }

    async fn answer(
        &mut self,
        ended: Result<(Id, Result<Value, Failure>), JoinError>,
    ) -> Result<(), FrameError> {
        let (task, result) = match ended {
            Ok((task, result)) => (task, result),
            Err(error) if error.is_cancelled() => {
                (error.id(), Err(Failure::new(ErrorCode::UserCancelled)))
            }
            Err(error) => {
                // The panic's own message may hold anything: it is not logged here.
                tracing::error!("a request ended by a fault");
                (error.id(), Err(Failure::new(ErrorCode::Internal)))
            }
        };
        // Its stages lie there already, and come before its end.
        while let Ok(progressed) = self.progressed.try_recv() {
            self.send(&progressed.to_json()).await?;
        }
        let Some(position) = self.pending.iter().position(|pending| pending.task == task) else {
            return Ok(());
        };
        let Pending { id, language, .. } = self.pending.swap_remove(position);
        match result {
            Ok(result) => {
                let answer = response(&id, &result).to_string();
                if answer.len() <= MAX_FRAME_LEN {
                    return self.writer.send(answer.as_bytes()).await;
                }
                let failure =
                    Failure::new(ErrorCode::Internal).with_detail("the answer is too long");
                self.refuse(Some(&id), &failure, Some(language)).await
            }
            Err(failure) => self.refuse(Some(&id), &failure, Some(language)).await,
        }
    }

    /// The daemon stops: what is pending ends, and its client learns why.
    async fn say_goodbye(&mut self) -> Result<(), FrameError> {
        self.running.shutdown().await;
        for Pending { id, language, .. } in std::mem::take(&mut self.pending) {
            let failure = Failure::no_service(Missing::Daemon).with_detail("the daemon stops");
            self.refuse(Some(&id), &failure, Some(language)).await?;
        }
        Ok(())
    }

    async fn refuse_length(&mut self, length: usize) -> Result<(), FrameError> {
        let failure = Failure::new(ErrorCode::MessageTooLarge)
            .with_detail(format!("{length} bytes; at most {MAX_FRAME_LEN} are taken"));
        self.refuse(None, &failure, None).await
    }

    async fn refuse(
        &mut self,
        id: Option<&RequestId>,
        failure: &Failure,
        lang: Option<Language>,
    ) -> Result<(), FrameError> {
        let language = lang.unwrap_or(self.options.language);
        self.send(&error_response(id, failure, language)).await
    }

    async fn send(&mut self, message: &Value) -> Result<(), FrameError> {
        self.writer.send(message.to_string().as_bytes()).await
    }
}

/// The next event; never, where the client did not ask for events or no more can come.
async fn next_event(events: &mut Option<broadcast::Receiver<Event>>) -> Event {
    loop {
        let Some(receiver) = events else {
            return pending().await;
        };
        match receiver.recv().await {
            Ok(event) => return event,
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "a client missed events");
            }
            Err(broadcast::error::RecvError::Closed) => *events = None,
        }
    }
}
