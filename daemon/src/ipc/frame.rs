//! Frames: a u32 length in the machine's byte order, then that many bytes (Chrome's native messaging
//! format, used on the local socket too).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use tokio_util::bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

/// The most bytes after the length. A request has about 3 kB; browsers would allow far more.
pub const MAX_FRAME_LEN: usize = 64 * 1024;

/// A longer frame is skipped up to this length; a claim beyond it is taken for a lie (or for another
/// protocol: "GET " read as a length is 500 MiB), and the connection ends.
pub const MAX_SKIPPED_LEN: usize = 1024 * 1024;

/// How long one frame may take from its first byte to its last. The other end is on this machine.
pub const FRAME_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the other end may take to accept one frame.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

const LENGTH_LEN: usize = size_of::<u32>();

/// Bytes read at once; with [`MAX_FRAME_LEN`] it bounds the memory of a connection.
const READ_LEN: usize = 8 * 1024;

/// What came in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Incoming {
    /// A frame's content, at most [`MAX_FRAME_LEN`] bytes; not yet known to be JSON or UTF-8.
    Frame(Bytes),
    /// A frame of this length began; its content is skipped as it comes in, not kept.
    TooLong(usize),
}

/// Why no further frame can come.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The length is beyond [`MAX_SKIPPED_LEN`].
    #[error("a frame claims {0} bytes")]
    Lie(usize),
    /// A frame to be sent is longer than [`MAX_FRAME_LEN`].
    #[error("a frame of {0} bytes cannot be sent")]
    TooLongToSend(usize),
    /// The other end closed within a frame.
    #[error("the connection ended within a frame")]
    Truncated,
    /// A frame took longer than [`FRAME_TIMEOUT`].
    #[error("a frame did not arrive in time")]
    Stalled,
    /// The other end did not take a frame in time.
    #[error("a frame was not read in time")]
    NotTaken,
    /// The stream failed.
    #[error("the connection failed: {0}")]
    Io(#[from] io::Error),
}

/// The codec of both directions.
#[derive(Debug, Default)]
pub struct FrameCodec {
    to_skip: usize,
}

impl FrameCodec {
    /// Whether a frame has begun and not ended, given what is buffered.
    fn is_within_a_frame(&self, buffer: &BytesMut) -> bool {
        self.to_skip > 0 || !buffer.is_empty()
    }
}

impl Decoder for FrameCodec {
    type Item = Incoming;
    type Error = FrameError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Incoming>, FrameError> {
        if self.to_skip > 0 {
            let skipped = self.to_skip.min(source.len());
            source.advance(skipped);
            self.to_skip = self.to_skip.saturating_sub(skipped);
            if self.to_skip > 0 {
                return Ok(None);
            }
        }
        let Some(length) = source.first_chunk::<LENGTH_LEN>() else {
            return Ok(None);
        };
        // A length that does not fit is beyond every limit.
        let length = usize::try_from(u32::from_ne_bytes(*length)).unwrap_or(usize::MAX);
        if length > MAX_SKIPPED_LEN {
            return Err(FrameError::Lie(length));
        }
        if length > MAX_FRAME_LEN {
            source.advance(LENGTH_LEN);
            self.to_skip = length;
            return Ok(Some(Incoming::TooLong(length)));
        }
        if source.len() < LENGTH_LEN.saturating_add(length) {
            return Ok(None);
        }
        source.advance(LENGTH_LEN);
        Ok(Some(Incoming::Frame(source.split_to(length).freeze())))
    }
}

impl Encoder<&[u8]> for FrameCodec {
    type Error = FrameError;

    fn encode(&mut self, content: &[u8], target: &mut BytesMut) -> Result<(), FrameError> {
        let too_long = FrameError::TooLongToSend(content.len());
        if content.len() > MAX_FRAME_LEN {
            return Err(too_long);
        }
        let length = u32::try_from(content.len()).map_err(|_| too_long)?;
        target.reserve(LENGTH_LEN.saturating_add(content.len()));
        target.put_slice(&length.to_ne_bytes());
        target.put_slice(content);
        Ok(())
    }
}

/// Reads frames; a frame that takes too long is an error, a connection without one is not.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    codec: FrameCodec,
    buffer: BytesMut,
    deadline: Option<Instant>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads from `stream`.
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            codec: FrameCodec::default(),
            buffer: BytesMut::new(),
            deadline: None,
        }
    }

    /// The next frame; `None` when the other end closed between two frames. Nothing is lost when the
    /// future is dropped.
    ///
    /// # Errors
    /// Any [`FrameError`] but those of sending; the connection is of no more use.
    pub async fn next(&mut self) -> Result<Option<Incoming>, FrameError> {
        loop {
            if let Some(incoming) = self.codec.decode(&mut self.buffer)? {
                self.deadline = None;
                return Ok(Some(incoming));
            }
            let within = self.codec.is_within_a_frame(&self.buffer);
            if !within {
                self.deadline = None;
            } else if self.deadline.is_none() {
                self.deadline = Instant::now().checked_add(FRAME_TIMEOUT);
            }
            self.buffer.reserve(READ_LEN);
            let read = self.stream.read_buf(&mut self.buffer);
            let count = match self.deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, read)
                    .await
                    .map_err(|_| FrameError::Stalled)??,
                None => read.await?,
            };
            if count == 0 {
                return if within {
                    Err(FrameError::Truncated)
                } else {
                    Ok(None)
                };
            }
        }
    }
}

/// Writes frames, each whole or not at all.
#[derive(Debug)]
pub struct FrameWriter<W> {
    stream: W,
    codec: FrameCodec,
    buffer: BytesMut,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    /// Writes to `stream`.
    pub fn new(stream: W) -> Self {
        Self {
            stream,
            codec: FrameCodec::default(),
            buffer: BytesMut::new(),
        }
    }

