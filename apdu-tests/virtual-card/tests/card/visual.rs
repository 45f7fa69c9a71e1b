//! The visual AP: the card's printed face.

use std::io::Cursor;

use sha2::{Digest, Sha256};

use super::openssl::{digest_info, recovered_by_key};
use super::tlv::{Object, assert_table_is_right, first, modulus, objects};
use super::*;

const VERIFY_BIRTH_DATE: &str = "0020009106 303230343031";
const VERIFY_B: &str = "002000920E 3032303430313230333631323334";
const VERIFY_A: &str = "002000930C 313233343536373839303138";

fn visual(profile: &str) -> VirtualCard {
    let mut card = card(&format!(
        "{profile}\n[card]\nexpires = 2036-04-01\nsecurity_code = '1234'"
    ));
    assert_eq!(send(&mut card, SELECT_VISUAL), "9000");
    card
}

/// The objects of a record, its table of offsets left out.
fn record(card: &mut VirtualCard, id: u8) -> Vec<Object> {
    objects(&first(&read(card, id, 0)).value)
}

fn issuer(card: &mut VirtualCard) -> Vec<u8> {
    modulus(&record(card, 0x04)[0].value[32..])
}

/// Width, height and packed rows of a PNG of one bit a pixel.
fn pixels(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut rows = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rows).unwrap();
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Grayscale, png::BitDepth::One)
    );
    rows.truncate(info.buffer_size());
    (info.width, info.height, rows)
}

#[test]
fn it_has_these_files() {
    assert_eq!(
        files(&mut visual("")),
        [
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x11, 0x12, 0x13, 0x1A, 0x1C, 0x1E
        ]
    );
}

#[test]
fn each_reference_opens_the_files_that_it_opens_and_no_other() {
    for (verify, expected) in [
        ("00200091", ["6982", "6982", "9000", "9000", "6982", "6982"]),
        (
            VERIFY_BIRTH_DATE,
            ["9000", "6982", "9000", "9000", "6982", "6982"],
        ),
        (VERIFY_B, ["6982", "9000", "9000", "9000", "6982", "9000"]),
        (VERIFY_A, ["6982", "9000", "9000", "9000", "9000", "9000"]),
    ] {
        let mut card = visual("");
        send(&mut card, verify);
        let reads = [
            "00B0810001",
            "00B0820001",
            "00B0830001",
            "00B0840001",
            "00B0850001",
            "00B0860001",
        ];
        assert_eq!(statuses(&mut card, &reads), expected, "{verify}");
    }
}

#[test]
fn the_age_record_is_birth_date_and_key_signed_by_the_issuer() {
    let mut card = visual("");
    assert_eq!(send(&mut card, VERIFY_BIRTH_DATE), "9000");
    assert_eq!(read(&mut card, 0x01, 0).len(), 547);
    let record = record(&mut card, 0x01);
    let tags: Vec<_> = record.iter().map(|object| object.tag).collect();
    assert_eq!(tags, [0xDF11, 0xDF12, 0xDF13]);
    assert_eq!(record[0].value, b"19900401");
    let signed = [&record[0].raw[..], &record[1].raw].concat();
    let issuer = issuer(&mut card);
    assert_eq!(
        recovered_by_key(&issuer, &record[2].value),
        digest_info(&signed)
    );
}

#[test]
fn the_face_is_signed_in_three_groups_and_its_end_not_at_all() {
    let mut card = visual("");
    assert_eq!(send(&mut card, VERIFY_B), "9000");
    let file = read(&mut card, 0x02, 0);
    assert_table_is_right(&file, 0xDF21);
    assert_eq!(file.len() % 1024, 0);
    let face = record(&mut card, 0x02);
    let tags: Vec<_> = face.iter().map(|object| object.tag).collect();
    assert_eq!(tags, (0xDF21..=0xDF2A).collect::<Vec<_>>());
    assert_eq!(
        (&face[1].value[..], &face[2].value[..]),
        (&b"19900401"[..], &b"2"[..])
    );
    assert_eq!(face[8].value, b"20360401");
    let mut expected = bytes("3071300D060960864801650304020105000460");
    for group in [1..4, 4..6, 6..7] {
        let signed: Vec<u8> = face[group]
            .iter()
            .flat_map(|object| object.raw.clone())
            .collect();
        expected.extend(Sha256::digest(signed));
    }
    let issuer = issuer(&mut card);
    assert_eq!(recovered_by_key(&issuer, &face[7].value), expected);
}

#[test]
fn digits_are_drawn_as_the_font_has_them() {
    let mut card = visual("");
    assert_eq!(send(&mut card, VERIFY_A), "9000");
    for (png, text) in [
        (record(&mut card, 0x02)[9].value.clone(), "1234"),
        (record(&mut card, 0x05)[0].value.clone(), "123456789018"),
    ] {
        let (width, height, rows) = pixels(&png);
        assert_eq!(
            (width, height),
            (8 * u32::try_from(text.len()).unwrap(), 16)
        );
        for (row, bytes) in rows.chunks(text.len()).enumerate() {
            for (character, byte) in text.chars().zip(bytes) {
                let glyph = unifont::get_glyph(character).unwrap();
                let black = (0..8).filter(|x| glyph.get_pixel(*x, row));
                let expected = black.fold(0xFF_u8, |white, x| white & !(0x80 >> x));
                assert_eq!(*byte, expected, "row {row} of {character}");
            }
        }
    }
}

