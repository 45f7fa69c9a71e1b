use std::fmt;

use zeroize::Zeroizing;

use super::StatusWord;

/// An answer shorter than a status word.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the answer has {0} bytes, fewer than a status word")]
pub struct ResponseTooShort(pub usize);

/// A response APDU (ISO/IEC 7816-4, 5.1): data and status word. `Debug` shows the data's length alone.
pub struct ResponseApdu {
    data: Zeroizing<Vec<u8>>,
    status: StatusWord,
}

impl ResponseApdu {
    /// Decodes what the card sent.
    ///
    /// # Errors
    /// [`ResponseTooShort`] for fewer than two bytes.
    pub fn decode(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, ResponseTooShort> {
        let length = bytes.len();
        let Some((data, sw)) = bytes.split_last_chunk::<2>() else {
            return Err(ResponseTooShort(length));
        };
        let status = StatusWord::from(u16::from_be_bytes(*sw));
        let data_length = data.len();
        bytes.truncate(data_length);
        Ok(Self {
            data: bytes,
            status,
        })
    }

    /// The bytes before the status word.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes before the status word, taken out.
    #[must_use]
    pub fn into_data(self) -> Zeroizing<Vec<u8>> {
        self.data
    }

    /// SW1-SW2.
    #[must_use]
    pub fn status(&self) -> StatusWord {
        self.status
    }
}

impl fmt::Debug for ResponseApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Result<ResponseApdu, ResponseTooShort> {
        ResponseApdu::decode(Zeroizing::new(bytes.to_vec()))
    }

    #[test]
    fn the_last_two_bytes_are_the_status_word() {
        let response = decode(&[1, 2, 3, 0x90, 0x00]).unwrap();
        assert_eq!(response.data(), [1, 2, 3]);
        assert!(response.status().is_success());
        assert!(decode(&[0x69, 0x82]).unwrap().data().is_empty());
    }

    #[test]
    fn fewer_than_two_bytes_are_no_answer() {
        assert_eq!(decode(&[]).unwrap_err(), ResponseTooShort(0));
        assert_eq!(decode(&[0x90]).unwrap_err(), ResponseTooShort(1));
    }

    #[test]
    fn debug_never_shows_the_data() {
        let response = decode(&[0xDE, 0xAD, 0x90, 0x00]).unwrap();
        assert_eq!(format!("{response:?}"), "9000 (2 bytes)");
    }
}
