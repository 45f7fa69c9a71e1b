//! READ BINARY, READ RECORD(S), GET DATA.

use super::FileSystem;
use crate::command::RecordRange;
use crate::file::{Contents, FileId};
use crate::profile::Quirks;
use crate::status_word::StatusWord;

/// The longest answer to a short command, in bytes.
const SHORT: usize = 256;

impl FileSystem {
    /// As many bytes as there are, up to `le`: the end of the file is no error, what lies behind it is.
    pub(super) fn read_binary(
        &self,
        id: FileId,
        offset: usize,
        le: usize,
        quirks: &Quirks,
    ) -> Result<Vec<u8>, StatusWord> {
        if quirks.refuse_extended_read && le > SHORT {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let Some(Contents::Binary { bytes, access }) = self.current_df.contents(id) else {
            return Err(StatusWord::WRONG_FILE_TYPE);
        };
        if !self.current_df.grants(*access) {
            return Err(StatusWord::NOT_VERIFIED);
        }
        match bytes.get(offset..) {
            None | Some([]) => Err(StatusWord::OUTSIDE_EF),
            Some(rest) => Ok(rest.iter().take(le).copied().collect()),
        }
    }

    /// One record, or all from one on, each with its tag and length.
    pub(super) fn read_record(
        &self,
        id: FileId,
        records: RecordRange,
    ) -> Result<Vec<u8>, StatusWord> {
        let Some(Contents::Records(all)) = self.current_df.contents(id) else {
            return Err(StatusWord::WRONG_FILE_TYPE);
        };
        let (RecordRange::Only(first) | RecordRange::From(first)) = records;
        let wanted = usize::from(first)
            .checked_sub(1)
            .and_then(|index| all.get(index..))
            .unwrap_or_default();
        match (records, wanted) {
            (_, []) => Err(StatusWord::NO_SUCH_RECORD),
            (RecordRange::Only(_), [record, ..]) => Ok(record.clone()),
            (RecordRange::From(_), several) => Ok(several.concat()),
        }
    }

    pub(super) fn data_object(&self, tag: u16) -> Result<Vec<u8>, StatusWord> {
        self.current_df
            .data_objects
            .iter()
            .find(|(known, _)| *known == tag)
            .map(|(_, value)| value.clone())
            .ok_or(StatusWord::NO_SUCH_DATA)
    }
}
