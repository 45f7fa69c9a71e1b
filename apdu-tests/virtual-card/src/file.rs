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
    /// The key that the application signs with when none is named.
    DefaultKey,
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

/// Who may read an EF or use a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// Anybody.
    Free,
    /// Who has verified the PIN in any of these EFs of the application.
    AfterAny(&'static [FileId]),
    /// Nobody.
    Never,
}

/// Which command a key answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyUsage {
    /// COMPUTE DIGITAL SIGNATURE.
    Signature,
    /// INTERNAL AUTHENTICATE.
    InternalAuthentication,
}

/// What an EF is.
#[derive(Clone)]
pub(crate) enum Contents {
    /// A transparent EF, padded to its physical size.
    Binary {
        /// All bytes, padding included.
        bytes: Vec<u8>,
        /// Who may read it.
        access: Access,
    },
    /// An EF of records that anybody may read: simple-TLV objects of JICSAP, not BER.
    Records(Vec<Vec<u8>>),
    /// An internal EF with a PIN.
    Pin(ReferenceData),
    /// An internal EF with a private RSA-2048 key.
    Key {
        /// The key; `None` where none was ever written.
        private: Option<Box<RsaPrivateKey>>,
        /// Who may use it.
        access: Access,
        /// What for.
        usage: KeyUsage,
    },
    /// An internal EF with the key that vouches for terminals, of which no more than its command is known.
    TerminalAuthority,
    /// An EF that can be selected and nothing else.
    Unreadable,
}

/// An elementary file.
#[derive(Clone)]
pub(crate) struct ElementaryFile {
    /// Its id, unique in its DF.
    pub(crate) id: FileId,
    /// What it is.
    pub(crate) contents: Contents,
}

impl ElementaryFile {
    /// An EF with this id, 0001..=001E on this card.
    pub(crate) const fn new(id: u16, contents: Contents) -> Self {
        Self {
            id: FileId::new(id),
            contents,
        }
    }

    /// A transparent EF.
    pub(crate) fn binary(id: u16, bytes: Vec<u8>, access: Access) -> Self {
        Self::new(id, Contents::Binary { bytes, access })
    }

    /// An EF with a PIN.
    pub(crate) fn pin(id: FileId, pin: ReferenceData) -> Self {
        Self {
            id,
            contents: Contents::Pin(pin),
        }
    }

    /// An EF with a private key; `None` where none was ever written.
    pub(crate) fn key(
        id: u16,
        private: Option<RsaPrivateKey>,
        access: Access,
        usage: KeyUsage,
    ) -> Self {
        let private = private.map(Box::new);
        Self::new(
            id,
            Contents::Key {
                private,
                access,
                usage,
            },
        )
    }
}

/// How an application answers SET SESSION KEY, which opens secure messaging. No session ever opens here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SessionKeyDelivery {
    /// 66F1: nothing is configured for it.
    NotConfigured,
    /// 6982: no PIN opens it.
    Closed,
    /// 6982 until the PIN in this EF is verified; then 6A80, as for a key that the card cannot decrypt.
    After(FileId),
}

/// A dedicated file: an application and its EFs, as data.
#[derive(Clone)]
pub(crate) struct DedicatedFile {
    /// The DF name (AID), 5..=16 bytes.
    pub(crate) name: &'static [u8],
    /// Its EFs.
    pub(crate) files: Vec<ElementaryFile>,
    /// What GET DATA finds: tag and value, which anybody may read.
    pub(crate) data_objects: Vec<(u16, Vec<u8>)>,
    /// The key that P2 = 00 means.
    pub(crate) default_key: Option<FileId>,
    /// The answer to SET SESSION KEY.
    pub(crate) session_key_delivery: SessionKeyDelivery,
    /// Whether `80 FC 00 00` means anything here.
    pub(crate) knows_end_of_use: bool,
}

impl DedicatedFile {
    /// An application with EFs and nothing else.
    pub(crate) fn new(name: &'static [u8], files: Vec<ElementaryFile>) -> Self {
        Self {
            name,
            files,
            data_objects: Vec::new(),
            default_key: None,
            session_key_delivery: SessionKeyDelivery::NotConfigured,
            knows_end_of_use: false,
        }
    }

    /// What the EF with this id is.
    pub(crate) fn contents(&self, id: FileId) -> Option<&Contents> {
        self.files
            .iter()
            .find(|file| file.id == id)
            .map(|file| &file.contents)
    }

    /// The PIN in the EF with this id; `None` if there is no EF or it holds none.
    pub(crate) fn pin(&self, id: FileId) -> Option<&ReferenceData> {
        match self.contents(id)? {
            Contents::Pin(pin) => Some(pin),
            _ => None,
        }
    }

    /// The PIN in the EF with this id, to verify or change it.
    pub(crate) fn pin_mut(&mut self, id: FileId) -> Option<&mut ReferenceData> {
        let file = self.files.iter_mut().find(|file| file.id == id)?;
        match &mut file.contents {
            Contents::Pin(pin) => Some(pin),
            _ => None,
        }
    }

    /// The security status: whether who is asking has what `access` wants.
    pub(crate) fn grants(&self, access: Access) -> bool {
        match access {
            Access::Free => true,
            Access::AfterAny(pins) => pins.iter().any(|id| self.is_verified(*id)),
            Access::Never => false,
        }
    }

    /// Whether the PIN in the EF with this id is verified.
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
