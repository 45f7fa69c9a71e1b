//! The commands this card knows, understood at its edge: what passes here is well-formed.

use crate::apdu::CommandApdu;
use crate::file::{FileId, FileReference};
use crate::status_word::StatusWord;

/// The longest reference data of VERIFY and CHANGE REFERENCE DATA, in bytes (JICSAP).
pub(crate) const MAX_REFERENCE_DATA: usize = 16;

/// The longest input to P1 = 00: an RSA-2048 modulus less the eleven bytes of PKCS #1 v1.5 padding.
const MAX_VERBATIM: usize = 256 - 11;

/// A command with its parameters. No `Debug`: some hold a PIN.
pub(crate) enum Command<'a> {
    /// `00 A4 00 00`: SELECT the master file.
    SelectMasterFile,
    /// `00 A4 00 xx 02 …`: SELECT by file id from anywhere, which this card has nothing for.
    SelectFromMasterFile,
    /// `00 A4 04 xx`: SELECT an application by its name or the beginning of it.
    SelectApplication {
        /// DF name or prefix, 1..=16 bytes.
        name: &'a [u8],
        /// Ne where the file control information is wanted.
        fci: Option<usize>,
    },
    /// `00 A4 02 0C 02 …`: SELECT an EF under the current DF.
    SelectFile(FileId),
    /// `00 B0`: READ BINARY.
    ReadBinary {
        /// Which EF.
        file: FileReference,
        /// First byte, 0..=0x7FFF.
        offset: usize,
        /// Ne.
        le: usize,
    },
    /// `00 20 00`: VERIFY.
    Verify {
        /// Which PIN.
        file: FileReference,
        /// What is asked.
        presented: Presented<'a>,
    },
    /// `00 24 01`: CHANGE REFERENCE DATA to a new value.
    ChangeReferenceData {
        /// Which PIN.
        file: FileReference,
        /// 1..=16 bytes.
        new: &'a [u8],
    },
    /// `80 2A`: COMPUTE DIGITAL SIGNATURE.
    ComputeSignature {
        /// Which key.
        file: FileReference,
        /// What the card does with the input before padding.
        scheme: SignatureScheme,
        /// Of a length that the scheme allows.
        input: &'a [u8],
        /// Ne.
        le: usize,
    },
    /// `00 C0 00 00`: GET RESPONSE.
    GetResponse {
        /// Ne.
        le: usize,
    },
}

/// What VERIFY brings.
pub(crate) enum Presented<'a> {
    /// Nothing, in the 4-byte form: a question for the tries left.
    NothingInFourBytes,
    /// Nothing, as Lc = 00 (or, read the ISO way, Le = 00): the same question.
    NothingWithLength,
    /// Reference data of 1..=16 bytes.
    Data(&'a [u8]),
}

/// P1 of the signature command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureScheme {
    /// 00: PKCS #1 v1.5 type 1 padding around the input as it is, 1..=245 bytes.
    Verbatim,
    /// 01: the card hashes 1..=255 bytes with SHA-256 and pads the bare hash.
    HashBare,
    /// 02: the input is a SHA-256 hash, for which the card builds the DigestInfo.
    DigestInfo,
    /// 03: the card hashes 1..=255 bytes with SHA-256 and builds the DigestInfo.
    HashDigestInfo,
}

impl SignatureScheme {
    fn accepts(self, length: usize) -> bool {
        match self {
            Self::Verbatim => (1..=MAX_VERBATIM).contains(&length),
            Self::HashBare | Self::HashDigestInfo => (1..=255).contains(&length),
            Self::DigestInfo => length == 32,
        }
    }
}

impl TryFrom<u8> for SignatureScheme {
    type Error = StatusWord;

