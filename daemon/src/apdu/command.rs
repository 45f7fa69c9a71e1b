use std::fmt;

use zeroize::Zeroizing;

use super::{Aid, FileId, ShortFileId};

/// Largest Nc of an extended command (ISO/IEC 7816-4, 5.1).
const MAX_DATA_LEN: usize = 65_535;

/// INS, the instruction byte (ISO/IEC 7816-4, 5.4.2).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Instruction(u8);

impl Instruction {
    /// SELECT.
    pub const SELECT: Self = Self(0xA4);
    /// READ BINARY.
    pub const READ_BINARY: Self = Self(0xB0);
    /// VERIFY.
    pub const VERIFY: Self = Self(0x20);
    /// PERFORM SECURITY OPERATION (ISO/IEC 7816-8).
    pub const PERFORM_SECURITY_OPERATION: Self = Self(0x2A);
    /// GET RESPONSE.
    pub const GET_RESPONSE: Self = Self(0xC0);
}

impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SELECT => f.write_str("SELECT"),
            Self::READ_BINARY => f.write_str("READ BINARY"),
            Self::VERIFY => f.write_str("VERIFY"),
            Self::PERFORM_SECURITY_OPERATION => f.write_str("PERFORM SECURITY OPERATION"),
            Self::GET_RESPONSE => f.write_str("GET RESPONSE"),
            Self(other) => write!(f, "INS {other:02X}"),
        }
    }
}

impl fmt::Debug for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instruction({self})")
    }
}

/// Le, the number of bytes asked for: 1 to 65 536.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExpectedLength(u32);

impl ExpectedLength {
    /// The most that a short command asks for: 256.
    pub const SHORT_MAXIMUM: Self = Self(256);

    /// Asks for `length` bytes; `None` outside 1 to 65 536.
    #[must_use]
    pub const fn new(length: u32) -> Option<Self> {
        if length >= 1 && length <= 65_536 {
            Some(Self(length))
        } else {
            None
        }
    }

    /// Whether an answer's data is longer than was asked for.
    #[must_use]
    pub fn is_exceeded_by(self, data: &[u8]) -> bool {
        u32::try_from(data.len()).map_or(true, |length| length > self.0)
    }

    fn fits_short(self) -> bool {
        self.0 <= 256
    }

    /// One byte of a short Le: 256 is written 00.
    fn short(self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    /// Two bytes of an extended Le: 65 536 is written 0000.
    fn extended(self) -> [u8; 2] {
        let [low, high, ..] = self.0.to_le_bytes();
        [high, low]
    }
}

impl From<ExpectedLength> for u32 {
    fn from(length: ExpectedLength) -> Self {
        length.0
    }
}

/// Command data longer than an extended Lc can say.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} bytes of command data, at most 65535 fit")]
pub struct TooLong(pub usize);

/// Bytes that are no command APDU.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// Fewer than the four bytes of the header.
    #[error("{0} bytes, fewer than a command header")]
    NoHeader(usize),
    /// Lc or Le does not fit the number of bytes.
    #[error("Lc and Le do not fit the {0} bytes of the body")]
    WrongBodyLength(usize),
}

/// A command APDU, cases 1 to 4, short or extended (ISO/IEC 7816-4, 5.1).
///
/// It is encoded short wherever it fits. It cannot print its data, so no caller has to remember.
#[derive(Clone, Eq, PartialEq)]
pub struct CommandApdu {
    class: u8,
    instruction: Instruction,
    p1: u8,
    p2: u8,
    data: Zeroizing<Vec<u8>>,
    expected_length: Option<ExpectedLength>,
}

impl CommandApdu {
    /// Case 1: a header, no data either way.
    #[must_use]
    pub fn new(class: u8, instruction: Instruction, p1: u8, p2: u8) -> Self {
        Self {
            class,
            instruction,
            p1,
            p2,
            data: Zeroizing::new(Vec::new()),
            expected_length: None,
        }
    }

    /// Case 3, or 4 with [`Self::expecting`]: `data` is sent with the command. Empty data is no data.
    ///
    /// # Errors
    /// [`TooLong`] above 65 535 bytes.
    pub fn with_data(mut self, data: &[u8]) -> Result<Self, TooLong> {
        if data.len() > MAX_DATA_LEN {
            return Err(TooLong(data.len()));
        }
        self.data = Zeroizing::new(data.to_vec());
        Ok(self)
    }

