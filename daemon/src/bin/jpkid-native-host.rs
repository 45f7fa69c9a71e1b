//! `jpkid-native-host`: the browser's pipes on one side, the daemon's socket on the other.
//!
//! Frames pass as they are. Of their content only the ids are read, so that no request stays without an
//! answer when the daemon is not there or goes away. Standard output belongs to the browser: everything
//! else that is said goes to standard error.

use std::io::stderr;
use std::process::ExitCode;

use jpkid::ipc::client::{Client, program_beside};
use jpkid::ipc::frame::{FrameError, FrameReader, FrameWriter, Incoming, MAX_FRAME_LEN};
use jpkid::ipc::request::{RequestId, error_response};
use jpkid::ipc::socket::SocketPlace;
use jpkid::ipc::{ErrorCode, Failure, Missing};
use jpkid::language::Language;
use jpkid::settings::Settings;
use serde_json::{Value, json};
use tokio::io::{Stdin, Stdout, stdin, stdout};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(Relay::new(started_by()).run());
    // A read of standard input may still wait; nobody needs what it would bring.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the browser's connection ended");
            ExitCode::FAILURE
        }
    }
}

/// Chromium's first argument is the extension's origin; Firefox's are the manifest's path and the
/// add-on's id.
fn started_by() -> Option<String> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next()?;
    if first.starts_with("chrome-extension://") {
        Some(first)
    } else {
        arguments.next()
    }
}

struct Relay {
    from_browser: FrameReader<Stdin>,
    to_browser: FrameWriter<Stdout>,
    started_by: Option<String>,
    language: Language,
    daemon: Option<Daemon>,
}

struct Daemon {
    reader: FrameReader<OwnedReadHalf>,
    writer: FrameWriter<OwnedWriteHalf>,
    unanswered: Vec<Asked>,
}

/// A request that was passed on and has no answer yet.
struct Asked {
    id: RequestId,
    language: Language,
}

impl Relay {
    fn new(started_by: Option<String>) -> Self {
        let set = Settings::load().ok().and_then(|settings| settings.language);
        Self {
            from_browser: FrameReader::new(stdin()),
            to_browser: FrameWriter::new(stdout()),
            started_by,
            language: set.unwrap_or_else(|| Language::choose(None)),
            daemon: None,
        }
    }

    /// Until the browser closes its end. The daemon then ends what is pending, as this program's end of
    /// the socket closes with it.
    async fn run(mut self) -> Result<(), FrameError> {
        loop {
            tokio::select! {
                incoming = self.from_browser.next() => match incoming {
                    Ok(Some(Incoming::Frame(content))) => self.pass_on(&content).await?,
                    Ok(Some(Incoming::TooLong(length))) => self.refuse_length(length).await?,
                    Ok(None) => return Ok(()),
                    Err(FrameError::Lie(length)) => {
                        self.refuse_length(length).await?;
                        return Err(FrameError::Lie(length));
                    }
                    Err(error) => return Err(error),
                },
                incoming = next_from(&mut self.daemon) => match incoming {
                    Ok(Some(Incoming::Frame(content))) => {
                        if let Some(daemon) = &mut self.daemon {
                            daemon.note_answer(&content);
                        }
                        self.to_browser.send(&content).await?;
                    }
                    Ok(Some(Incoming::TooLong(_)) | None) => self.lose_daemon(None).await?,
                    Err(error) => self.lose_daemon(Some(error)).await?,
                },
            }
        }
    }

    async fn pass_on(&mut self, content: &[u8]) -> Result<(), FrameError> {
        let (id, language) = self.asked_in(content);
        if let Some(daemon) = &mut self.daemon {
            match daemon.writer.send(content).await {
                Ok(()) => {
                    daemon.expect_answer(id, language);
                    return Ok(());
                }
                // It stopped since its last answer. It did not get this frame whole, so it is safe to
                // send it again to the one that is started next.
                Err(error) => self.lose_daemon(Some(error)).await?,
            }
        }
        match self.connect_and_send(content).await {
            Ok(mut daemon) => {
                daemon.expect_answer(id, language);
                self.daemon = Some(daemon);
                Ok(())
            }
            Err(detail) => {
                tracing::warn!(detail, "the daemon cannot be reached");
                self.answer_no_service(id.as_ref(), language, detail).await
            }
        }
    }

