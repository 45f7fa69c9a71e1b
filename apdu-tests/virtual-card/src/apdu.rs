//! Command APDUs taken apart (ISO/IEC 7816-4, 5.1), by this card's own decoder.

use crate::status_word::StatusWord;

/// A command APDU of case 1 to 4, short or extended, not yet understood.
///
/// No `Debug`: the data of VERIFY is a PIN.
#[derive(Clone, Copy)]
pub(crate) struct CommandApdu<'a> {
    /// The class byte.
    pub(crate) cla: u8,
    /// The instruction byte.
    pub(crate) ins: u8,
    /// Parameter 1.
    pub(crate) p1: u8,
    /// Parameter 2.
    pub(crate) p2: u8,
    /// The data field; empty in cases 1 and 2.
    pub(crate) data: &'a [u8],
    /// Ne, 1..=65536; `None` in cases 1 and 3.
    pub(crate) le: Option<usize>,
    /// The length fields are of the extended form.
    pub(crate) extended: bool,
}

impl<'a> TryFrom<&'a [u8]> for CommandApdu<'a> {
    type Error = StatusWord;

    fn try_from(raw: &'a [u8]) -> Result<Self, StatusWord> {
        let Some((&[cla, ins, p1, p2], body)) = raw.split_first_chunk() else {
            return Err(StatusWord::WRONG_LENGTH);
        };
        let (data, le) = match body {
            [] => (body, None),
            [le] => (&[][..], Some(short_length(*le))),
            [0, rest @ ..] => split_extended(rest)?,
            [lc, rest @ ..] => {
                let (data, tail) = split_data(rest, usize::from(*lc))?;
                match tail {
                    [] => (data, None),
                    [le] => (data, Some(short_length(*le))),
                    _ => return Err(StatusWord::WRONG_LENGTH),
                }
            }
        };
        Ok(Self {
            cla,
            ins,
            p1,
            p2,
            data,
            le,
            extended: matches!(body, [0, _, ..]),
        })
    }
}

/// Splits what follows the 00 that announces extended length fields.
fn split_extended(rest: &[u8]) -> Result<(&[u8], Option<usize>), StatusWord> {
    let Some((&length, rest)) = rest.split_first_chunk() else {
        return Err(StatusWord::WRONG_LENGTH);
    };
    if rest.is_empty() {
        return Ok((rest, Some(extended_length(length))));
    }
    let lc = usize::from(u16::from_be_bytes(length));
    if lc == 0 {
        return Err(StatusWord::WRONG_LENGTH);
    }
    let (data, tail) = split_data(rest, lc)?;
    match tail {
        [] => Ok((data, None)),
        [high, low] => Ok((data, Some(extended_length([*high, *low])))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn split_data(rest: &[u8], lc: usize) -> Result<(&[u8], &[u8]), StatusWord> {
    rest.split_at_checked(lc).ok_or(StatusWord::WRONG_LENGTH)
}

/// 00 stands for 256.
fn short_length(le: u8) -> usize {
    if le == 0 { 0x100 } else { usize::from(le) }
}

/// 0000 stands for 65536.
fn extended_length(le: [u8; 2]) -> usize {
    match u16::from_be_bytes(le) {
        0 => 0x1_0000,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Data and Le of an APDU that consists of a header and `body`.
    fn split(body: &[u8]) -> Result<(Vec<u8>, Option<usize>), StatusWord> {
        let raw = [&[0x00, 0xB0, 0x00, 0x00], body].concat();
        CommandApdu::try_from(&raw[..]).map(|apdu| (apdu.data.to_vec(), apdu.le))
    }

    #[test]
    fn the_header_alone_is_case_1() {
        assert_eq!(split(&[]), Ok((vec![], None)));
    }

    #[test]
    fn fewer_than_four_bytes_are_no_command() {
        for length in 0..4 {
            let result = CommandApdu::try_from(&[0x00, 0xA4, 0x04][..length.min(3)]);
            assert_eq!(result.err(), Some(StatusWord::WRONG_LENGTH));
        }
    }

    #[test]
    fn one_byte_is_le_and_00_stands_for_256() {
        for le in 1..=0xFF {
            assert_eq!(split(&[le]), Ok((vec![], Some(usize::from(le)))));
        }
        assert_eq!(split(&[0]), Ok((vec![], Some(256))));
    }

    #[test]
    fn every_short_lc_takes_exactly_its_data_with_or_without_le() {
        for lc in 1..=0xFF_u8 {
            let data = vec![0xA5; usize::from(lc)];
            let case_3 = [&[lc][..], &data].concat();
            assert_eq!(split(&case_3), Ok((data.clone(), None)));
            let case_4 = [&case_3[..], &[0]].concat();
            assert_eq!(split(&case_4), Ok((data.clone(), Some(256))));
            let too_long = [&case_4[..], &[0]].concat();
            assert_eq!(split(&too_long), Err(StatusWord::WRONG_LENGTH));
            let too_short = &case_3[..case_3.len() - 1];
            if lc > 1 {
                assert_eq!(split(too_short), Err(StatusWord::WRONG_LENGTH));
            }
        }
    }

    #[test]
    fn two_bytes_after_00_are_an_extended_le_and_0000_stands_for_65536() {
        for le in 1..=u16::MAX {
            let [high, low] = le.to_be_bytes();
            assert_eq!(split(&[0, high, low]), Ok((vec![], Some(usize::from(le)))));
        }
        assert_eq!(split(&[0, 0, 0]), Ok((vec![], Some(65_536))));
    }

    #[test]
    fn an_extended_lc_takes_exactly_its_data_with_or_without_le() {
        let data = vec![0x5A; 0x0133];
        let case_3 = [&[0, 0x01, 0x33][..], &data].concat();
        assert_eq!(split(&case_3), Ok((data.clone(), None)));
        let case_4 = [&case_3[..], &[0x01, 0x00]].concat();
        assert_eq!(split(&case_4), Ok((data, Some(256))));
        for wrong in [&case_4[..case_4.len() - 1], &case_3[..case_3.len() - 1]] {
            assert_eq!(split(wrong), Err(StatusWord::WRONG_LENGTH));
        }
    }

    #[test]
    fn an_extended_lc_of_zero_is_refused() {
        assert_eq!(split(&[0, 0, 0, 0]), Err(StatusWord::WRONG_LENGTH));
        assert_eq!(split(&[0, 0]), Err(StatusWord::WRONG_LENGTH));
    }
}
