//! What a reader keeps of the APDUs that passed.

use std::fmt;

use crate::secrecy;
use crate::status_word::StatusWord;

/// One APDU as the reader saw it: never its data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TraceStep {
    /// CLA, INS, P1, P2; zeros for bytes that a malformed command lacks, and for those that may be a PIN's characters.
    pub header: [u8; 4],
    /// How many bytes of the header are the command's own, 0..=4.
    pub shown: usize,
    /// Nc: the length of the data field. For a malformed command all bytes after the header.
    pub lc: usize,
    /// The length of the answer's data.
    pub answered: usize,
    /// SW1-SW2; `None` for a card that said nothing.
    pub status: Option<StatusWord>,
}

impl TraceStep {
    /// The step in which `answer` followed on `command`.
    pub(crate) fn of(command: &[u8], answer: &[u8]) -> Self {
        let mut header = [0; 4];
        let shown = secrecy::harmless(command).min(header.len());
        for (byte, sent) in header.iter_mut().zip(command).take(shown) {
            *byte = *sent;
        }
        let lc = crate::apdu::CommandApdu::try_from(command).map_or_else(
            |_| command.len().saturating_sub(header.len()),
            |apdu| apdu.data.len(),
        );
        let (answered, status) = match answer.split_last_chunk() {
            Some((data, status)) => (data.len(), Some(StatusWord::from(*status))),
            None => (0, None),
        };
        Self {
            header,
            shown,
            lc,
            answered,
            status,
        }
    }
}

impl fmt::Display for TraceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.header.iter().take(self.shown) {
            write!(f, "{byte:02X} ")?;
        }
        write!(f, "Lc={} -> ", self.lc)?;
        match self.status {
            Some(status) => write!(f, "[{}] {status}", self.answered),
            None => f.write_str("nothing"),
        }
    }
}
