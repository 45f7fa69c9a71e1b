//! A recording in vpcd's slot.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Occupant, Route, VpcdError};
use crate::recording::{Mismatch, Replay, Stop};

/// How often a replay that waits for vpcd looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

/// How long a replay waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// After the last command of the recording, for one that it does not have.
    pub grace: Duration,
    /// Once the first command came, for the next: counted from the last command, reset or change of power. `None` is
    /// without end.
    pub idle: Option<Duration>,
}

/// Why a replay did not end as recorded.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A step was wrong or one too many.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// vpcd speaks nonsense.
    #[error(transparent)]
    Vpcd(#[from] VpcdError),
}

/// Plays a recording to vpcd, and waits for a vpcd that is not there. Ends when everything was asked for and nothing
/// more during [`Patience::grace`], or when nothing came during [`Patience::idle`].
///
/// # Errors
/// [`ReplayError`], with the first step that went wrong or is missing.
pub fn replay(
    route: &Route,
    replay: &Mutex<Replay>,
    patience: Patience,
) -> Result<(), ReplayError> {
    let mut playing = Playing {
        replay,
        patience,
        last: Instant::now(),
    };
    while playing.is_there() {
        match route
            .open()
            .and_then(|stream| super::serve(stream, &mut playing))
        {
            Ok(()) => {}
            Err(VpcdError::Connect(_) | VpcdError::Connection(_)) => super::route::wait_a_little(),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(playing.lock().finish()?)
}

struct Playing<'replay> {
    replay: &'replay Mutex<Replay>,
    patience: Patience,
    /// When something came last; not a question for the ATR, with which pcscd looks for the card all the time.
    last: Instant,
}

impl Playing<'_> {
    fn lock(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Occupant for Playing<'_> {
    fn await_frame(&self, vpcd: &TcpStream) -> io::Result<bool> {
        vpcd.set_read_timeout(Some(LOOK))?;
        while self.is_there() {
            match super::peek_at_once(vpcd) {
                // What came, or that nothing comes any more, is found by who reads next.
                Ok(()) => {
                    vpcd.set_read_timeout(None)?;
                    return Ok(true);
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }

    fn is_there(&self) -> bool {
        let replay = self.lock();
        let limit = match (replay.is_complete(), replay.played() > 0) {
            (true, _) => Some(self.patience.grace),
            (false, true) => self.patience.idle,
            (false, false) => None,
        };
        let over = limit.is_some_and(|limit| self.last.elapsed() >= limit);
        !over && !replay.has_failed()
    }

    fn atr(&self) -> Option<Vec<u8>> {
        Some(self.lock().atr().to_vec())
    }

    fn power_off(&mut self) {
        self.last = Instant::now();
    }

    fn power_on(&mut self) {
        self.last = Instant::now();
        self.lock().power_on();
    }

    fn reset(&mut self) {
        self.last = Instant::now();
        self.lock().reset();
    }

    fn transmit(&mut self, command: &[u8], _: &TcpStream) -> Result<Option<Vec<u8>>, VpcdError> {
        self.last = Instant::now();
        let answer = self.lock().transmit(command);
        match answer {
            Ok(answer) => Ok(Some(answer)),
            // vpcd would wait for ever; a card that leaves is an error for whoever asked, as no answer is.
            Err(Stop::Silence | Stop::Mismatch(_)) => Ok(None),
        }
    }
}