    fn try_from(p1: u8) -> Result<Self, StatusWord> {
        match p1 {
            0x00 => Ok(Self::Verbatim),
            0x01 => Ok(Self::HashBare),
            0x02 => Ok(Self::DigestInfo),
            0x03 => Ok(Self::HashDigestInfo),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}

impl<'a> TryFrom<&'a [u8]> for Command<'a> {
    type Error = StatusWord;

    fn try_from(raw: &'a [u8]) -> Result<Self, StatusWord> {
        let apdu = CommandApdu::try_from(raw)?;
        check_class(apdu.cla)?;
        match (apdu.cla, apdu.ins) {
            (0x00, 0x20) => Self::verify(apdu),
            (0x00, 0x24) => Self::change_reference_data(apdu),
            (0x00, 0xA4) => Self::select(apdu),
            (0x00, 0xB0) => Self::read_binary(apdu),
            (0x00, 0xC0) => Self::get_response(apdu),
            (0x80, 0x2A) => Self::compute_signature(apdu),
            (_, 0x20 | 0x24 | 0x2A | 0xA4 | 0xB0 | 0xC0) => Err(StatusWord::WRONG_CLASS),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }
}

impl<'a> Command<'a> {
    /// Ne, where the command may bring data back.
    pub(crate) fn expected_length(&self) -> Option<usize> {
        match self {
            Self::SelectApplication { fci, .. } => *fci,
            Self::ReadBinary { le, .. }
            | Self::ComputeSignature { le, .. }
            | Self::GetResponse { le } => Some(*le),
            Self::SelectMasterFile
            | Self::SelectFromMasterFile
            | Self::SelectFile(_)
            | Self::Verify { .. }
            | Self::ChangeReferenceData { .. } => None,
        }
    }

    fn select(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let fci_wanted = match apdu.p2 {
            0x00 => true,
            0x0C => false,
            _ => return Err(StatusWord::WRONG_P1_P2),
        };
        match (apdu.p1, apdu.data) {
            (0x00, []) => Ok(Self::SelectMasterFile),
            (0x00, [_, _]) => Ok(Self::SelectFromMasterFile),
            (0x02, &[high, low]) => Ok(Self::SelectFile(FileId::from([high, low]))),
            (0x04, name) if (1..=16).contains(&name.len()) => Ok(Self::SelectApplication {
                name,
                fci: apdu.le.filter(|_| fci_wanted),
            }),
            (0x00 | 0x02 | 0x04, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    fn read_binary(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let (file, offset) = if apdu.p1 & 0x80 == 0 {
            (
                FileReference::Current,
                usize::from(u16::from_be_bytes([apdu.p1, apdu.p2])),
            )
        } else {
            match FileReference::from_p2(apdu.p1)? {
                // P1 = 80 would name short EF id 0, which does not exist.
                FileReference::Current => return Err(StatusWord::WRONG_P1_P2),
                file @ FileReference::Short(_) => (file, usize::from(apdu.p2)),
            }
        };
        match (apdu.data, apdu.le) {
            ([], Some(le)) => Ok(Self::ReadBinary { file, offset, le }),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    fn verify(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        if apdu.p1 != 0x00 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let file = FileReference::from_p2(apdu.p2)?;
        let presented = match (apdu.data, apdu.le) {
            ([], None) => Presented::NothingInFourBytes,
            // A fifth byte 00 is Lc = 00 to the card: a VERIFY has no Le.
            ([], Some(256 | 65_536)) => Presented::NothingWithLength,
            (data, None) if data.len() <= MAX_REFERENCE_DATA => Presented::Data(data),
            _ => return Err(StatusWord::WRONG_LENGTH),
        };
        Ok(Self::Verify { file, presented })
    }

    fn change_reference_data(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        if apdu.p1 != 0x01 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let file = FileReference::from_p2(apdu.p2)?;
        match (apdu.data, apdu.le) {
            (new, None) if (1..=MAX_REFERENCE_DATA).contains(&new.len()) => {
                Ok(Self::ChangeReferenceData { file, new })
            }
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    fn compute_signature(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let scheme = SignatureScheme::try_from(apdu.p1)?;
        let file = FileReference::from_p2(apdu.p2)?;
        match (apdu.data, apdu.le) {
            (input, Some(le)) if scheme.accepts(input.len()) => Ok(Self::ComputeSignature {
                file,
                scheme,
                input,
                le,
            }),
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    fn get_response(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        match (apdu.p1, apdu.p2, apdu.data, apdu.le) {
            (0, 0, [], Some(le)) => Ok(Self::GetResponse { le }),
            (0, 0, _, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}

/// Passes plain commands on the basic channel; class 00 is ISO's, class 80 JICSAP's own.
fn check_class(cla: u8) -> Result<(), StatusWord> {
    match cla {
        0x00 | 0x80 => Ok(()),
        // Channels 1 to 3 in bits 2-1, channels 4 to 19 in the further interindustry classes.
        0x40..=0x7F | 0xC0..=0xFE => Err(StatusWord::NO_LOGICAL_CHANNELS),
        0x00..=0x1F | 0x80..=0x9F if cla & 0x03 != 0 => Err(StatusWord::NO_LOGICAL_CHANNELS),
        0x00..=0x1F | 0x80..=0x9F if cla & 0x0C != 0 => Err(StatusWord::NO_SECURE_MESSAGING),
        0x00..=0x1F | 0x80..=0x9F => Err(StatusWord::NO_COMMAND_CHAINING),
        _ => Err(StatusWord::WRONG_CLASS),
    }
}
