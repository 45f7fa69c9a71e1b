//! SELECT.

use super::Command;
use crate::apdu::CommandApdu;
use crate::file::FileId;
use crate::status_word::StatusWord;

/// Which of the applications whose names begin alike.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Occurrence {
    /// The first.
    First,
    /// The one after the current application.
    Next,
}

impl<'a> Command<'a> {
    /// P2 has the occurrence in bits 2-1, and 00 in bits 4-3 where file control information is wanted.
    pub(super) fn select(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let (occurrence, fci_wanted) = match apdu.p2 {
            0x00 => (Occurrence::First, true),
            0x0C => (Occurrence::First, false),
            0x02 => (Occurrence::Next, true),
            0x0E => (Occurrence::Next, false),
            _ => return Err(StatusWord::WRONG_P1_P2),
        };
        match (apdu.p1, occurrence, apdu.data) {
            (0x04, _, name) if (1..=16).contains(&name.len()) => Ok(Self::SelectApplication {
                name,
                occurrence,
                fci: apdu.le.filter(|_| fci_wanted),
            }),
            (0x04, _, _) => Err(StatusWord::WRONG_LENGTH),
            (_, Occurrence::Next, _) => Err(StatusWord::WRONG_P1_P2),
            (0x00, _, []) => Ok(Self::SelectMasterFile),
            (0x00, _, [_, _]) => Ok(Self::SelectFromMasterFile),
            (0x02, _, &[high, low]) => Ok(Self::SelectFile(FileId::from([high, low]))),
            (0x00 | 0x02, _, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}
