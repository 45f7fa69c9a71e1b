//! The plug into pcscd: vsmartcard's virtual reader (vpcd), which listens for cards on TCP.
//!
//! A frame is a big-endian `u16` length and as many bytes. One byte is a control code, more are a command APDU. Only an
//! APDU and the question for the ATR are answered. A card is in the reader as long as the connection stands.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};

use crate::reader::{TraceStep, VirtualReader};

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

/// Plugs the reader's card into vpcd at `address` and answers until the card leaves `reader` (`Ok`) or vpcd closes.
///
/// `observe` sees each APDU after it is answered.
///
/// # Errors
/// [`VpcdError::Connect`] if there is no vpcd, [`VpcdError::Connection`] once it is gone, another one if it does not
/// speak vpcd's protocol.
pub fn plug(
    address: impl ToSocketAddrs,
    reader: &VirtualReader,
    mut observe: impl FnMut(TraceStep),
) -> Result<(), VpcdError> {
    let mut stream = TcpStream::connect(address).map_err(VpcdError::Connect)?;
    stream.set_nodelay(true)?;
    loop {
        let answer = match read_request(&mut stream)? {
            Request::PowerOff => {
                reader.power_off();
                continue;
            }
            Request::PowerOn => {
                reader.power_on();
                continue;
            }
            Request::Reset => {
                reader.reset();
                continue;
            }
            Request::Atr => reader.atr(),
            Request::Apdu(command) => {
                let answer = reader.transmit(&command);
                if let Some(answer) = &answer {
                    observe(TraceStep::of(&command, answer));
                }
                answer
            }
        };
        let Some(answer) = answer else {
            return Ok(());
        };
        write_frame(&mut stream, &answer)?;
    }
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

fn write_frame(stream: &mut TcpStream, answer: &[u8]) -> Result<(), VpcdError> {
    let length = u16::try_from(answer.len()).map_err(|_| VpcdError::AnswerTooLong(answer.len()))?;
    Ok(stream.write_all(&[&length.to_be_bytes(), answer].concat())?)
}
