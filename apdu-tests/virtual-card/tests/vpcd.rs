//! vpcd's protocol, with this test as vpcd.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use jpki_virtual_card::vpcd::{self, VpcdError};
use jpki_virtual_card::{PinReference, Profile, VirtualCard, VirtualReader};

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];
const VERIFY: [u8; 9] = [0x00, 0x20, 0x00, 0x98, 0x04, b'1', b'2', b'3', b'4'];

/// A card plugged into this test.
struct Plugged {
    reader: VirtualReader,
    stream: TcpStream,
    plug: JoinHandle<Result<(), VpcdError>>,
}

impl Plugged {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let reader = VirtualReader::new("vpcd");
        reader.insert(VirtualCard::mint(&Profile::parse("seed = 'card'").unwrap()).unwrap());
        let plug = thread::spawn({
            let reader = reader.clone();
            move || vpcd::plug(address, &reader, |_| {})
        });
        let (stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        Self {
            reader,
            stream,
            plug,
        }
    }

    /// Writes length and content apart, as vpcd does.
    fn send(&mut self, content: &[u8]) {
        self.stream
            .write_all(&u16::try_from(content.len()).unwrap().to_be_bytes())
            .unwrap();
        self.stream.write_all(content).unwrap();
    }

    fn receive(&mut self) -> Vec<u8> {
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).unwrap();
        let mut content = vec![0; usize::from(u16::from_be_bytes(length))];
        self.stream.read_exact(&mut content).unwrap();
        content
    }

    fn ask(&mut self, content: &[u8]) -> Vec<u8> {
        self.send(content);
        self.receive()
    }

    fn end(self) -> Result<(), VpcdError> {
        drop(self.stream);
        self.plug.join().unwrap()
    }
}

#[test]
fn the_atr_is_asked_for_with_4_and_an_apdu_is_answered() {
    let mut vpcd = Plugged::new();
    assert_eq!(
        vpcd.ask(&[4]),
        [0x3B, 0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14]
    );
    vpcd.send(&[1]);
    assert_eq!(vpcd.ask(&SELECT_JPKI), [0x90, 0x00]);
    assert_eq!(vpcd.ask(&[0x00, 0x20, 0x00, 0x98]), [0x63, 0xC3]);
}

#[test]
fn power_off_is_0_power_on_1_and_reset_2() {
    let mut vpcd = Plugged::new();
    let verified = |reader: &VirtualReader| {
        reader.inspect(|card| card.is_verified(PinReference::Authentication))
    };
    for (control, keeps) in [(2, true), (0, false), (1, false)] {
        assert_eq!(
            (vpcd.ask(&SELECT_JPKI), vpcd.ask(&VERIFY)),
            (vec![0x90, 0x00], vec![0x90, 0x00])
        );
        vpcd.send(&[control]);
        vpcd.ask(&[4]);
        assert_eq!(verified(&vpcd.reader), Some(keeps), "control {control}");
    }
}

#[test]
fn the_longest_frame_is_answered() {
    let mut vpcd = Plugged::new();
    assert_eq!(vpcd.ask(&vec![0x00; 65_535]), [0x67, 0x00]);
}

#[test]
fn a_connection_that_ends_is_told_apart_from_vpcd_speaking_nonsense() {
    assert!(matches!(
        Plugged::new().end(),
        Err(VpcdError::Connection(_))
    ));
    let mut empty = Plugged::new();
    empty.send(&[]);
    assert!(matches!(empty.end(), Err(VpcdError::EmptyFrame)));
    let mut unknown = Plugged::new();
    unknown.send(&[3]);
    assert!(matches!(unknown.end(), Err(VpcdError::UnknownControl(3))));
}

#[test]
fn a_card_that_leaves_the_reader_leaves_vpcd() {
    let mut vpcd = Plugged::new();
    // Answered once, it is certain that the card was there.
    vpcd.ask(&[4]);
    vpcd.reader.remove();
    vpcd.send(&[4]);
    // A frame that nobody read any more makes the end a reset.
    match vpcd.stream.read(&mut [0]) {
        Ok(read) => assert_eq!(read, 0, "the connection is closed"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    assert!(vpcd.end().is_ok());
}

#[test]
fn nobody_listening_is_its_own_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = vpcd::plug(address, &VirtualReader::new("vpcd"), |_| {}).unwrap_err();
    assert!(matches!(error, VpcdError::Connect(_)));
}

#[test]
fn nagle_does_not_delay_an_apdu() {
    let mut vpcd = Plugged::new();
    vpcd.ask(&[4]);
    let start = Instant::now();
    for _ in 0..50 {
        vpcd.ask(&[0x00, 0xA4, 0x00, 0x00]);
    }
    // Delayed acknowledgements would make it two seconds.
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}
