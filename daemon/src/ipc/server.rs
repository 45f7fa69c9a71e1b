//! Accepts clients and keeps them apart.

mod connection;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::connection::Connection;
use super::frame::FrameWriter;
use super::peer::{PeerVerdict, Trust, credentials, judge_peer, own_uid, read_facts};
use super::request::error_response;
use super::socket::Listener;
use super::witness;
use super::{ErrorCode, Failure, Methods};
use crate::language::Language;

/// The most clients at once: every browser of a person, a few scripts, and room. With the frame's limit
/// it bounds the daemon's memory to a few MiB.
pub const MAX_CONNECTIONS: usize = 32;

/// The most unanswered requests of one client. A person answers one window at a time; the others only
/// wait for the card.
pub const MAX_PENDING: usize = 8;

/// After an error of `accept` (out of file descriptors, say) the next try waits, so that it does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A client that is turned away gets an answer, but may not hold up the others.
const REFUSAL_TIMEOUT: Duration = Duration::from_millis(100);

/// When stopping, clients have this long to take their last answers.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// What the server needs to know besides its methods.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// The language of error texts where the request asks for none.
    pub language: Language,
    /// Whom to believe to be a browser's messenger.
    pub trust: Trust,
    /// Who is asked about a peer that `/proc` does not tell of: the witness's socket.
    pub witness: Option<PathBuf>,
}

/// Serves clients until `stop` is cancelled; then pending requests are answered with `no_service` and
/// every connection ends. The socket's file goes with `listener`.
pub async fn serve<M: Methods>(
    listener: Listener,
    methods: Arc<M>,
    options: ServerOptions,
    stop: CancellationToken,
) {
    let options = Arc::new(options);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a connection ended by a fault");
                }
            }
            accepted = listener.accept() => match accepted {
                // Before anything else: another user gets no answer at all.
                Ok(stream) => match admit(&stream) {
                    None => {}
                    Some(_) if connections.len() >= MAX_CONNECTIONS => {
                        turn_away(stream, options.language).await;
                    }
                    Some(pid) => {
                        // At once, while the peer is there to be seen.
                        let seen = read_facts(pid);
                        let (methods, options) = (Arc::clone(&methods), Arc::clone(&options));
                        let stop = stop.clone();
                        connections.spawn(async move {
                            let facts =
                                witness::complete(seen, pid, options.witness.as_ref()).await;
                            Connection::new(stream, facts, methods, options).run(stop).await;
                        });
                    }
                },
                Err(error) => {
                    tracing::warn!(%error, "a client could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Nobody new from here on; the file goes with the listener.
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, all_ended).await.is_err() {
        tracing::warn!("some clients did not take their last answers");
    }
}

/// The process of a peer that is served, where the kernel tells it; `None` for one that is not.
fn admit(stream: &UnixStream) -> Option<Option<i32>> {
    let (uid, pid) = match credentials(stream) {
        Ok(credentials) => credentials,
        Err(error) => {
            tracing::warn!(%error, "a client without credentials was turned away");
            return None;
        }
    };
    match judge_peer(uid, own_uid()) {
        PeerVerdict::SameUser => Some(pid),
        PeerVerdict::OtherUser => {
            tracing::warn!(uid, "a client of another user was turned away");
            None
        }
    }
}

async fn turn_away(stream: UnixStream, language: Language) {
    let failure = Failure::new(ErrorCode::RateLimited)
        .with_detail(format!("{MAX_CONNECTIONS} clients are connected"));
    let answer = error_response(None, &failure, language).to_string();
    let mut writer = FrameWriter::new(stream);
    // Whether it listens or not, it is let go.
    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, writer.send(answer.as_bytes())).await;
    tracing::warn!("a client was turned away: {MAX_CONNECTIONS} are connected");
}
