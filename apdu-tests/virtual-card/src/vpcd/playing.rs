//! A recording in vpcd's slot.

use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Occupant, Route, VpcdError};
use crate::recording::{Mismatch, Replay, Stop};

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
/// more during `grace`.
///
/// # Errors
/// [`ReplayError`], with the first step that went wrong.
pub fn replay(route: &Route, replay: &Mutex<Replay>, grace: Duration) -> Result<(), ReplayError> {
    let mut playing = Playing {
        replay,
        grace,
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
    grace: Duration,
    /// When the last command came.
    last: Instant,
}

impl Playing<'_> {
    fn lock(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Occupant for Playing<'_> {
    fn is_there(&self) -> bool {
        let replay = self.lock();
        let over = replay.is_complete() && self.last.elapsed() >= self.grace;
        !over && !replay.has_failed()
    }

    fn atr(&self) -> Option<Vec<u8>> {
        Some(self.lock().atr().to_vec())
    }

    fn power_off(&mut self) {}

    fn power_on(&mut self) {
        self.lock().power_on();
    }

    fn reset(&mut self) {
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
