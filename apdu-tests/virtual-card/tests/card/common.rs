//! The common AP: records, the PIN that CHANGE KEY changes, and a key that needs none.

use super::*;

fn common(profile: &str) -> VirtualCard {
    let mut card = card(profile);
    assert_eq!(send(&mut card, SELECT_COMMON), "9000");
    card
}

#[test]
fn record_1_is_serial_number_municipality_and_expiry() {
    let profile = "
        card = { serial = '400000000000123', expires = 2036-04-01 }
        holder.municipality = { code = '12345' }";
    let expected = format!("011C{}9000", hex(b"4000000000001231234520360401"));
    let mut card = common(profile);
    assert_eq!(send(&mut card, "00B2010C00"), expected, "short id 1");
    assert_eq!(send(&mut card, "00B2010400"), expected, "now current");
    assert_eq!(send(&mut card, "00B2010500"), expected, "all from 1");
    assert_eq!(send(&mut card, "00A4020C02 0001"), "9000");
    assert_eq!(send(&mut card, "00B201041E"), expected, "30 bytes");
    assert_eq!(send(&mut card, "00B201041D"), "6700", "29 are too few");
}

#[test]
fn a_record_that_is_not_there_is_not_found() {
    let mut card = common("");
    for p1 in (0..=0xFF).filter(|p1| *p1 != 1) {
        for p2 in [0x0C, 0x0D, 0x04, 0x05] {
            let answer = card.transmit(&[0x00, 0xB2, p1, p2, 0x00]);
            assert_eq!(answer, [0x6A, 0x83], "{p1:02X} {p2:02X}");
        }
    }
}

#[test]
fn every_p2_of_read_record_has_its_answer() {
    for p2 in 0..=0xFF_u8 {
        let mut card = common("");
        let answer = card.transmit(&[0x00, 0xB2, 0x01, p2, 0x00]);
        let expected: &[u8] = match (p2 >> 3, p2 & 0x07) {
            (31, _) => &[0x6A, 0x86],
            (_, 0..=3 | 6 | 7) => &[0x6A, 0x86],
            (0, _) => &[0x69, 0x86],
            (0x01 | 0x02, _) => &[0x90, 0x00],
            (0x19 | 0x1C, _) => &[0x69, 0x81],
            _ => &[0x6A, 0x82],
        };
        assert_eq!(answer.last_chunk::<2>().unwrap(), expected, "{p2:02X}");
    }
}

#[test]
fn read_binary_is_not_for_records_and_read_record_not_for_bytes() {
    let mut card = common("");
    assert_eq!(send(&mut card, "00B0810000"), "6981");
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, "00B2014400"]),
        ["9000", "6981"],
        "short id 8 of the JPKI applet"
    );
}

#[test]
fn record_1_of_0002_names_a_key_of_the_test_hierarchy() {
    let mut card = common("");
    let answer = send(&mut card, "00B2011400");
    assert!(answer.starts_with("011036"), "{answer}");
    assert_eq!(answer.len(), 2 * (2 + 16 + 2));
    let mut same = self::card("");
    assert_eq!(send(&mut same, SELECT_JUKI), "9000");
    assert_eq!(send(&mut same, "00B2011400"), answer);
}

#[test]
fn its_pin_is_changed_by_change_key_and_by_nothing_else() {
    let mut card = common("");
    let story = [
        ("00A4020C02 001C", "9000"),
        ("80320080 04 35363738", "6982"),
        ("00200080 04 31323334", "9000"),
        ("00240180 04 35363738", "6982"),
        ("80320180 04 35363738", "6A86"),
        ("80320080", "6700"),
        ("80320080 04 35363738", "9000"),
        ("00200080 04 31323334", "63C2"),
        ("00200080 04 35363738", "9000"),
    ];
    play(&mut card, &story);
}

#[test]
fn the_pins_of_the_common_and_the_juki_ap_are_two() {
    let mut card = common("tries.juki = 2");
    let story = [
        ("0020009C", "63C2"),
        ("0020009C 04 39393939", "63C1"),
        (SELECT_JUKI, "9000"),
        ("0020009C", "63C2"),
        ("0020009C 04 31323334", "9000"),
        (SELECT_COMMON, "9000"),
        ("0020009C", "63C1"),
    ];
    play(&mut card, &story);
}

#[test]
fn the_card_authenticates_itself_without_a_pin_and_always_the_same_way() {
    let mut card = common("");
    for challenge in [vec![0x31], vec![0xA5; 16], vec![0xFF; 255]] {
        let lc = u8::try_from(challenge.len()).unwrap();
        let command = [&[0x00, 0x88, 0x00, 0x99, lc], &challenge[..], &[0x00]].concat();
        let answer = card.transmit(&command);
        assert_eq!(answer.len(), 258);
        assert_eq!(card.transmit(&command), answer);
    }
    let command = [&bytes("00880099 10"), &[0xA5; 16][..], &[0x00]].concat();
    let same_seed = common("").transmit(&command);
    assert_eq!(card.transmit(&command), same_seed);
    let story = [
        ("00880099 01 31", "6700"),
        ("00880099 00", "6700"),
        ("00880199 01 31 00", "6A86"),
        ("00880099 01 31 FF", "6700"),
        ("0088009C 01 31 00", "6985"),
        ("0088009D 01 31 00", "6A82"),
        ("802A0099 01 31 00", "6985"),
    ];
    play(&mut card, &story);
}
