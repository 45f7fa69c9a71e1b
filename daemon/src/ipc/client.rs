//! The other side of the socket: how programs ask the daemon.

mod start;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::frame::{FrameError, FrameReader, FrameWriter, Incoming};
use super::peer::{PeerVerdict, judge_peer, own_uid};
use super::socket::{SocketError, SocketPlace};

/// A connection to the daemon.
#[derive(Debug)]
pub struct Client {
    reader: FrameReader<OwnedReadHalf>,
    writer: FrameWriter<OwnedWriteHalf>,
    next_id: u64,
}

/// Why the daemon could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No place for the socket is known, or it is not safe.
    #[error(transparent)]
    Place(#[from] SocketError),
    /// Nobody answers at the socket.
    #[error("cannot connect to {path}: {source}")]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The socket belongs to another user's program.
    #[error("{path} is served by another user ({uid})")]
    OtherUser {
        /// The socket.
        path: PathBuf,
        /// The other user.
        uid: u32,
    },
    /// The daemon's program could not be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The daemon's program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The daemon was started, and did not answer in time.
    #[error("{program} was started and did not answer; {log} says why{}", last_line.as_ref().map(|line| format!(": {line}")).unwrap_or_default())]
    NotReady {
        /// The daemon's program.
        program: PathBuf,
        /// The file with its messages.
        log: PathBuf,
        /// The last of them.
        last_line: Option<String>,
    },
}

/// Why a call brought no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The daemon answered with an error.
    #[error("{0}")]
    Refused(Refusal),
    /// The connection ended before the answer.
    #[error("the connection to the daemon ended")]
    Gone,
    /// The connection failed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The daemon sent something that is no answer.
    #[error("the daemon sent something that is not JSON-RPC")]
    NotAnAnswer,
}

/// The daemon's error, as it was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// What happened, in the language of the request.
    pub message: String,
    /// `error.data`: `code`, `advice`, and what else applies.
    pub data: Map<String, Value>,
}

impl Refusal {
    /// Reads a JSON-RPC `error` object.
    #[must_use]
    pub fn from_json(error: &Value) -> Option<Self> {
        let data = error.get("data")?.as_object()?;
        data.get("code")?.as_str()?;
        Some(Self {
            message: error.get("message")?.as_str()?.to_owned(),
            data: data.clone(),
        })
    }

    /// The code of the closed list.
    #[must_use]
    pub fn code(&self) -> &str {
        self.text("code").unwrap_or_default()
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &str {
        self.text("advice").unwrap_or_default()
    }

    /// A text of [`Refusal::data`].
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name)?.as_str()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.message)
    }
}

impl Client {
    /// Connects to a daemon that listens at `path`.
    ///
    /// # Errors
    /// [`ConnectError::Connect`] if none does, [`ConnectError::OtherUser`] if it is another user's.
    pub async fn connect(path: &Path) -> Result<Self, ConnectError> {
        let failed = |source| ConnectError::Connect {
            path: path.to_owned(),
            source,
        };
        let stream = UnixStream::connect(path).await.map_err(failed)?;
        let uid = stream.peer_cred().map_err(failed)?.uid();
        if judge_peer(uid, own_uid()) == PeerVerdict::OtherUser {
            return Err(ConnectError::OtherUser {
                path: path.to_owned(),
                uid,
            });
        }
        let (reader, writer) = stream.into_split();
        Ok(Self {
            reader: FrameReader::new(reader),
            writer: FrameWriter::new(writer),
            next_id: 1,
        })
    }

    /// Connects, and starts `program serve` first if nobody listens at `place`.
    ///
    /// # Errors
    /// Any [`ConnectError`].
    pub async fn connect_or_start(
        place: &SocketPlace,
        program: &Path,
    ) -> Result<Self, ConnectError> {
        match Self::connect(place.path()).await {
            Err(ConnectError::Connect { source, .. }) if nobody_listens(&source) => {
                start::start_and_connect(place, program).await
            }
            other => other,
        }
    }

    /// Sends one request and waits for its answer; notifications in between are passed over.
    ///
    /// # Errors
    /// [`CallError::Refused`] with the daemon's error; the others when there is no answer.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, CallError> {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.writer.send(request.to_string().as_bytes()).await?;
        loop {
            let mut answer = self.next_message().await?;
            let about_us = match answer.get("id") {
                Some(Value::Null) => answer.get("error").is_some(),
                Some(found) => found.as_u64() == Some(id),
                None => false,
            };
            if !about_us {
                continue;
            }
            if let Some(error) = answer.get("error") {
                let refusal = Refusal::from_json(error).ok_or(CallError::NotAnAnswer)?;
                return Err(CallError::Refused(refusal));
            }
            return answer
                .get_mut("result")
                .map(Value::take)
                .ok_or(CallError::NotAnAnswer);
        }
    }

    async fn next_message(&mut self) -> Result<Value, CallError> {
        match self.reader.next().await? {
            Some(Incoming::Frame(content)) => {
                serde_json::from_slice(&content).map_err(|_| CallError::NotAnAnswer)
            }
            Some(Incoming::TooLong(_)) => Err(CallError::NotAnAnswer),
            None => Err(CallError::Gone),
        }
    }

    /// The two halves, for relaying frames as they are.
    #[must_use]
    pub fn into_halves(self) -> (FrameReader<OwnedReadHalf>, FrameWriter<OwnedWriteHalf>) {
        (self.reader, self.writer)
    }
}

/// Nothing is there, or only a socket that nobody listens to any more.
fn nobody_listens(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
    )
}

/// A program of this project that lies beside the running one.
///
/// # Errors
/// The system's error if it does not tell where the running program is.
pub fn program_beside(name: &str) -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let directory = own
        .parent()
        .ok_or_else(|| io::Error::other("the program has no directory"))?;
    Ok(directory.join(name))
}
