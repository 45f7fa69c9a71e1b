//! Files: elementary files under dedicated files (applications), as data.

use rsa::RsaPrivateKey;

use crate::pin::ReferenceData;
use crate::status_word::StatusWord;

/// A two-byte EF id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct FileId(u16);

impl FileId {
    /// An id, as the file tables write it.
    pub(crate) const fn new(id: u16) -> Self {
        Self(id)
    }
}

impl From<FileId> for u16 {
    fn from(id: FileId) -> Self {
        id.0
    }
}

impl From<[u8; 2]> for FileId {
    fn from(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }
}

/// How a command names its EF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FileReference {
    /// The current EF.
    Current,
    /// A short EF id, 1..=30: on this card the EF id of the same value.
    Short(FileId),
}

impl FileReference {
    /// 80 is the current EF, 80 + short id the EF of that id.
    ///
    /// # Errors
    /// 6A86 for 00..=7F (global reference data), A0..=FF and the reserved short id 31.
    pub(crate) fn from_p2(p2: u8) -> Result<Self, StatusWord> {
        match p2 {
            0x80 => Ok(Self::Current),
            0x81..=0x9E => Ok(Self::Short(FileId(u16::from(p2 & 0x1F)))),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}

/// Who may read a transparent EF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// Anybody.
    Free,
    /// Who has verified the PIN in this EF.
    After(FileId),
    /// Nobody.
    Never,
}

/// What an EF is.
pub(crate) enum Contents {
    /// A transparent EF, padded to its physical size.
    Binary {
        /// All bytes, padding included.
        bytes: Vec<u8>,
        /// Who may read it.
        access: Access,
    },
    /// An internal EF with a PIN.
    Pin(ReferenceData),
    /// An internal EF with a private RSA-2048 key.
    Key {
        /// The key; `None` where none was ever written.
        private: Option<Box<RsaPrivateKey>>,
        /// The PIN that opens it.
        opened_by: FileId,
    },
    /// An EF that can be selected and nothing else.
    Unreadable,
}

/// An elementary file.
pub(crate) struct ElementaryFile {
    /// Its id, unique in its DF.
    pub(crate) id: FileId,
    /// What it is.
    pub(crate) contents: Contents,
}

/// A dedicated file: an application and its EFs.
pub(crate) struct DedicatedFile {
    /// The DF name (AID), 5..=16 bytes.
    pub(crate) name: &'static [u8],
    /// Its EFs.
    pub(crate) files: Vec<ElementaryFile>,
}

impl DedicatedFile {
    /// What the EF with this id is.
    pub(crate) fn contents(&self, id: FileId) -> Option<&Contents> {
        self.files
            .iter()
            .find(|file| file.id == id)
            .map(|file| &file.contents)
    }

    /// What the EF with this id is, to change it.
    pub(crate) fn contents_mut(&mut self, id: FileId) -> Option<&mut Contents> {
        self.files
            .iter_mut()
            .find(|file| file.id == id)
            .map(|file| &mut file.contents)
    }

    /// The PIN in the EF with this id; `None` if there is no EF or it holds none.
    pub(crate) fn pin(&self, id: FileId) -> Option<&ReferenceData> {
        match self.contents(id)? {
            Contents::Pin(pin) => Some(pin),
            _ => None,
        }
    }

    /// The security status: whether the PIN in the EF with this id is verified.
    pub(crate) fn is_verified(&self, id: FileId) -> bool {
        self.pin(id).is_some_and(ReferenceData::is_verified)
    }

    /// Forgets every verified PIN.
    pub(crate) fn clear_security_status(&mut self) {
        for file in &mut self.files {
            if let Contents::Pin(pin) = &mut file.contents {
                pin.forget();
            }
        }
    }
}
