//! BER-TLV objects and JICSAP's simple-TLV, written as the card writes them.

/// A BER-TLV object. A length from 128 on takes three bytes even where two would do: 159 is `82 00 9F`. So do real
/// cards write it, and parsers of DER fail there.
pub(crate) fn object(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    let mut object = if high == 0 {
        vec![low]
    } else {
        vec![high, low]
    };
    object.extend(length(value.len()));
    object.extend(value);
    object
}

/// A simple-TLV object, as records are: one byte of tag, one of length.
pub(crate) fn simple_object(tag: u8, value: &[u8]) -> Vec<u8> {
    // A length above 254 would take three bytes; no record of this card is that long.
    let length = u8::try_from(value.len()).unwrap_or(0xFE);
    [&[tag, length], value].concat()
}

/// Values above 65535 bytes do not occur: the largest EF ends at offset 7FFF.
fn length(length: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    match (high, low) {
        (0, 0..=0x7F) => vec![low],
        _ => vec![0x82, high, low],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_from_128_on_take_three_bytes() {
        assert_eq!(object(0x84, &[0xA5; 2]), [0x84, 0x02, 0xA5, 0xA5]);
        for (length, header) in [
            (0, vec![0xDF, 0x25, 0x00]),
            (127, vec![0xDF, 0x25, 0x7F]),
            (128, vec![0xDF, 0x25, 0x82, 0x00, 0x80]),
            (159, vec![0xDF, 0x25, 0x82, 0x00, 0x9F]),
            (256, vec![0xDF, 0x25, 0x82, 0x01, 0x00]),
        ] {
            let object = object(0xDF25, &vec![0xA5; length]);
            assert!(object.starts_with(&header), "{length}");
            assert_eq!(object.len(), header.len() + length);
        }
    }
}
