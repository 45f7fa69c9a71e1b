//! Card-verifiable certificates and the names of keys in them.

/// The name of a key, 16 bytes: seven digits, `08 05`, three digits, padding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyId([u8; 16]);

impl KeyId {
    /// What EF 0002 of the common and juki APs names.
    pub(crate) const CARD: Self = Self::new(b"6000010", b"001");

    /// A name in the test hierarchy, whose numbers begin with 6.
    pub(crate) const fn new(number: &[u8; 7], group: &[u8; 3]) -> Self {
        let [a, b, c, d, e, f, g] = *number;
        let [x, y, z] = *group;
        Self([a, b, c, d, e, f, g, 0x08, 0x05, x, y, z, 0, 0, 0, 0])
    }

    /// The bytes on the card.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
