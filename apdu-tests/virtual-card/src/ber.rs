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

/// An object of objects after a table that says where each begins: big-endian, counted from the start of the whole.
pub(crate) fn indexed(tag: u16, table_tag: u16, objects: &[Vec<u8>]) -> Vec<u8> {
    let table = |start: usize| {
        let offsets = objects.iter().scan(start, |offset, object| {
            let begin = *offset;
            *offset = offset.saturating_add(object.len());
            Some(u16::try_from(begin).unwrap_or(u16::MAX).to_be_bytes())
        });
        self::object(table_tag, &offsets.flatten().collect::<Vec<u8>>())
    };
    // How long the headers are does not depend on what the table says.
    let values = objects.concat();
    let start = object(tag, &[table(0), values.clone()].concat())
        .len()
        .saturating_sub(values.len());
    object(tag, &[table(start), values].concat())
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
    fn a_table_says_where_each_object_begins() {
        let two = [object(0xDF22, b"name"), object(0xDF23, b"12")];
        let expected = b"\xFF\x20\x13\xDF\x21\x04\x00\x0A\x00\x11\xDF\x22\x04name\xDF\x23\x0212";
        assert_eq!(indexed(0xFF20, 0xDF21, &two), expected);
        let long = [object(0xDF22, &[0xA5; 130]), object(0xDF23, b"12")];
        let whole = indexed(0xFF20, 0xDF21, &long);
        assert!(whole.starts_with(b"\xFF\x20\x82\x00\x93\xDF\x21\x04\x00\x0C\x00\x93\xDF\x22\x82"));
        assert_eq!(whole.get(0x93..), Some(&b"\xDF\x23\x0212"[..]));
    }

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