    /// Case 2, or 4 after [`Self::with_data`]: up to `length` bytes are wanted.
    #[must_use]
    pub fn expecting(mut self, length: ExpectedLength) -> Self {
        self.expected_length = Some(length);
        self
    }

    /// SELECT by DF name, no FCI wanted: `00 A4 04 0C`.
    ///
    /// # Errors
    /// [`TooLong`] never for an application identifier of up to 16 bytes.
    pub fn select_application(aid: Aid) -> Result<Self, TooLong> {
        Self::new(0x00, Instruction::SELECT, 0x04, 0x0C).with_data(aid.as_bytes())
    }

    /// SELECT an EF of the current DF, no FCI wanted: `00 A4 02 0C`.
    ///
    /// # Errors
    /// [`TooLong`] never.
    pub fn select_file(file: FileId) -> Result<Self, TooLong> {
        Self::new(0x00, Instruction::SELECT, 0x02, 0x0C).with_data(&file.to_bytes())
    }

    /// READ BINARY of the current EF: P1-P2 is a 15-bit offset, 0 to 7FFF; `None` above.
    #[must_use]
    pub fn read_binary(offset: u16, length: ExpectedLength) -> Option<Self> {
        let [p1, p2] = offset.to_be_bytes();
        (p1 < 0x80).then(|| Self::new(0x00, Instruction::READ_BINARY, p1, p2).expecting(length))
    }

    /// READ BINARY from offset 0 of the EF with this short identifier, which becomes current.
    #[must_use]
    pub fn read_binary_of(file: ShortFileId, length: ExpectedLength) -> Self {
        Self::new(0x00, Instruction::READ_BINARY, file.reference(), 0x00).expecting(length)
    }

    /// GET RESPONSE: fetches bytes that a 61xx announced.
    #[must_use]
    pub fn get_response(length: ExpectedLength) -> Self {
        Self::new(0x00, Instruction::GET_RESPONSE, 0x00, 0x00).expecting(length)
    }

    /// CLA, INS, P1 and P2.
    #[must_use]
    pub fn header(&self) -> [u8; 4] {
        [self.class, self.instruction.0, self.p1, self.p2]
    }

    /// The instruction byte, for messages.
    #[must_use]
    pub fn instruction(&self) -> Instruction {
        self.instruction
    }

    /// Le, if an answer with data is wanted.
    #[must_use]
    pub fn expected_length(&self) -> Option<ExpectedLength> {
        self.expected_length
    }

    /// The bytes to send; extended only if data or Le do not fit the short form.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let short =
            self.data.len() <= 255 && self.expected_length.is_none_or(ExpectedLength::fits_short);
        // Reserved whole, so that growth leaves no copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len().saturating_add(9)));
        bytes.extend(self.header());
        // `with_data` bounds the length to 16 bits.
        let lc = u16::try_from(self.data.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        match (short, self.data.is_empty()) {
            (true, true) => {}
            (true, false) => bytes.push(lc[1]),
            (false, true) => bytes.push(0),
            (false, false) => bytes.extend([0, lc[0], lc[1]]),
        }
        bytes.extend_from_slice(&self.data);
        match self.expected_length {
            None => {}
            Some(length) if short => bytes.push(length.short()),
            Some(length) => bytes.extend(length.extended()),
        }
        bytes
    }

    /// Decodes the bytes of a command, short or extended.
    ///
    /// # Errors
    /// [`DecodeError`] where header, Lc and Le do not fit the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let Some((&[class, instruction, p1, p2], body)) = bytes.split_first_chunk::<4>() else {
            return Err(DecodeError::NoHeader(bytes.len()));
        };
        let header = Self::new(class, Instruction(instruction), p1, p2);
        let wrong = DecodeError::WrongBodyLength(body.len());
        let (data, le): (&[u8], &[u8]) = match body {
            [] | [_] | [0, _, _] => (&[], body),
            [0, high, low, rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([*high, *low]));
                match rest.split_at_checked(lc) {
                    Some((data, le)) if lc > 0 && matches!(le.len(), 0 | 2) => (data, le),
                    _ => return Err(wrong),
                }
            }
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc)) {
                Some((data, le)) if *lc > 0 && le.len() <= 1 => (data, le),
                _ => return Err(wrong),
            },
        };
        let expected_length = match le {
            [] => None,
            [0] => Some(ExpectedLength::SHORT_MAXIMUM),
            [le] => ExpectedLength::new(u32::from(*le)),
            [0, 0] | [0, 0, 0] => ExpectedLength::new(65_536),
            [high, low] | [0, high, low] => {
                ExpectedLength::new(u32::from(u16::from_be_bytes([*high, *low])))
            }
            _ => return Err(wrong),
        };
        Ok(Self {
            data: Zeroizing::new(data.to_vec()),
            expected_length,
            ..header
        })
    }
}

