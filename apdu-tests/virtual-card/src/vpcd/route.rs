//! How a card and vpcd find each other, again and again.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::{VpcdError, serve_reader};
use crate::reader::{TraceStep, VirtualReader};

/// How long to wait for a pcscd that is not there, before asking again.
const RETRY: Duration = Duration::from_millis(250);

/// How long a card that left stays away: pcscd looks every 0.4 seconds, and must see that the reader was empty.
const ABSENCE: Duration = Duration::from_secs(1);

/// How long one wait for a card lasts.
const WAIT: Duration = Duration::from_secs(60);

/// The way to one of vpcd's slots.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    host: String,
    port: u16,
}

/// An address that is no way to a slot.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{address} with slot {slot} added is no HOST:PORT")]
pub struct RouteError {
    /// The address of slot 0.
    pub address: String,
    /// The slot.
    pub slot: u16,
}

impl Route {
    /// To vpcd's slot `slot`: the address is `HOST:PORT` of slot 0, and each further slot has the next port.
    ///
    /// # Errors
    /// [`RouteError`].
    pub fn new(address: &str, slot: u16) -> Result<Self, RouteError> {
        let parsed = address.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let port = port.parse::<u16>().ok()?.checked_add(slot)?;
            (!host.is_empty()).then(|| (host.to_owned(), port))
        });
        match parsed {
            Some((host, port)) => Ok(Self { host, port }),
            None => Err(RouteError {
                address: address.to_owned(),
                slot,
            }),
        }
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
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
        loop {
            await_card(reader);
            let served = self.open().and_then(|stream| {
                plugged();
                serve_reader(stream, reader, &mut observe)
            });
            match served {
                Ok(()) => thread::sleep(ABSENCE),
                // pcscd starts with its first client and ends with its last: both are a matter of waiting.
                Err(VpcdError::Connect(_) | VpcdError::Connection(_)) => {
                    reader.power_off();
                    wait_a_little();
                }
                Err(error) => return error,
            }
        }
    }

    /// A connection with vpcd.
    pub(super) fn open(&self) -> Result<TcpStream, VpcdError> {
        TcpStream::connect((self.host.as_str(), self.port)).map_err(VpcdError::Connect)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_has_the_port_after_the_one_before() {
        let address = |text, slot| {
            Route::new(text, slot)
                .map(|route| (route.host, route.port))
                .ok()
        };
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
