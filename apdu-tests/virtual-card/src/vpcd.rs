//! The plug into pcscd: vsmartcard's virtual reader (vpcd), which listens for cards on TCP.
//!
//! A frame is a big-endian `u16` length and as many bytes. One byte is a control code, more are a command APDU. Only an
//! APDU and the question for the ATR are answered. A card is in the reader as long as the connection stands.

mod exposure;
mod inserted;
mod playing;
mod route;

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};

use crate::reader::{TraceStep, VirtualReader};

use inserted::Inserted;

pub use exposure::open_to_the_network;
pub use playing::{Patience, ReplayError, replay};
pub use route::{Route, RouteError};

/// Where vpcd listens by default: its first slot, on this machine.
pub const DEFAULT_ADDRESS: &str = "127.0.0.1:35963";

/// Why the card left vpcd's reader.
#[derive(Debug, thiserror::Error)]
pub enum VpcdError {
    /// Nobody listens, or nobody answers.
    #[error("vpcd cannot be reached")]
    Connect(#[source] io::Error),
    /// The connection broke; so it does when pcscd ends.
    #[error("the connection to vpcd broke")]
    Connection(#[from] io::Error),
    /// A frame of one byte that is no control code.
    #[error("vpcd sent the unknown control code {0:02X}")]
    UnknownControl(u8),
    /// A frame without content.
    #[error("vpcd sent an empty frame")]
    EmptyFrame,
    /// An answer that no frame can hold.
    #[error("an answer of {0} bytes does not fit a frame")]
    AnswerTooLong(usize),
}

/// What vpcd asks for.
enum Request {
    PowerOff,
    PowerOn,
    Reset,
    Atr,
    Apdu(Vec<u8>),
}

/// Plugs the reader's card into vpcd at `address` and answers until that card leaves `reader` (`Ok`) or vpcd closes.
///
/// `observe` sees each APDU after it is answered. After [`Fault::Mute`](crate::Fault::Mute) vpcd, which knows no time
/// limit, waits until the reader is healed or emptied; then the card leaves it.
///
/// # Errors
/// [`VpcdError::Connect`] if there is no vpcd, [`VpcdError::Connection`] once it is gone, another one if it does not
/// speak vpcd's protocol.
pub fn plug(
    address: impl ToSocketAddrs,
    reader: &VirtualReader,
    observe: impl FnMut(TraceStep),
) -> Result<(), VpcdError> {
    let stream = TcpStream::connect(address).map_err(VpcdError::Connect)?;
    serve_reader(stream, reader, observe)
}

/// What vpcd finds in its slot.
trait Occupant {
    /// Waits for the next frame of `vpcd`, if there is something to do meanwhile; `false` if the card left first.
    fn await_frame(&self, _vpcd: &TcpStream) -> io::Result<bool> {
        Ok(true)
    }
    /// Whether the card that vpcd was shown first is still there.
    fn is_there(&self) -> bool;
    /// Its answer to reset.
    fn atr(&self) -> Option<Vec<u8>>;
    fn power_off(&mut self);
    fn power_on(&mut self);
    fn reset(&mut self);
    /// Answers a command that came from `vpcd`; `None` if the card leaves instead.
    fn transmit(&mut self, command: &[u8], vpcd: &TcpStream) -> Result<Option<Vec<u8>>, VpcdError>;
}

/// Answers until the occupant leaves (`Ok`) or vpcd closes.
fn serve(mut stream: TcpStream, occupant: &mut impl Occupant) -> Result<(), VpcdError> {
    stream.set_nodelay(true)?;
    while occupant.await_frame(&stream)? {
        let request = read_request(&mut stream)?;
        // A card that was swapped is another one: vpcd has to see this one leave.
        if !occupant.is_there() {
            return Ok(());
        }
        let answer = match request {
            Request::PowerOff => {
                occupant.power_off();
                continue;
            }
            Request::PowerOn => {
                occupant.power_on();
                continue;
            }
            Request::Reset => {
                occupant.reset();
                continue;
            }
            Request::Atr => occupant.atr(),
            Request::Apdu(command) => occupant.transmit(&command, &stream)?,
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        write_frame(&mut stream, &answer)?;
    }
    Ok(())
}

fn serve_reader(
    stream: TcpStream,
    reader: &VirtualReader,
    observe: impl FnMut(TraceStep),
) -> Result<(), VpcdError> {
    let Some(insertion) = reader.insertion() else {
        return Ok(());
    };
    let mut inserted = Inserted {
        reader,
        insertion,
        observe,
    };
    serve(stream, &mut inserted)
}

fn read_request(stream: &mut TcpStream) -> Result<Request, VpcdError> {
    let mut length = [0; 2];
    read_exact_at_once(stream, &mut length)?;
    // The length cannot ask for more than 65535 bytes, which is what the longest APDU of a frame needs.
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    read_exact_at_once(stream, &mut frame)?;
    match *frame.as_slice() {
        [] => Err(VpcdError::EmptyFrame),
        [0] => Ok(Request::PowerOff),
        [1] => Ok(Request::PowerOn),
        [2] => Ok(Request::Reset),
        [4] => Ok(Request::Atr),
        [code] => Err(VpcdError::UnknownControl(code)),
        _ => Ok(Request::Apdu(frame)),
    }
}

/// vpcd writes length and body apart, so that its Nagle waits for an acknowledgement that this end delays: 40 ms for an
/// APDU. The kernel forgets the wish for quick acknowledgements, hence before each read.
fn read_exact_at_once(stream: &mut TcpStream, bytes: &mut [u8]) -> io::Result<()> {
    rustix::net::sockopt::set_tcp_quickack(&*stream, true)?;
    stream.read_exact(bytes)
}

/// Waits as [`read_exact_at_once`] does, and leaves what came to it.
fn peek_at_once(stream: &TcpStream) -> io::Result<()> {
    rustix::net::sockopt::set_tcp_quickack(stream, true)?;
    stream.peek(&mut [0]).map(|_| ())
}

fn write_frame(stream: &mut TcpStream, answer: &[u8]) -> Result<(), VpcdError> {
    let length = u16::try_from(answer.len()).map_err(|_| VpcdError::AnswerTooLong(answer.len()))?;
    Ok(stream.write_all(&[&length.to_be_bytes(), answer].concat())?)
}