impl fmt::Debug for CommandApdu {
    /// `00 VERIFY 00 98 Lc=4`: header and lengths, never the data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:02X} {} {:02X} {:02X}",
            self.class, self.instruction, self.p1, self.p2
        )?;
        if !self.data.is_empty() {
            write!(f, " Lc={}", self.data.len())?;
        }
        if let Some(ExpectedLength(length)) = self.expected_length {
            write!(f, " Le={length}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(data: usize, expected_length: Option<u32>) -> CommandApdu {
        let command = CommandApdu::new(0x80, Instruction(0x2A), 0x00, 0x97)
            .with_data(&vec![0xAB; data])
            .unwrap();
        match expected_length {
            None => command,
            Some(length) => command.expecting(ExpectedLength::new(length).unwrap()),
        }
    }

    #[test]
    fn the_four_short_cases_are_encoded_as_the_standard_draws_them() {
        let header = [0x80, 0x2A, 0x00, 0x97];
        assert_eq!(*command(0, None).encode(), header);
        assert_eq!(
            *command(0, Some(256)).encode(),
            [&header[..], &[0x00]].concat()
        );
        assert_eq!(
            *command(2, None).encode(),
            [&header[..], &[2, 0xAB, 0xAB]].concat()
        );
        assert_eq!(
            *command(1, Some(3)).encode(),
            [&header[..], &[1, 0xAB, 3]].concat()
        );
    }

    #[test]
    fn a_length_that_does_not_fit_a_byte_makes_the_command_extended() {
        let header = [0x80, 0x2A, 0x00, 0x97];
        assert_eq!(
            *command(0, Some(257)).encode(),
            [&header[..], &[0, 1, 1]].concat()
        );
        assert_eq!(
            *command(0, Some(65_536)).encode(),
            [&header[..], &[0, 0, 0]].concat()
        );
        let long = command(256, Some(256)).encode();
        assert_eq!(long[..7], [0x80, 0x2A, 0x00, 0x97, 0, 1, 0]);
        assert_eq!(long[long.len() - 2..], [1, 0]);
    }

    #[test]
    fn every_case_survives_encoding_and_decoding() {
        for data in [0, 1, 16, 255, 256, 65_535] {
            for expected_length in [None, Some(1), Some(255), Some(256), Some(257), Some(65_536)] {
                let command = command(data, expected_length);
                assert_eq!(CommandApdu::decode(&command.encode()), Ok(command));
            }
        }
    }

    #[test]
    fn a_length_that_lies_is_refused() {
        for bytes in [
            &[0x00, 0x20, 0x00][..],
            &[0, 0x20, 0, 0x80, 4, 1, 2, 3],
            &[0, 0x20, 0, 0x80, 1, 1, 2, 3],
            &[0, 0x20, 0, 0x80, 0, 0, 2, 1],
            &[0, 0x20, 0, 0x80, 0, 0, 0, 0],
            &[0, 0x20, 0, 0x80, 0, 0, 1, 1, 1],
        ] {
            assert!(CommandApdu::decode(bytes).is_err(), "{bytes:02X?}");
        }
    }

    #[test]
    fn data_past_65535_bytes_is_refused() {
        let refused = CommandApdu::new(0, Instruction(0), 0, 0).with_data(&vec![0; 65_536]);
        assert_eq!(refused, Err(TooLong(65_536)));
    }

    #[test]
    fn an_offset_past_15_bits_is_refused() {
        assert!(CommandApdu::read_binary(0x7FFF, ExpectedLength(1)).is_some());
        assert!(CommandApdu::read_binary(0x8000, ExpectedLength(1)).is_none());
    }

    #[test]
    fn debug_shows_lengths_and_never_the_data() {
        let verify = CommandApdu::new(0, Instruction::VERIFY, 0, 0x98)
            .with_data(b"1234")
            .unwrap();
        assert_eq!(format!("{verify:?}"), "00 VERIFY 00 98 Lc=4");
    }
}
