//! READ BINARY, READ RECORD(S), GET DATA, GET RESPONSE.

use super::Command;
use crate::apdu::CommandApdu;
use crate::file::FileReference;
use crate::status_word::StatusWord;

/// Which records READ RECORD(S) wants; they count from 1, and 0 is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RecordRange {
    /// Just this one.
    Only(u8),
    /// From this one to the last.
    From(u8),
}

impl<'a> Command<'a> {
    /// P1-P2 is a 15-bit offset, or with bit 8 of P1 set a short EF id and an 8-bit offset.
    pub(super) fn read_binary(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let (file, offset) = if apdu.p1 & 0x80 == 0 {
            (
                FileReference::Current,
                usize::from(u16::from_be_bytes([apdu.p1, apdu.p2])),
            )
        } else {
            match FileReference::from_p2(apdu.p1)? {
                // P1 = 80 would name short EF id 0, which does not exist.
                FileReference::Current => return Err(StatusWord::WRONG_P1_P2),
                file => (file, usize::from(apdu.p2)),
            }
        };
        let le = le_alone(apdu)?;
        Ok(Self::ReadBinary { file, offset, le })
    }

    /// P1 is a record number, P2 a short EF id (0: the current EF) in bits 8-4 and 4 or 5 in bits 3-1.
    pub(super) fn read_record(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let file = FileReference::from_p2(0x80 | apdu.p2 >> 3)?;
        let records = match apdu.p2 & 0x07 {
            4 => RecordRange::Only(apdu.p1),
            5 => RecordRange::From(apdu.p1),
            _ => return Err(StatusWord::WRONG_P1_P2),
        };
        let le = le_alone(apdu)?;
        Ok(Self::ReadRecord { file, records, le })
    }

    pub(super) fn get_data(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        Ok(Self::GetData {
            tag: u16::from_be_bytes([apdu.p1, apdu.p2]),
            le: le_alone(apdu)?,
        })
    }

    pub(super) fn get_response(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        Ok(Self::GetResponse {
            le: le_alone(apdu)?,
        })
    }
}

/// Ne of a command of case 2.
fn le_alone(apdu: CommandApdu<'_>) -> Result<usize, StatusWord> {
    apdu.le
        .filter(|_| apdu.data.is_empty())
        .ok_or(StatusWord::WRONG_LENGTH)
}
