//! Command and response APDUs and their parts (ISO/IEC 7816-4): bytes, nothing else.

mod command;
mod identifier;
mod response;
mod status_word;

pub use command::{CommandApdu, DecodeError, ExpectedLength, Instruction, TooLong};
pub use identifier::{Aid, FileId, ShortFileId};
pub use response::{ResponseApdu, ResponseTooShort};
pub use status_word::StatusWord;