#[test]
fn name_and_address_are_drawn_over_as_many_lines_as_they_take() {
    let face = |profile: &str| {
        let mut card = visual(profile);
        assert_eq!(send(&mut card, VERIFY_A), "9000");
        let face = record(&mut card, 0x02);
        (pixels(&face[4].value), pixels(&face[5].value))
    };
    let (short, address) = face("holder.name = '見本　花子'");
    assert_eq!((short.0, short.1), (320, 16));
    assert_eq!((address.0, address.1), (320, 16));
    let (long, _) = face(&format!("holder.name = '{}'", "長".repeat(21)));
    assert_eq!((long.0, long.1), (320, 32), "21 of 20 in a line");
    let (latin, _) = face(&format!("holder.name = '{}'", "X".repeat(40)));
    assert_eq!((latin.0, latin.1), (320, 16), "40 of 40 in a line");
    let (other, _) = face("holder.name = '見本　太郎'");
    assert_ne!(other.2, short.2);
    let (unknown, _) = face("holder.name = '𠮷'");
    let (geta, _) = face("holder.name = '〓'");
    assert_eq!(unknown, geta, "a character without a glyph");
}

#[test]
fn the_photograph_is_a_grey_jpeg_2000_of_180_by_240() {
    let mut card = visual("");
    assert_eq!(send(&mut card, VERIFY_A), "9000");
    let photograph = record(&mut card, 0x02)[6].value.clone();
    assert!(photograph.len() < 4096);
    assert!(photograph.starts_with(b"\0\0\0\x0CjP  \r\n\x87\n"));
    // The image header box: height, width, one component of eight bits.
    let header = photograph
        .windows(4)
        .position(|name| name == b"ihdr")
        .unwrap();
    assert_eq!(
        photograph[header + 4..header + 15],
        [0, 0, 0, 240, 0, 0, 0, 180, 0, 1, 7]
    );
    assert!(
        photograph.ends_with(&[0xFF, 0xD9]),
        "the end of its codestream"
    );
}

#[test]
fn my_number_is_a_picture_that_the_issuer_signed_with_the_card_s_key() {
    let mut card = visual("");
    assert_eq!(send(&mut card, VERIFY_A), "9000");
    let record = record(&mut card, 0x05);
    let signed = [&record[0].raw[..], &record[1].raw].concat();
    let issuer = issuer(&mut card);
    assert_eq!(
        recovered_by_key(&issuer, &record[2].value),
        digest_info(&signed)
    );
    let challenge = card.transmit(&bytes("802A0000 03 616263 00"));
    assert_eq!(
        recovered_by_key(&modulus(&record[1].value), &challenge[..256]),
        b"abc",
        "the key that P2 = 00 means"
    );
}

#[test]
fn its_key_signs_without_a_pin_and_does_nothing_else() {
    let mut card = visual("");
    let by_default = card.transmit(&bytes("802A0000 03 616263 00"));
    assert_eq!(card.transmit(&bytes("802A009A 03 616263 00")), by_default);
    let story = [
        ("0088009A 01 31 00", "6985"),
        ("80AE0000 02 A000", "66F1"),
        ("00B09A0000", "6981"),
        ("00B09C0000", "6981"),
    ];
    play(&mut card, &story);
}

#[test]
fn basic_information_names_the_municipality() {
    let mut card = visual("holder.municipality = { code = '12345' }");
    let record = record(&mut card, 0x03);
    assert_eq!(record[0].raw, bytes("DF3104 06030E01"));
    assert_eq!(record[3].raw, bytes("DF3405 3132333435"));
    assert_eq!(record[4].value.len(), 16 + 256);
    let certificate = super::visual::record(&mut card, 0x04);
    assert_eq!(&certificate[0].value[..7], b"6999023");
    assert_eq!(&certificate[0].value[16..23], b"6912345");
}

#[test]
fn the_references_have_counters_of_their_own() {
    let mut card = visual("tries = { birth_date = 2, code_a = 4, code_b = 1 }");
    let story = [
        ("00200091", "63C2"),
        ("00200092", "63C1"),
        ("00200093", "63C4"),
        (VERIFY_BIRTH_DATE, "9000"),
        ("00200091", "63CA"),
        (VERIFY_B, "9000"),
        ("00200092", "63CA"),
        ("0020009301 30", "63C3"),
        (SELECT_TEXT, "9000"),
        ("00200094", "63C4"),
        ("00200095", "63C1"),
        (SELECT_VISUAL, "9000"),
        ("00200093", "63C3"),
        ("0024019306 303230343031", "6982"),
    ];
    play(&mut card, &story);
    let mut three = visual("quirks.code_tries = 3");
    play(
        &mut three,
        &[
            ("00200091", "63C3"),
            ("00200092", "63C3"),
            ("00200093", "63C3"),
        ],
    );
}
