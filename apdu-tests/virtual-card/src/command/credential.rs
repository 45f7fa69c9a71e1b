//! VERIFY, CHANGE REFERENCE DATA, CHANGE KEY.

use super::Command;
use crate::apdu::CommandApdu;
use crate::file::FileReference;
use crate::status_word::StatusWord;

/// The longest reference data, in bytes (JICSAP).
const MAX_REFERENCE_DATA: usize = 16;

/// What VERIFY brings.
pub(crate) enum Presented<'a> {
    /// Nothing, in the 4-byte form: a question for the tries left.
    NothingInFourBytes,
    /// Nothing, as Lc = 00 (or, read the ISO way, Le = 00): the same question.
    NothingWithLength,
    /// Reference data of 1..=16 bytes.
    Data(&'a [u8]),
}

/// Which command gives a PIN its new value. Each PIN knows one of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ChangeCommand {
    /// `00 24 01`: CHANGE REFERENCE DATA, to new data alone.
    ReferenceData,
    /// `80 32 00`: JICSAP's CHANGE KEY.
    Key,
}

impl<'a> Command<'a> {
    pub(super) fn verify(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
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

    pub(super) fn change_reference_data(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        Self::change(apdu, 0x01, ChangeCommand::ReferenceData)
    }

    pub(super) fn change_key(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        Self::change(apdu, 0x00, ChangeCommand::Key)
    }

    fn change(apdu: CommandApdu<'a>, p1: u8, command: ChangeCommand) -> Result<Self, StatusWord> {
        if apdu.p1 != p1 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let file = FileReference::from_p2(apdu.p2)?;
        match (apdu.data, apdu.le) {
            (new, None) if (1..=MAX_REFERENCE_DATA).contains(&new.len()) => {
                Ok(Self::Change { command, file, new })
            }
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }
}
