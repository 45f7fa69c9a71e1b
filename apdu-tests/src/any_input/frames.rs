//! Any byte stream, in any pieces: the daemon reads the frames that another reading of the same bytes finds.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use jpkid::ipc::frame::{
    FrameError, FrameReader, FrameWriter, Incoming, MAX_FRAME_LEN, MAX_SKIPPED_LEN,
};
use tokio::io::{AsyncRead, ReadBuf};

/// The most bytes of one stream; more are cut off.
const MAX_STREAM_LEN: usize = 1280 * 1024;

/// A piece's header with this bit set is followed by one byte, which is repeated 64 times its other 15 bits.
const REPEATED: u16 = 0x8000;

/// The pieces that these bytes say, each a header of two bytes and what belongs to it: bytes as they are (at most 255),
/// or a repeated one.
fn pieces(mut input: &[u8]) -> VecDeque<Vec<u8>> {
    let mut pieces = VecDeque::new();
    let mut room = MAX_STREAM_LEN;
    while let Some((header, rest)) = input.split_first_chunk() {
        let header = u16::from_be_bytes(*header);
        let piece = if header & REPEATED == 0 {
            let (piece, rest) = rest.split_at(usize::from(header & 0xFF).min(rest.len()));
            input = rest;
            piece.to_vec()
        } else {
            let (byte, rest) = rest.split_first().unwrap_or((&0, rest));
            input = rest;
            let length = usize::from(header & !REPEATED).saturating_mul(64);
            vec![*byte; length.min(room)]
        };
        room = room.saturating_sub(piece.len());
        // A stream's end looks like an empty piece.
        if !piece.is_empty() {
            pieces.push_back(piece);
        }
    }
    pieces
}

/// The other end of a connection, which sends its pieces one by one.
struct InPieces(VecDeque<io::Cursor<Vec<u8>>>);

impl AsyncRead for InPieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(piece) = self.0.front_mut() {
            let read = piece.read(buffer.initialize_unfilled())?;
            buffer.advance(read);
            if piece.fill_buf()?.is_empty() {
                self.0.pop_front();
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// How a stream ends.
#[derive(Debug, Eq, PartialEq)]
enum End {
    BetweenFrames,
    WithinAFrame,
    ByALie(usize),
}

/// The next frame of a stream that is all there; what is left of the stream follows it.
fn expected(stream: &[u8]) -> Result<(Incoming, &[u8]), End> {
    let Some((length, rest)) = stream.split_first_chunk() else {
        return Err(if stream.is_empty() {
            End::BetweenFrames
        } else {
            End::WithinAFrame
        });
    };
    let length = usize::try_from(u32::from_ne_bytes(*length)).expect("64-bit tests");
    match rest.split_at_checked(length) {
        _ if length > MAX_SKIPPED_LEN => Err(End::ByALie(length)),
        Some((_, rest)) if length > MAX_FRAME_LEN => Ok((Incoming::TooLong(length), rest)),
        // It is told as soon as its length is known.
        None if length > MAX_FRAME_LEN => Ok((Incoming::TooLong(length), b"?")),
        Some((content, rest)) => Ok((Incoming::Frame(content.to_vec().into()), rest)),
        None => Err(End::WithinAFrame),
    }
}

/// Reads a stream; tells whether it ended between two frames.
pub fn check(input: &[u8]) -> bool {
    let pieces = pieces(input);
    let (first, second) = pieces.as_slices();
    let whole = [first.concat(), second.concat()].concat();
    let pieces = pieces.into_iter().map(io::Cursor::new);
    read_all(&whole, InPieces(pieces.collect()))
}

fn read_all(mut stream: &[u8], pieces: InPieces) -> bool {
    super::block_on(async {
        let mut reader = FrameReader::new(pieces);
        loop {
            let read = match reader.next().await {
                Ok(Some(incoming)) => Ok(incoming),
                Ok(None) => Err(End::BetweenFrames),
                Err(FrameError::Truncated) => Err(End::WithinAFrame),
                Err(FrameError::Lie(length)) => Err(End::ByALie(length)),
                Err(error) => panic!("{error}"),
            };
            match (read, expected(stream)) {
                (Ok(read), Ok((expected, rest))) => {
                    assert_eq!(read, expected);
                    if let Incoming::Frame(content) = &read {
                        let length = stream.len().saturating_sub(rest.len());
                        assert!(stream.starts_with(&written(content, length).await));
                    }
                    stream = rest;
                }
                (read, expected) => {
                    let end = expected.map(|(incoming, _)| incoming);
                    assert_eq!(read, end);
                    return end == Err(End::BetweenFrames);
                }
            }
        }
    })
}

/// The content as the daemon would send it.
async fn written(content: &[u8], length: usize) -> Vec<u8> {
    let mut sent = Vec::with_capacity(length);
    let mut writer = FrameWriter::new(&mut sent);
    writer.send(content).await.expect("what came in can go out");
    assert_eq!(sent.len(), length);
    sent
}

/// The golden requests, alone and in a row, whole and in pieces; frames at the limits.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let literal = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short");
        [&length.to_be_bytes(), bytes].concat()
    };
    let framed = |content: &[u8]| {
        let length = u32::try_from(content.len()).expect("short");
        [&length.to_ne_bytes(), content].concat()
    };
    let in_pieces = |bytes: &[u8], length: usize| -> Vec<u8> {
        bytes.chunks(length).flat_map(literal).collect()
    };
    let requests = super::golden_requests();
    let mut seeds: Vec<_> = requests
        .iter()
        .map(|request| in_pieces(&framed(request), 250))
        .collect();
    let row: Vec<u8> = requests
        .iter()
        .flat_map(|request| framed(request))
        .collect();
    seeds.extend([1, 3, 5, 64, 255].map(|length| in_pieces(&row, length)));
    for length in [0, 64, MAX_FRAME_LEN, MAX_FRAME_LEN + 64, MAX_SKIPPED_LEN] {
        let repeated = REPEATED | u16::try_from(length / 64).expect("15 bits");
        let mut seed = literal(&u32::try_from(length).expect("32 bits").to_ne_bytes());
        seed.extend(repeated.to_be_bytes());
        seed.push(b' ');
        seed.extend(literal(&framed(b"{}")));
        seeds.push(seed);
    }
    seeds
}