    async fn connect_and_send(&self, content: &[u8]) -> Result<Daemon, String> {
        let mut daemon = self.connect().await?;
        daemon
            .writer
            .send(content)
            .await
            .map_err(|error| error.to_string())?;
        Ok(daemon)
    }

    async fn connect(&self) -> Result<Daemon, String> {
        let place = SocketPlace::from_environment().map_err(|error| error.to_string())?;
        let program = program_beside("jpkid").map_err(|error| error.to_string())?;
        let client = Client::connect_or_start(&place, &program)
            .await
            .map_err(|error| error.to_string())?;
        let (reader, mut writer) = client.into_halves();
        if let Some(started_by) = &self.started_by {
            let introduction = json!({
                "jsonrpc": "2.0", "method": "introduce", "params": {"startedBy": started_by},
            });
            writer
                .send(introduction.to_string().as_bytes())
                .await
                .map_err(|error| error.to_string())?;
        }
        Ok(Daemon {
            reader,
            writer,
            unanswered: Vec::new(),
        })
    }

    /// Answers what the daemon left open; the next request connects anew.
    async fn lose_daemon(&mut self, error: Option<FrameError>) -> Result<(), FrameError> {
        let Some(daemon) = self.daemon.take() else {
            return Ok(());
        };
        let detail = error.map_or_else(|| "the daemon is gone".into(), |error| error.to_string());
        tracing::info!(detail, "the daemon's connection ended");
        for Asked { id, language } in daemon.unanswered {
            self.answer_no_service(Some(&id), language, detail.clone())
                .await?;
        }
        Ok(())
    }

    async fn answer_no_service(
        &mut self,
        id: Option<&RequestId>,
        language: Language,
        detail: String,
    ) -> Result<(), FrameError> {
        let failure = Failure::no_service(Missing::Daemon).with_detail(detail);
        self.answer(id, &failure, language).await
    }

    async fn refuse_length(&mut self, length: usize) -> Result<(), FrameError> {
        let failure = Failure::new(ErrorCode::MessageTooLarge)
            .with_detail(format!("{length} bytes; at most {MAX_FRAME_LEN} are taken"));
        self.answer(None, &failure, self.language).await
    }

    async fn answer(
        &mut self,
        id: Option<&RequestId>,
        failure: &Failure,
        language: Language,
    ) -> Result<(), FrameError> {
        let answer = error_response(id, failure, language).to_string();
        self.to_browser.send(answer.as_bytes()).await
    }

    /// The id of a request and the language of its answer.
    fn asked_in(&self, content: &[u8]) -> (Option<RequestId>, Language) {
        let request: Value = serde_json::from_slice(content).unwrap_or_default();
        let language = match request.pointer("/params/lang").and_then(Value::as_str) {
            Some(tag) => Language::choose(Some(tag)),
            None => self.language,
        };
        let id = request.get("id").and_then(RequestId::from_json);
        (id, language)
    }
}

impl Daemon {
    fn expect_answer(&mut self, id: Option<RequestId>, language: Language) {
        if let Some(id) = id {
            self.unanswered.push(Asked { id, language });
        }
    }

    fn note_answer(&mut self, content: &[u8]) {
        let answer: Value = serde_json::from_slice(content).unwrap_or_default();
        if let Some(id) = answer.get("id").and_then(RequestId::from_json)
            && let Some(position) = self.unanswered.iter().position(|asked| asked.id == id)
        {
            self.unanswered.swap_remove(position);
        }
    }
}

/// The daemon's next frame; never, while there is no daemon.
async fn next_from(daemon: &mut Option<Daemon>) -> Result<Option<Incoming>, FrameError> {
    match daemon {
        Some(daemon) => daemon.reader.next().await,
        None => std::future::pending().await,
    }
}
