//! The other end of the control socket.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::message::{Answer, MAX_LINE, Request, SlotStatus};

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens at the socket.
    #[error(
        "no virtual card can be reached through {}: start jpki-virtual-card, or name its socket with --control PATH",
        path.display()
    )]
    Connect {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The connection broke.
    #[error("the virtual card broke off: look at its messages and start it again")]
    Broken(#[source] io::Error),
    /// The answer is none.
    #[error("the virtual card's answer is not understood: use the same version of both programs")]
    Nonsense(#[from] serde_json::Error),
    /// Refused: why, and what to do.
    #[error("{0}")]
    Refused(String),
}

/// Sends a request to the virtual card that is controlled through `path`; answers the slots that were meant.
///
/// # Errors
/// [`AskError`].
pub fn ask(path: &Path, request: &Request) -> Result<Vec<SlotStatus>, AskError> {
    let mut stream = UnixStream::connect(path).map_err(|source| AskError::Connect {
        path: path.to_owned(),
        source,
    })?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(AskError::Broken)?;
    let mut answer = Vec::new();
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    BufReader::new(stream.take(limit))
        .read_until(b'\n', &mut answer)
        .map_err(AskError::Broken)?;
    match serde_json::from_slice(&answer)? {
        Answer::Slots(slots) => Ok(slots),
        Answer::Error(text) => Err(AskError::Refused(text)),
    }
}
