//! A command APDU, as far as the model looks at it (ISO/IEC 7816-4, 5.1).

/// A command with its lengths resolved.
#[derive(Clone, Copy)]
pub(super) struct Apdu<'a> {
    pub(super) cla: u8,
    pub(super) ins: u8,
    pub(super) p1: u8,
    pub(super) p2: u8,
    pub(super) data: &'a [u8],
    /// Ne; 0 where no data is asked for.
    pub(super) ne: usize,
}

impl<'a> Apdu<'a> {
    /// `None` for bytes that are no command.
    pub(super) fn decode(raw: &'a [u8]) -> Option<Self> {
        let (&[cla, ins, p1, p2], body) = raw.split_first_chunk()?;
        let (data, le) = match body {
            [] | [_] => (&[][..], body),
            [0, _, _] => (&[][..], body),
            [0, high, low, rest @ ..] => {
                rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?
            }
            [lc, rest @ ..] => rest.split_at_checked(usize::from(*lc))?,
        };
        let ne = match *le {
            [] => 0,
            [0] => 0x100,
            [le] => usize::from(le),
            [0, 0] | [0, 0, 0] => 0x1_0000,
            [high, low] | [0, high, low] => usize::from(u16::from_be_bytes([high, low])),
            _ => return None,
        };
        Some(Self {
            cla,
            ins,
            p1,
            p2,
            data,
            ne,
        })
    }

    /// CLA and INS.
    pub(super) fn instruction(&self) -> (u8, u8) {
        (self.cla, self.ins)
    }

    /// The short identifier in P2; `None` for the current file.
    pub(super) fn short_file_id(&self) -> Option<u8> {
        match self.p2 {
            0x81..=0x9E => Some(self.p2 & 0x1F),
            _ => None,
        }
    }
}
