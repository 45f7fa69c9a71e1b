//! What of a command may be shown where its PIN must not be: in traces and recordings.

/// INS of the commands whose data is a PIN, or may hold one, whatever their class. ISO/IEC 7816-4; an odd byte is the
/// same command with data in BER-TLV.
pub(crate) const VERIFY: u8 = 0x20;
pub(crate) const VERIFY_BER: u8 = 0x21;
pub(crate) const CHANGE_REFERENCE_DATA: u8 = 0x24;
pub(crate) const CHANGE_REFERENCE_DATA_BER: u8 = 0x25;
pub(crate) const RESET_RETRY_COUNTER: u8 = 0x2C;
pub(crate) const RESET_RETRY_COUNTER_BER: u8 = 0x2D;
/// JICSAP's own.
pub(crate) const CHANGE_KEY: u8 = 0x32;
pub(crate) const UNLOCK_KEY: u8 = 0x54;

/// How many bytes of a command APDU, from its first, tell nothing about a PIN.
///
/// All of them, unless the instruction may bring a PIN. Of one that may, well-formed or not and of any class: CLA and INS;
/// P1 and P2 unless one of them could be a PIN's character; Lc where exactly as many bytes follow it; and a body of one
/// byte 00, which is a question.
pub(crate) fn harmless(apdu: &[u8]) -> usize {
    let [
        _,
        VERIFY
        | VERIFY_BER
        | CHANGE_REFERENCE_DATA
        | CHANGE_REFERENCE_DATA_BER
        | RESET_RETRY_COUNTER
        | RESET_RETRY_COUNTER_BER
        | CHANGE_KEY
        | UNLOCK_KEY,
        rest @ ..,
    ] = apdu
    else {
        return apdu.len();
    };
    match rest {
        [p1, p2, ..] if p1.is_ascii_graphic() || p2.is_ascii_graphic() => 2,
        [_, _] | [_, _, 0x00] => apdu.len(),
        [_, _, lc, data @ ..] if usize::from(*lc) == data.len() => 5,
        [_, _, ..] => 4,
        _ => 2,
    }
}
