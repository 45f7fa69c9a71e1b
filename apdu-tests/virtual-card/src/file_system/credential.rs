//! VERIFY and the PINs that commands name.

use super::FileSystem;
use crate::command::Presented;
use crate::file::FileId;
use crate::pin::{ReferenceData, Refusal};
use crate::profile::{BlockedQuery, QueryAnswer, Quirks};
use crate::status_word::StatusWord;

impl FileSystem {
    pub(super) fn verify(
        &mut self,
        id: FileId,
        presented: &Presented<'_>,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        let pin = self.pin_mut(id)?;
        match presented {
            Presented::NothingInFourBytes if quirks.refuse_four_byte_verify => {
                Err(StatusWord::WRONG_LENGTH)
            }
            Presented::NothingInFourBytes | Presented::NothingWithLength => query(pin, quirks),
            Presented::Data(data) => match pin.verify(data) {
                Ok(()) => Ok(Vec::new()),
                Err(Refusal::Wrong { tries_left }) => Err(StatusWord::tries_left(tries_left)),
                Err(Refusal::Blocked) => Err(quirks.blocked_pin.status()),
            },
        }
    }

    pub(super) fn pin_mut(&mut self, id: FileId) -> Result<&mut ReferenceData, StatusWord> {
        self.current_df
            .pin_mut(id)
            .ok_or(StatusWord::WRONG_FILE_TYPE)
    }
}

/// An empty VERIFY asks for the tries left and costs none.
fn query(pin: &ReferenceData, quirks: &Quirks) -> Result<Vec<u8>, StatusWord> {
    match pin.tries_left() {
        0 if quirks.blocked_query == BlockedQuery::Blocked => Err(quirks.blocked_pin.status()),
        _ if pin.is_verified() && quirks.query_after_success == QueryAnswer::Done => Ok(Vec::new()),
        left => Err(StatusWord::tries_left(left)),
    }
}