    /// Sends one frame. Dropping the future may cut the frame; the connection is then of no more use.
    ///
    /// # Errors
    /// [`FrameError::TooLongToSend`] (nothing is sent then), [`FrameError::NotTaken`] after 30 s,
    /// [`FrameError::Io`].
    pub async fn send(&mut self, content: &[u8]) -> Result<(), FrameError> {
        self.buffer.clear();
        self.codec.encode(content, &mut self.buffer)?;
        let write = async {
            self.stream.write_all(&self.buffer).await?;
            self.stream.flush().await
        };
        tokio::time::timeout(WRITE_TIMEOUT, write)
            .await
            .map_err(|_| FrameError::NotTaken)??;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(content: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(content.len())
            .expect("short")
            .to_ne_bytes()
            .to_vec();
        bytes.extend_from_slice(content);
        bytes
    }

    fn decode_all(codec: &mut FrameCodec, buffer: &mut BytesMut) -> Vec<Incoming> {
        let mut found = Vec::new();
        while let Some(incoming) = codec.decode(buffer).expect("an honest length") {
            found.push(incoming);
        }
        found
    }

    #[test]
    fn frames_may_be_split_at_every_byte() {
        let mut bytes = frame(b"{}");
        bytes.extend(frame(b""));
        bytes.extend(frame(b"[1,2,3]"));
        let expected =
            [&b"{}"[..], b"", b"[1,2,3]"].map(|c| Incoming::Frame(Bytes::from_static(c)));
        for split in 0..=bytes.len() {
            let mut codec = FrameCodec::default();
            let mut buffer = BytesMut::from(&bytes[..split]);
            let mut found = decode_all(&mut codec, &mut buffer);
            buffer.extend_from_slice(&bytes[split..]);
            found.extend(decode_all(&mut codec, &mut buffer));
            assert_eq!(found, expected, "split at {split}");
            assert!(!codec.is_within_a_frame(&buffer));
        }
    }

    #[test]
    fn the_longest_frame_passes_and_one_byte_more_is_skipped() {
        let mut bytes = frame(&vec![b'a'; MAX_FRAME_LEN]);
        bytes.extend(frame(&vec![b'b'; MAX_FRAME_LEN + 1]));
        bytes.extend(frame(b"next"));
        let found = decode_all(&mut FrameCodec::default(), &mut BytesMut::from(&bytes[..]));
        assert_eq!(
            found,
            [
                Incoming::Frame(vec![b'a'; MAX_FRAME_LEN].into()),
                Incoming::TooLong(MAX_FRAME_LEN + 1),
                Incoming::Frame(Bytes::from_static(b"next")),
            ]
        );
    }

    #[test]
    fn a_long_frame_is_reported_at_once_and_never_buffered() {
        let mut codec = FrameCodec::default();
        let mut buffer = BytesMut::from(&u32::try_from(MAX_SKIPPED_LEN).unwrap().to_ne_bytes()[..]);
        assert_eq!(
            codec.decode(&mut buffer).unwrap(),
            Some(Incoming::TooLong(MAX_SKIPPED_LEN))
        );
        for _ in 0..MAX_SKIPPED_LEN / 1024 {
            buffer.extend_from_slice(&[0xFF; 1024]);
            assert_eq!(codec.decode(&mut buffer).unwrap(), None);
            assert!(buffer.is_empty());
        }
        assert!(!codec.is_within_a_frame(&buffer));
    }

    #[test]
    fn a_lying_length_is_refused_before_any_allocation() {
        for length in [u32::try_from(MAX_SKIPPED_LEN).unwrap() + 1, u32::MAX] {
            let mut buffer = BytesMut::from(&length.to_ne_bytes()[..]);
            let capacity = buffer.capacity();
            assert!(matches!(
                FrameCodec::default().decode(&mut buffer),
                Err(FrameError::Lie(_))
            ));
            assert_eq!(buffer.capacity(), capacity);
        }
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        let mut target = BytesMut::new();
        let result = FrameCodec::default().encode(&vec![0; MAX_FRAME_LEN + 1][..], &mut target);
        assert!(matches!(result, Err(FrameError::TooLongToSend(_))));
        assert!(target.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_stalls_ends_and_silence_between_frames_does_not() {
        let (mut ours, theirs) = tokio::io::duplex(1024);
        let mut reader = FrameReader::new(theirs);
        let silent = tokio::time::timeout(FRAME_TIMEOUT * 100, reader.next()).await;
        assert!(silent.is_err(), "silence is no fault");

        ours.write_all(&frame(b"{}")[..5]).await.unwrap();
        let started = Instant::now();
        // A trickle does not buy more time.
        let trickle = tokio::time::timeout(FRAME_TIMEOUT / 2, reader.next()).await;
        assert!(trickle.is_err());
        assert!(matches!(reader.next().await, Err(FrameError::Stalled)));
        assert_eq!(started.elapsed().as_secs(), FRAME_TIMEOUT.as_secs());
    }

    #[tokio::test]
    async fn the_end_within_a_frame_is_an_error_and_between_frames_is_the_end() {
        let mut bytes = frame(b"{}");
        let mut reader = FrameReader::new(&bytes[..]);
        assert!(matches!(reader.next().await, Ok(Some(Incoming::Frame(_)))));
        assert!(matches!(reader.next().await, Ok(None)));
        bytes.pop();
        let mut reader = FrameReader::new(&bytes[..]);
        assert!(matches!(reader.next().await, Err(FrameError::Truncated)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_does_not_read_ends_the_connection() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let mut writer = FrameWriter::new(ours);
        assert!(matches!(
            writer.send(&[0; 1024]).await,
            Err(FrameError::NotTaken)
        ));
    }
}
