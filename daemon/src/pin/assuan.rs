//! The client side of the Assuan protocol, as far as pinentry needs it, with answers kept in
//! locked memory.
//!
//! By hand, since the crate `pinentry` blocks its thread with no way to close the window of a
//! request that was cancelled, and reads the PIN through buffers that are neither locked nor wiped.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use zeroize::Zeroize;

use super::locked_page::{LockedPage, NotLocked};

/// How long a prompt program that was told to end may take before it is killed.
const TIME_TO_END: Duration = Duration::from_secs(2);

/// Why the other side did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum AssuanError {
    /// The program could not be started.
    #[error("it could not be started")]
    Start(#[source] std::io::Error),
    /// There is nowhere to put an answer that may be a PIN.
    #[error(transparent)]
    NotLocked(#[from] NotLocked),
    /// Reading or writing failed.
    #[error("its pipe is broken")]
    Pipe(#[from] std::io::Error),
    /// The program ended, or closed its output.
    #[error("it ended before it answered")]
    Ended,
    /// `ERR`, with the error code's lower half (libgpg-error).
    #[error("it refused with error {0}")]
    Refused(u16),
    /// Anything but `OK`, `ERR`, data, status or comment, or a line that is too long.
    #[error("it broke the Assuan protocol")]
    Protocol,
}

/// A program that speaks Assuan on its standard input and output. Ends when dropped.
pub(super) struct Assuan {
    /// Taken only by drop.
    child: Option<Child>,
    input: ChildStdin,
    output: ChildStdout,
    /// Bytes read and not yet understood: they may be a PIN.
    received: LockedPage,
    length: usize,
}

impl Assuan {
    /// Starts the program and waits for its greeting.
    pub(super) async fn start(program: &str) -> Result<Self, AssuanError> {
        let received = LockedPage::new()?;
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(AssuanError::Start)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(AssuanError::Ended);
        };
        let mut assuan = Self {
            child: Some(child),
            input,
            output,
            received,
            length: 0,
        };
        assuan.answer(&mut []).await?;
        Ok(assuan)
    }

    /// Sends a command that answers with nothing but `OK`. Line breaks in `argument` are escaped.
    pub(super) async fn command(&mut self, name: &str, argument: &str) -> Result<(), AssuanError> {
        self.send(name, argument).await?;
        self.answer(&mut []).await.map(drop)
    }

    /// Sends a command that answers with data, and hands the data to `take` without copying it.
    pub(super) async fn ask<T>(
        &mut self,
        name: &str,
        take: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, AssuanError> {
        let mut data = LockedPage::new()?;
        self.send(name, "").await?;
        let length = self.answer(data.bytes_mut()).await?;
        Ok(take(data.bytes().get(..length).unwrap_or_default()))
    }

    async fn send(&mut self, name: &str, argument: &str) -> Result<(), AssuanError> {
        let escaped = argument
            .replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A");
        self.input
            .write_all(format!("{name} {escaped}\n").as_bytes())
            .await?;
        Ok(self.input.flush().await?)
    }

    /// Reads lines until `OK` or `ERR`; gathers data lines, and returns how many bytes they held.
    async fn answer(&mut self, data: &mut [u8]) -> Result<usize, AssuanError> {
        let mut gathered = 0;
        loop {
            let end = self.line().await?;
            let line = self.received.bytes().get(..end).unwrap_or_default();
            let done = match line {
                [b'D', b' ', escaped @ ..] => {
                    let room = data.get_mut(gathered..).unwrap_or_default();
                    let added = unescape(escaped, room).ok_or(AssuanError::Protocol)?;
                    gathered = gathered.saturating_add(added);
                    None
                }
                [b'O', b'K'] | [b'O', b'K', b' ', ..] => Some(Ok(gathered)),
                [b'E', b'R', b'R', b' ', code @ ..] => Some(Err(refusal(code))),
                [b'#' | b'S', ..] | [] => None,
                _ => Some(Err(AssuanError::Protocol)),
            };
            self.forget(end.saturating_add(1));
            if let Some(done) = done {
                return done;
            }
        }
    }

    /// Reads until a whole line is there; returns where it ends.
    async fn line(&mut self) -> Result<usize, AssuanError> {
        loop {
            let (read, free) = self.received.bytes_mut().split_at_mut(self.length);
            if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                return Ok(end);
            }
            if free.is_empty() {
                return Err(AssuanError::Protocol);
            }
            match self.output.read(free).await? {
                0 => return Err(AssuanError::Ended),
                count => self.length = self.length.saturating_add(count),
            }
        }
    }

    /// Drops the first `count` bytes received and wipes where the rest was moved from.
    fn forget(&mut self, count: usize) {
        let left = self.length.saturating_sub(count);
        let bytes = self.received.bytes_mut();
        bytes.copy_within(count.min(self.length)..self.length, 0);
        bytes.get_mut(left..).unwrap_or_default().zeroize();
        self.length = left;
    }
}

impl Drop for Assuan {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let Some(id) = child
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
        else {
            return;
        };
        // SIGTERM lets a prompt on a terminal restore it.
        if let Err(error) = kill_process(id, Signal::TERM) {
            tracing::debug!(%error, "the prompt program had ended");
        }
        tokio::spawn(async move {
            if tokio::time::timeout(TIME_TO_END, child.wait())
                .await
                .is_err()
            {
                child.start_kill().ok();
                child.wait().await.ok();
            }
        });
    }
}

/// The error of an `ERR` line: its number holds the source in the upper half, the code in the lower.
fn refusal(code: &[u8]) -> AssuanError {
    let number = code.split(|byte| *byte == b' ').next().unwrap_or_default();
    std::str::from_utf8(number)
        .ok()
        .and_then(|number| number.parse::<u32>().ok())
        .and_then(|number| u16::try_from(number & 0xFFFF).ok())
        .map_or(AssuanError::Protocol, AssuanError::Refused)
}

/// Undoes percent-escapes into `room`; returns the bytes written, `None` if they do not fit.
fn unescape(escaped: &[u8], room: &mut [u8]) -> Option<usize> {
    let mut written = 0_usize;
    let mut rest = escaped;
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
                (u8::try_from(value).ok()?, after)
            }
            (b'%', _) => return None,
            (byte, after) => (*byte, after),
        };
        *room.get_mut(written)? = byte;
        written = written.checked_add(1)?;
        rest = after;
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_escapes_are_undone_and_broken_ones_refused() {
        let mut room = [0; 8];
        assert_eq!(unescape(b"1%252%0a", &mut room), Some(4));
        assert_eq!(room[..4], *b"1%2\n");
        assert_eq!(unescape(b"%2", &mut room), None);
        assert_eq!(unescape(b"%zz", &mut room), None);
        assert_eq!(unescape(b"123456789", &mut room), None);
    }

    #[test]
    fn the_lower_half_of_an_error_number_is_its_code() {
        assert!(matches!(
            refusal(b"83886179 Operation cancelled"),
            AssuanError::Refused(99)
        ));
        assert!(matches!(refusal(b"nonsense"), AssuanError::Protocol));
    }
}
