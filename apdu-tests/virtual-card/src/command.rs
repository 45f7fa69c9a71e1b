//! The commands this card knows, understood at its edge: what passes here is well-formed.

mod credential;
mod reading;
mod select;
mod signing;

use crate::apdu::CommandApdu;
use crate::file::{FileId, FileReference};
use crate::status_word::StatusWord;
pub(crate) use credential::{ChangeCommand, Presented};
pub(crate) use reading::RecordRange;
pub(crate) use select::Occurrence;
pub(crate) use signing::SignatureScheme;

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
        /// Which of those whose name begins so.
        occurrence: Occurrence,
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
    /// `00 B2`: READ RECORD(S).
    ReadRecord {
        /// Which EF.
        file: FileReference,
        /// Which records.
        records: RecordRange,
        /// Ne.
        le: usize,
    },
    /// `00 CA`: GET DATA.
    GetData {
        /// P1-P2.
        tag: u16,
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
    /// A new value for a PIN.
    Change {
        /// By which command.
        command: ChangeCommand,
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
        /// Of any length: what the scheme refuses depends on the card.
        input: &'a [u8],
        /// Ne.
        le: usize,
    },
    /// `00 88`: INTERNAL AUTHENTICATE.
    InternalAuthenticate {
        /// Which key.
        file: FileReference,
        /// 1..=255 bytes.
        challenge: &'a [u8],
        /// Ne.
        le: usize,
    },
    /// `00 84 00 00`: GET CHALLENGE.
    GetChallenge {
        /// Ne, 1..=256.
        le: usize,
    },
    /// `80 A2`: a terminal hands over its card-verifiable certificate; the command's name is not known.
    AuthenticateTerminal,
    /// `80 AE`: SET SESSION KEY.
    SetSessionKey,
    /// `80 FC 00 00`: a client of an iPhone says that it is done.
    EndOfUse,
    /// `00 C0 00 00`: GET RESPONSE.
    GetResponse {
        /// Ne.
        le: usize,
    },
}

impl<'a> TryFrom<&'a [u8]> for Command<'a> {
    type Error = StatusWord;

    fn try_from(raw: &'a [u8]) -> Result<Self, StatusWord> {
        let apdu = CommandApdu::try_from(raw)?;
        check_class(apdu.cla)?;
        match (apdu.cla, apdu.ins) {
            (0x00, 0x20) => Self::verify(apdu),
            (0x00, 0x24) => Self::change_reference_data(apdu),
            (0x00, 0x84) => Self::get_challenge(apdu),
            (0x00, 0x88) => Self::internal_authenticate(apdu),
            (0x00, 0xA4) => Self::select(apdu),
            (0x00, 0xB0) => Self::read_binary(apdu),
            (0x00, 0xB2) => Self::read_record(apdu),
            (0x00, 0xC0) => Self::get_response(apdu),
            (0x00, 0xCA) => Self::get_data(apdu),
            (0x80, 0x2A) => Self::compute_signature(apdu),
            (0x80, 0x32) => Self::change_key(apdu),
            (0x80, 0xA2) => Self::authenticate_terminal(apdu),
            (0x80, 0xAE) => Ok(Self::SetSessionKey),
            (0x80, 0xFC) => Self::end_of_use(apdu),
            (
                _,
                0x20 | 0x24 | 0x2A | 0x32 | 0x84 | 0x88 | 0xA2 | 0xA4 | 0xAE | 0xB0 | 0xB2 | 0xC0
                | 0xCA | 0xFC,
            ) => Err(StatusWord::WRONG_CLASS),
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
            | Self::ReadRecord { le, .. }
            | Self::GetData { le, .. }
            | Self::ComputeSignature { le, .. }
            | Self::InternalAuthenticate { le, .. }
            | Self::GetChallenge { le }
            | Self::GetResponse { le } => Some(*le),
            Self::SelectMasterFile
            | Self::SelectFromMasterFile
            | Self::SelectFile(_)
            | Self::Verify { .. }
            | Self::Change { .. }
            | Self::AuthenticateTerminal
            | Self::SetSessionKey
            | Self::EndOfUse => None,
        }
    }

    fn end_of_use(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        match (apdu.p1, apdu.p2, apdu.data, apdu.le) {
            (0, 0, [], None) => Ok(Self::EndOfUse),
            (0, 0, _, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}

/// Passes plain commands on the basic channel; class 00 is ISO's, class 80 JICSAP's own.
fn check_class(cla: u8) -> Result<(), StatusWord> {
    match cla {
        0x00 | 0x80 => Ok(()),
        // Secure messaging exists on this card, but no session is ever open.
        0x08 => Err(StatusWord::NO_SECURE_SESSION),
        // Channels 1 to 3 in bits 2-1, channels 4 to 19 in the further interindustry classes.
        0x40..=0x7F | 0xC0..=0xFE => Err(StatusWord::NO_LOGICAL_CHANNELS),
        0x00..=0x1F | 0x80..=0x9F if cla & 0x03 != 0 => Err(StatusWord::NO_LOGICAL_CHANNELS),
        0x00..=0x1F | 0x80..=0x9F if cla & 0x0C != 0 => Err(StatusWord::NO_SECURE_MESSAGING),
        0x00..=0x1F | 0x80..=0x9F => Err(StatusWord::NO_COMMAND_CHAINING),
        _ => Err(StatusWord::WRONG_CLASS),
    }
}
