use std::fmt;

/// An application identifier (ISO/IEC 7816-4, 8.2.1.2): 5 to 16 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aid(&'static [u8]);

impl Aid {
    /// Names an application.
    #[must_use]
    pub const fn new(bytes: &'static [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes as they stand in SELECT.
    #[must_use]
    pub fn as_bytes(self) -> &'static [u8] {
        self.0
    }
}

/// A two-byte file identifier (ISO/IEC 7816-4, 7.4.1).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct FileId(u16);

impl FileId {
    /// Names a file.
    #[must_use]
    pub const fn new(id: u16) -> Self {
        Self(id)
    }

    /// The bytes as they stand in SELECT.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// The short identifier: on this card it has the value of the file identifier where that fits
    /// five bits.
    #[must_use]
    pub fn short(self) -> Option<ShortFileId> {
        match self.0.to_be_bytes() {
            [0, id @ 1..=30] => Some(ShortFileId(id)),
            _ => None,
        }
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

/// A short EF identifier, 1 to 30 (ISO/IEC 7816-4, 7.4.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ShortFileId(u8);

impl ShortFileId {
    /// `80 + SFI`: the form that READ BINARY takes in P1, and that VERIFY and PERFORM SECURITY
    /// OPERATION of this card take in P2.
    #[must_use]
    pub fn reference(self) -> u8 {
        0x80 | self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_identifier_exists_for_1_to_30_only() {
        for id in 0..=u16::MAX {
            let expected = (1..=30)
                .contains(&id)
                .then(|| 0x80 | u8::try_from(id).unwrap());
            assert_eq!(
                FileId::new(id).short().map(ShortFileId::reference),
                expected
            );
        }
    }
}
