//! The text AP: My Number, the four attributes, and what proves them.

use sha2::{Digest, Sha256};

use super::openssl::{digest_info, recovered_by_key};
use super::tlv::{assert_table_is_right, first, modulus, objects};
use super::*;

const VERIFY_PIN: &str = "0020009104 31323334";
const VERIFY_A: &str = "002000940C 313233343536373839303138";
/// 1990 is year 2 of Heisei; then expiry and security code.
const VERIFY_B: &str = "002000950E 3032303430313230333631323334";

fn text(profile: &str) -> VirtualCard {
    let mut card = card(&format!(
        "{profile}\n[card]\nexpires = 2036-04-01\nsecurity_code = '1234'"
    ));
    assert_eq!(send(&mut card, SELECT_TEXT), "9000");
    card
}

/// The key in the certificate of EF 0004: who signs the records.
fn issuer(card: &mut VirtualCard) -> Vec<u8> {
    let certificate = first(&read(card, 0x04, 0));
    modulus(&objects(&certificate.value)[0].value[32..])
}

#[test]
fn it_has_these_files() {
    assert_eq!(
        files(&mut text("")),
        [
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x11, 0x12, 0x13, 0x14, 0x15
        ]
    );
}

#[test]
fn each_pin_opens_the_files_that_it_opens_and_no_other() {
    let opened = |verify: &str| {
        let mut card = text("");
        assert_eq!(send(&mut card, verify), "9000");
        (1..=8_u8)
            .filter(|id| {
                match statuses(&mut card, &[&format!("00B0{:02X}0001", 0x80 | id)])[0].as_str() {
                    "9000" => true,
                    "6982" => false,
                    other => panic!("{other}"),
                }
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(opened(VERIFY_PIN), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(opened(VERIFY_A), [1, 3, 4, 5, 6, 7, 8]);
    assert_eq!(opened(VERIFY_B), [2, 4, 5, 6, 7, 8]);
}

#[test]
fn before_any_pin_just_certificate_and_basic_information_are_read() {
    let mut card = text("");
    let reads = (1..=8).map(|id| format!("00B0{:02X}0001", 0x80 | id));
    let reads: Vec<_> = reads.collect();
    let reads: Vec<_> = reads.iter().map(String::as_str).collect();
    assert_eq!(
        statuses(&mut card, &reads),
        [
            "6982", "6982", "6982", "9000", "9000", "6982", "6982", "6982"
        ]
    );
}

#[test]
fn the_hashes_can_be_open_to_either_code() {
    for (quirk, answer) in [("pin-or-code-a", "6982"), ("pin-or-any-code", "9000")] {
        let mut card = text(&format!("quirks.text_hashes_access = '{quirk}'"));
        assert_eq!(
            statuses(&mut card, &["00B0830001", VERIFY_B, "00B0830001"]),
            ["6982", "9000", answer],
            "{quirk}"
        );
    }
}

#[test]
fn my_number_stands_in_seventeen_bytes() {
    let mut card = text("");
    assert_eq!(send(&mut card, VERIFY_A), "9000");
    let expected = [&[0xFF, 0x10, 0x0C], &b"123456789018"[..], &[0xFF, 0xFF]].concat();
    assert_eq!(read(&mut card, 0x01, 0), expected);
}

#[test]
fn the_attributes_stand_behind_a_table_of_their_offsets() {
    let mut card = text(
        "holder.name = '見本　太郎'
        holder.sex = 'other'
        holder.address = '架空市一丁目'",
    );
    assert_eq!(send(&mut card, VERIFY_PIN), "9000");
    let file = read(&mut card, 0x02, 0);
    assert_table_is_right(&file, 0xDF21);
    let whole = first(&file);
    assert_eq!(whole.tag, 0xFF20);
    let inside = objects(&whole.value);
    assert_eq!(inside[0].value[..2], [0x00, 0x0E], "the first one");
    let found: Vec<_> = inside[1..]
        .iter()
        .map(|object| (object.tag, str::from_utf8(&object.value).unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            (0xDF22, "見本　太郎"),
            (0xDF23, "架空市一丁目"),
            (0xDF24, "19900401"),
            (0xDF25, "9")
        ]
    );
    assert_eq!(file.len() % 512, 0);
    assert!(file[whole.raw.len()..].iter().all(|byte| *byte == 0xFF));
}

#[test]
fn lengths_from_128_on_are_not_minimal() {
    let mut card = text(&format!("holder.address = '{}'", "町".repeat(45)));
    assert_eq!(send(&mut card, VERIFY_PIN), "9000");
    let file = read(&mut card, 0x02, 0);
    assert_table_is_right(&file, 0xDF21);
    let whole = first(&file);
    assert_eq!(whole.length, [0x82, 0x00, 0xB8]);
    let inside = objects(&whole.value);
    assert_eq!(inside[0].value[..2], [0x00, 0x10], "two bytes later");
    assert_eq!(inside[2].length, [0x82, 0x00, 0x87]);
    assert_eq!(first(&read(&mut card, 0x05, 0)).length, [0x82, 0x00, 0x9F]);
}

#[test]
fn the_hashes_are_those_of_the_files_and_the_issuer_signed_them() {
    let mut card = text("");
    assert_eq!(send(&mut card, VERIFY_PIN), "9000");
    let file = read(&mut card, 0x03, 0);
    assert_eq!(file.len(), 336);
    let inside = objects(&first(&file).value);
    let tags: Vec<_> = inside.iter().map(|object| object.tag).collect();
    assert_eq!(tags, [0xDF31, 0xDF32, 0xDF33]);
    let my_number = read(&mut card, 0x01, 0);
    assert_eq!(inside[0].value, Sha256::digest(my_number).to_vec());
    let attributes = objects(&first(&read(&mut card, 0x02, 0)).value);
    let attributes: Vec<u8> = attributes[1..]
        .iter()
        .flat_map(|object| object.raw.clone())
        .collect();
    assert_eq!(inside[1].value, Sha256::digest(attributes).to_vec());
    let signed = [&inside[0].raw[..], &inside[1].raw].concat();
    let issuer = issuer(&mut card);
    assert_eq!(
        recovered_by_key(&issuer, &inside[2].value),
        digest_info(&signed)
    );
}

#[test]
fn the_certificate_names_an_authority_and_a_municipality_of_a_test_hierarchy() {
    let mut card = text("");
    let file = read(&mut card, 0x04, 0);
    assert_eq!(file.len(), 568);
    let whole = first(&file);
    assert_eq!(whole.tag, 0x7F21);
    let inside = objects(&whole.value);
    assert_eq!((inside[0].tag, inside[0].value.len()), (0x5F4E, 297));
    assert_eq!((inside[1].tag, inside[1].value.len()), (0x5F37, 256));
    assert_eq!(&inside[0].value[..16], b"6999033\x08\x05001\0\0\0\0");
    assert_eq!(&inside[0].value[16..32], b"6999999\x08\x05001\0\0\0\0");
}

#[test]
fn the_other_files_are_of_the_sizes_that_were_measured() {
    let mut card = text("");
    assert_eq!(send(&mut card, VERIFY_PIN), "9000");
    let basic = read(&mut card, 0x05, 0);
    assert_eq!(basic.len(), 164);
    let inside = objects(&first(&basic).value);
    assert_eq!(inside[0].raw, bytes("DF4104 01030E01"));
    assert!(inside[1].value.starts_with(b"69"));
    assert!(inside[2].value[32..].iter().all(|byte| *byte == 0xFF));
    assert_ne!(inside[2].value[..32], [0xFF; 32]);
    let transport = read(&mut card, 0x06, 0);
    assert_eq!((transport.len(), transport[0]), (269, 0xA1));
    assert_eq!(read(&mut card, 0x08, 0), [0xFF; 16]);
}

#[test]
fn its_own_key_signs_without_a_pin_and_its_public_half_is_signed() {
    let mut card = text("");
    let command = bytes("802A0000 03 616263 00");
    let by_default = card.transmit(&command);
    assert_eq!(by_default.len(), 258);
    let by_short_id = card.transmit(&bytes("802A0093 03 616263 00"));
    assert_eq!(by_default, by_short_id);
    assert_eq!(card.transmit(&bytes("802A0500 03 616263 00")).len(), 258);
    assert_eq!(send(&mut card, "00880093 01 31 00"), "6985");

    assert_eq!(send(&mut card, VERIFY_PIN), "9000");
    let file = read(&mut card, 0x07, 0);
    assert_eq!(file.len(), 536);
    let inside = objects(&first(&file).value);
    let key = modulus(&inside[0].value);
    assert_eq!(recovered_by_key(&key, &by_default[..256]), b"abc");
    let issuer = issuer(&mut card);
    assert_eq!(
        recovered_by_key(&issuer, &inside[1].value),
        digest_info(&inside[0].raw)
    );
    assert_ne!(
        key,
        modulus(&first(&read(&mut card, 0x06, 0)).value),
        "session keys go to another one"
    );
}

#[test]
fn reference_0012_is_blocked_from_the_beginning() {
    let story = [
        ("00200092", "63C0"),
        ("0020009204 31323334", "6984"),
        ("0020009200", "63C0"),
        ("0024019204 31323334", "6982"),
    ];
    play(&mut text(""), &story);
}

#[test]
fn the_pin_has_three_tries_and_is_changed_by_change_reference_data() {
    let story = [
        ("00200091", "63C3"),
        ("0020009104 39393939", "63C2"),
        ("0024019104 35363738", "6982"),
        (VERIFY_PIN, "9000"),
        ("8032009104 35363738", "6982"),
        ("0024019104 35363738", "9000"),
        (VERIFY_PIN, "63C2"),
        ("0020009104 35363738", "9000"),
        ("00200091", "63C3"),
    ];
    play(&mut text(""), &story);
}

#[test]
fn the_codes_cannot_be_changed() {
    let story = [
        (VERIFY_A, "9000"),
        ("0024019404 31323334", "6982"),
        ("8032009404 31323334", "6982"),
        (VERIFY_A, "9000"),
        (VERIFY_B, "9000"),
        ("0024019504 31323334", "6982"),
        (VERIFY_B, "9000"),
    ];
    play(&mut text(""), &story);
}

#[test]
fn a_code_has_ten_tries_or_three() {
    for (quirk, full, one_less) in [(10, "63CA", "63C9"), (3, "63C3", "63C2")] {
        let mut card = text(&format!("quirks.code_tries = {quirk}"));
        for (verify, query, wrong) in [
            (VERIFY_A, "00200094", "0020009401 30"),
            (VERIFY_B, "00200095", "0020009501 30"),
        ] {
            let story = [
                (query, full),
                (wrong, one_less),
                (verify, "9000"),
                (query, full),
            ];
            play(&mut card, &story);
        }
    }
}

#[test]
fn tries_left_are_the_profile_s() {
    let mut card = text("tries = { text = 1, code_a = 2, code_b = 0 }");
    let story = [
        ("00200091", "63C1"),
        ("00200094", "63C2"),
        ("00200095", "63C0"),
        (VERIFY_B, "6984"),
    ];
    play(&mut card, &story);
}

#[test]
fn a_session_key_is_taken_after_the_pin_alone_and_none_is_the_right_one() {
    let story = [
        ("80AE0000 02 A000", "6982"),
        (VERIFY_A, "9000"),
        ("80AE0000 02 A000", "6982"),
        (VERIFY_PIN, "9000"),
        ("80AE0000 02 A000", "6A80"),
        ("08B0810000", "69FC"),
    ];
    play(&mut text(""), &story);
}
