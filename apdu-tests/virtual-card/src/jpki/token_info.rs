//! EF 0006: PKCS #11's `CK_TOKEN_INFO`, serialized with 32-bit big-endian words.

use crate::profile::TokenKind;

/// The length of the EF, in bytes.
pub(crate) const LENGTH: usize = 160;

/// CKF_RNG, CKF_LOGIN_REQUIRED, CKF_USER_PIN_INITIALIZED, CKF_TOKEN_INITIALIZED.
const FLAGS: u32 = 0x0000_040D;
/// CK_UNAVAILABLE_INFORMATION in 32 bits.
const UNAVAILABLE: u32 = 0xFFFF_FFFF;

/// The token info of a card of this kind: all but the label as on a plastic card, with a model of our own.
pub(crate) fn encode(kind: TokenKind) -> [u8; LENGTH] {
    let text = format!(
        "{:<32}{:0>32}{:<16}{:0>16}",
        kind.label(),
        1,
        "JPKIDVRT",
        "20500000"
    );
    let words: [u32; 11] = [
        FLAGS,
        1,
        0,
        1,
        0, // maximal and current sessions, maximal and current read-write sessions
        16,
        6, // PIN length
        UNAVAILABLE,
        UNAVAILABLE,
        UNAVAILABLE,
        UNAVAILABLE, // total and free public memory, then private
    ];
    let fields = text
        .bytes()
        .chain(words.into_iter().flat_map(u32::to_be_bytes))
        .chain(*b"0301") // hardware and firmware version, in ASCII
        .chain([b'9'; 16]); // utcTime
    let mut encoded = [0; LENGTH];
    for (byte, value) in encoded.iter_mut().zip(fields) {
        *byte = value;
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_pkcs_11_clients_read_them() {
        let info = encode(TokenKind::MyNumberCard);
        assert_eq!(&info[..32], b"JPKIAPICCTOKEN2                 ");
        assert_eq!(&info[32..64], b"00000000000000000000000000000001");
        assert_eq!(&info[64..80], b"JPKIDVRT        ");
        assert_eq!(&info[80..96], b"0000000020500000");
        assert_eq!(&info[96..100], [0x00, 0x00, 0x04, 0x0D]);
        assert_eq!(&info[116..124], [0, 0, 0, 16, 0, 0, 0, 6]);
        assert_eq!(&info[124..140], [0xFF; 16]);
        assert_eq!(&info[140..144], b"0301");
        assert_eq!(&info[144..], [b'9'; 16]);
    }

    #[test]
    fn each_kind_has_its_label() {
        for (kind, label) in [
            (TokenKind::MyNumberCard, "JPKIAPICCTOKEN2 "),
            (TokenKind::Android, "JPKIAPGPSETOKEN "),
            (TokenKind::Iphone, "JPKIAPIOSTOKEN "),
            (TokenKind::JukiCard, "JPKIAPICCTOKEN "),
        ] {
            assert!(encode(kind).starts_with(label.as_bytes()), "{label}");
        }
    }
}
