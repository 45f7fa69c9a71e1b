//! A reader of BER-TLV that is none of the card's.

/// An object that stands in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Object {
    pub(crate) tag: u16,
    /// How the length was written.
    pub(crate) length: Vec<u8>,
    pub(crate) value: Vec<u8>,
    /// Tag, length and value.
    pub(crate) raw: Vec<u8>,
}

/// The object at the beginning; what follows it is left.
pub(crate) fn first(bytes: &[u8]) -> Object {
    let tag_length = if bytes[0] & 0x1F == 0x1F { 2 } else { 1 };
    let (tag, rest) = bytes.split_at(tag_length);
    let length_length = match rest[0] {
        0..=0x7F => 1,
        form => usize::from(form & 0x7F) + 1,
    };
    let (length, rest) = rest.split_at(length_length);
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let value_length = match length {
        [short] => usize::from(*short),
        [_, long @ ..] => number(long),
        [] => unreachable!("a length has a byte"),
    };
    Object {
        tag: u16::try_from(number(tag)).unwrap(),
        length: length.to_vec(),
        value: rest[..value_length].to_vec(),
        raw: bytes[..tag_length + length_length + value_length].to_vec(),
    }
}

/// Objects side by side, up to the end.
pub(crate) fn objects(mut bytes: &[u8]) -> Vec<Object> {
    let mut objects = Vec::new();
    while !bytes.is_empty() {
        let object = first(bytes);
        bytes = &bytes[object.raw.len()..];
        objects.push(object);
    }
    objects
}

/// The modulus of a public key `90 03 010001 91 82 0100 …`.
pub(crate) fn modulus(key: &[u8]) -> Vec<u8> {
    assert_eq!(
        key[..9],
        [0x90, 0x03, 0x01, 0x00, 0x01, 0x91, 0x82, 0x01, 0x00]
    );
    assert_eq!(key.len(), 265);
    key[9..].to_vec()
}

/// What a table of offsets says, against where the objects behind it begin in the file.
pub(crate) fn assert_table_is_right(file: &[u8], table_tag: u16) {
    let whole = first(file);
    let inside = objects(&whole.value);
    assert_eq!(inside[0].tag, table_tag);
    let mut begin = whole.raw.len() - whole.value.len() + inside[0].raw.len();
    let mut right = Vec::new();
    for object in &inside[1..] {
        right.extend(u16::try_from(begin).unwrap().to_be_bytes());
        begin += object.raw.len();
    }
    assert_eq!(inside[0].value, right);
}
