//! How a card and vpcd find each other, again and again.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{VpcdError, serve_reader};
use crate::reader::{TraceStep, VirtualReader};

/// How long to wait for a pcscd that is not there, before asking again.
const RETRY: Duration = Duration::from_millis(250);

/// How long a card that left stays away: pcscd looks every 0.4 seconds, and must see that the reader was empty.
const ABSENCE: Duration = Duration::from_secs(1);

/// How long one wait for a card lasts.
const WAIT: Duration = Duration::from_secs(60);

/// How the card in one slot and vpcd find each other.
#[derive(Debug)]
pub enum Route {
    /// The card connects to vpcd, which listens: vpcd's usual mode.
    Connect {
        /// Name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// vpcd connects to the card, which listens: where reader.conf has `DEVICENAME host:port`.
    Listen(TcpListener),
}

/// Why there is no route.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// Not `HOST:PORT`, or there is no such port.
    #[error("{0} with slot {1} added is no HOST:PORT")]
    Address(String, u16),
    /// The address cannot be listened on.
    #[error("vpcd cannot be waited for on {0}")]
    Listen(String, #[source] io::Error),
}

impl Route {
    /// To vpcd's slot `slot`: the address is `HOST:PORT` of slot 0, and each further slot has the next port.
    ///
    /// # Errors
    /// [`RouteError::Address`].
    pub fn connect(address: &str, slot: u16) -> Result<Self, RouteError> {
        let (host, port) = slot_address(address, slot)?;
        Ok(Self::Connect { host, port })
    }

    /// From vpcd's slot `slot`, which connects to the port that many after `HOST:PORT`. Listens at once.
    ///
    /// # Errors
    /// [`RouteError`].
    pub fn listen(address: &str, slot: u16) -> Result<Self, RouteError> {
        let (host, port) = slot_address(address, slot)?;
        TcpListener::bind((host.as_str(), port))
            .map(Self::Listen)
            .map_err(|error| RouteError::Listen(format!("{host}:{port}"), error))
    }

    /// Keeps whatever card lies in `reader` plugged into vpcd, as long as it lies there, and waits for the next one and
    /// for a vpcd that is not there. `plugged` is told each time it succeeded, `observe` sees each APDU.
    ///
    /// Returns when vpcd speaks nonsense, with what.
    pub fn keep_plugged(
        &self,
        reader: &VirtualReader,
        mut plugged: impl FnMut(),
        mut observe: impl FnMut(TraceStep),
    ) -> VpcdError {
        let mut left = None;
        loop {
            let served = self.meet(reader, left).and_then(|stream| {
                plugged();
                serve_reader(stream, reader, &mut observe)
            });
            match served {
                Ok(()) => left = Some(Instant::now()),
                // pcscd starts with its first client and ends with its last: both are a matter of waiting.
                Err(VpcdError::Connect(_) | VpcdError::Connection(_)) => {
                    reader.power_off();
                    wait_a_little();
                }
                Err(error) => return error,
            }
        }
    }

    /// A connection with vpcd once there is a card, and the last one has been away for long enough.
    fn meet(&self, reader: &VirtualReader, left: Option<Instant>) -> Result<TcpStream, VpcdError> {
        let absence = || {
            left.map_or(Duration::ZERO, |left| {
                ABSENCE.saturating_sub(left.elapsed())
            })
        };
        match self {
            Self::Connect { .. } => {
                thread::sleep(absence());
                await_card(reader);
                self.open()
            }
            // vpcd takes any connection for a card until it is closed, one that nobody accepted too.
            Self::Listen(_) => loop {
                let stream = self.open()?;
                if absence().is_zero() && reader.insertion().is_some() {
                    return Ok(stream);
                }
            },
        }
    }

    /// The next connection with vpcd.
    pub(super) fn open(&self) -> Result<TcpStream, VpcdError> {
        match self {
            Self::Connect { host, port } => TcpStream::connect((host.as_str(), *port)),
            Self::Listen(listener) => listener.accept().map(|(stream, _)| stream),
        }
        .map_err(VpcdError::Connect)
    }
}

/// Between two looks for a vpcd that is not there.
pub(super) fn wait_a_little() {
    thread::sleep(RETRY);
}

fn await_card(reader: &VirtualReader) {
    loop {
        let seen = reader.generation();
        if reader.insertion().is_some() {
            return;
        }
        let _ = reader.wait_for_change(seen, WAIT);
    }
}

/// Host and port of a slot.
fn slot_address(address: &str, slot: u16) -> Result<(String, u16), RouteError> {
    let wrong = || RouteError::Address(address.to_owned(), slot);
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port.parse::<u16>().ok();
    let port = port.and_then(|port| port.checked_add(slot));
    match port {
        Some(port) if !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_has_the_port_after_the_one_before() {
        let address = |text, slot| slot_address(text, slot).ok();
        assert_eq!(
            address("127.0.0.1:35963", 1),
            Some(("127.0.0.1".to_owned(), 35964))
        );
        assert_eq!(address("[::1]:1", 0), Some(("::1".to_owned(), 1)));
        for (text, slot) in [("127.0.0.1", 0), (":1", 0), ("a:65535", 1), ("a:x", 0)] {
            assert_eq!(address(text, slot), None, "{text}");
        }
    }
}
