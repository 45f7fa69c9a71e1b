//! READ BINARY and what the files hold.

use super::*;

#[test]
fn any_size_of_read_gives_the_same_file() {
    let mut card = jpki("");
    let whole = read(&mut card, 0x0A, 0);
    for le in [1, 7, 0x80, 0xE0, 0xFF] {
        assert_eq!(read(&mut card, 0x0A, le), whole, "Le = {le:02X}");
    }
}

#[test]
fn certificates_are_followed_by_zeros_up_to_the_size_of_their_file() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, VERIFY_SIGNATURE), "9000");
    for (id, size) in [(0x01, 2048), (0x02, 1900), (0x0A, 1900), (0x0B, 1900)] {
        let file = read(&mut card, id, 0);
        assert_eq!(file.len(), size);
        let certificate = match id {
            0x01 => card.signature_certificate().unwrap(),
            0x02 => card.signature_ca(),
            0x0A => card.authentication_certificate(),
            _ => card.authentication_ca(),
        };
        assert!(file.starts_with(certificate));
        assert!(file[certificate.len()..].iter().all(|byte| *byte == 0));
    }
}

#[test]
fn a_card_can_pad_with_ff() {
    let mut card = jpki("quirks = { certificate_padding = 'FF' }");
    let file = read(&mut card, 0x0A, 0);
    let certificate = card.authentication_certificate();
    assert!(file.starts_with(certificate));
    assert!(file[certificate.len()..].iter().all(|byte| *byte == 0xFF));
}

#[test]
fn the_last_read_is_short_and_the_one_behind_it_is_refused() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, "00A4020C02 000A"), "9000");
    for (offset, left) in [(0x0700, 108), (1899, 1)] {
        let [high, low] = u16::to_be_bytes(offset);
        assert_eq!(
            card.transmit(&[0x00, 0xB0, high, low, 0x00]).len(),
            left + 2
        );
    }
    for offset in 1900..=0x7FFF_u16 {
        let [high, low] = offset.to_be_bytes();
        assert_eq!(
            card.transmit(&[0x00, 0xB0, high, low, 0x00]),
            [0x6B, 0x00],
            "{offset}"
        );
    }
}

#[test]
fn an_extended_le_takes_the_whole_rest_at_once() {
    let mut card = jpki("");
    let by_short_id = card.transmit(&bytes("00B08A00 000000"));
    assert_eq!(by_short_id.len(), 1900 + 2);
    assert_eq!(card.transmit(&bytes("00B00700 001000")).len(), 108 + 2);
    assert_eq!(card.transmit(&bytes("00B00000 000300")).len(), 0x300 + 2);
}

#[test]
fn a_card_can_refuse_an_extended_le() {
    let mut card = jpki("quirks = { refuse_extended_read = true }");
    assert_eq!(send(&mut card, "00B08A00 000000"), "6700");
    assert_eq!(send(&mut card, "00B08A00 000101"), "6700");
    assert_eq!(card.transmit(&bytes("00B08A00 000100")).len(), 256 + 2);
    assert_eq!(card.transmit(&bytes("00B08A00 00")).len(), 256 + 2);
}

#[test]
fn a_short_id_makes_its_file_current() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, "00B0880003"), "8F8F009000");
    assert_eq!(send(&mut card, "00B0000102"), "8F009000");
    assert_eq!(send(&mut card, "00B0880203"), "009000");
    assert_eq!(send(&mut card, "00B0880303"), "6B00");
}

#[test]
fn each_short_id_reads_as_its_file_allows() {
    let mut card = jpki("");
    for id in 0..=0x7F_u8 {
        let expected: &[u8] = match id {
            0x02 | 0x06 | 0x08 | 0x0A | 0x0B => &[0x90, 0x00],
            0x01 | 0x09 => &[0x69, 0x82],
            0x16..=0x18 | 0x1A | 0x1B => &[0x69, 0x81],
            0x01..=0x1E => &[0x6A, 0x82],
            _ => &[0x6A, 0x86],
        };
        let answer = card.transmit(&[0x00, 0xB0, 0x80 | id, 0x00, 0x01]);
        assert_eq!(answer.last_chunk::<2>().unwrap(), expected, "{id:02X}");
    }
}

#[test]
fn without_a_current_file_nothing_is_read() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, "00B0000000"), "6986");
}

#[test]
fn a_read_without_le_or_with_data_has_the_wrong_length() {
    let mut card = jpki("");
    let answers = statuses(
        &mut card,
        &[
            "00A4020C02 0008",
            "00B00000",
            "00B0000001 00",
            "00B0000001 00 03",
        ],
    );
    assert_eq!(answers, ["9000", "6700", "6700", "6700"]);
}

#[test]
fn the_signature_certificate_is_read_only_after_its_own_password() {
    let mut card = jpki("");
    let commands = [
        "00B0810004",
        VERIFY_AUTHENTICATION,
        "00B0810004",
        VERIFY_SIGNATURE,
        "00B0810004",
    ];
    assert_eq!(
        statuses(&mut card, &commands),
        ["6982", "9000", "6982", "9000", "9000"]
    );
    assert!(send(&mut card, "00B0810004").starts_with("3082"));
}

#[test]
fn on_an_android_phone_the_authentication_certificate_is_read_only_after_its_pin() {
    let mut card = jpki("kind = 'android'");
    let commands = [
        "00B08A0004",
        VERIFY_SIGNATURE,
        "00B08A0004",
        VERIFY_AUTHENTICATION,
        "00B08A0004",
    ];
    assert_eq!(
        statuses(&mut card, &commands),
        ["6982", "9000", "6982", "9000", "9000"]
    );
}

#[test]
fn token_info_is_160_bytes_that_begin_with_the_kind_s_label() {
    for (kind, label) in [
        ("my-number-card", "JPKIAPICCTOKEN2 "),
        ("android", "JPKIAPGPSETOKEN "),
        ("iphone", "JPKIAPIOSTOKEN "),
        ("juki-card", "JPKIAPICCTOKEN "),
    ] {
        let file = read(&mut jpki(&format!("kind = '{kind}'")), 0x06, 0);
        assert_eq!(file.len(), 160);
        assert!(file.starts_with(label.as_bytes()), "{label}");
    }
}

#[test]
fn a_card_without_a_signature_certificate_says_so() {
    let mut card = jpki("certificates = { signature = false }");
    assert_eq!(send(&mut card, "00B0880003"), "008F009000");
    assert_eq!(send(&mut card, "0020009B"), "63C0");
    assert_eq!(send(&mut card, VERIFY_SIGNATURE), "6984");
    assert_eq!(send(&mut card, "00B0810004"), "6982");
    assert_eq!(card.signature_certificate(), None);
}
