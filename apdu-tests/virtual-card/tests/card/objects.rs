//! GET DATA.

use super::openssl::recovered_by_key;
use super::tlv::{modulus, objects};
use super::*;

#[test]
fn before_an_application_is_selected_the_card_tells_what_it_is() {
    let mut card = card("card = { serial = '400000000000123', expires = 2036-04-01 }");
    let text = |text: &str| format!("{}9000", hex(text.as_bytes()));
    let story = [
        ("00CA004500", text("400000000000123")),
        ("00CA006600", "730906072A864886FC6B019000".to_owned()),
        ("00CA00F000", text("99999")),
        ("00CA00F200", text("20360401")),
    ];
    for (command, answer) in story {
        assert_eq!(send(&mut card, command), answer, "{command}");
    }
    for command in ["00CA004200", "00CA00F700"] {
        let key_name = card.transmit(&bytes(command));
        assert_eq!(key_name.len(), 16 + 2, "{command}");
        assert!(key_name.starts_with(b"69"), "{command}");
    }
    assert_eq!(send(&mut card, SELECT_TEXT), "9000");
    assert_eq!(send(&mut card, "00CA004500"), "6A88");
}

#[test]
fn its_certificates_need_an_extended_le_and_the_upper_one_vouches_for_the_lower() {
    let mut card = card("");
    assert_eq!(send(&mut card, "00CA00F800"), "6700");
    let mut certificate = |tag: &str| {
        let answer = card.transmit(&bytes(&format!("00CA{tag} 000000")));
        assert_eq!(answer.len(), 302 + 261 + 2);
        let objects = objects(&answer[..answer.len() - 2]);
        assert_eq!((objects[0].tag, objects[1].tag), (0x5F4E, 0x5F37));
        (objects[0].value.clone(), objects[1].value.clone())
    };
    let (upper, _) = certificate("00F8");
    let (lower, signature) = certificate("7F21");
    let key_id = card.transmit(&bytes("00CA00F700"));
    assert_eq!(upper[16..32], key_id[..16]);
    assert_eq!(lower[..16], upper[16..32]);
    let inside = recovered_by_key(&modulus(&upper[32..]), &signature);
    assert_eq!(inside, super::openssl::digest_info(&lower));
}

#[test]
fn phones_and_old_cards_tell_nothing_but_the_atr() {
    for kind in ["android", "iphone", "juki-card"] {
        let mut card = card(&format!("kind = '{kind}'"));
        let tags = ["00CA004500", "00CA00F200", "00CA5F5100"];
        assert_eq!(statuses(&mut card, &tags), ["6A88", "6A88", "9000"]);
    }
}

#[test]
fn the_contact_atr_is_told_without_its_first_byte_before_an_application_is_selected() {
    let mut card = card("");
    assert_eq!(send(&mut card, "00CA5F5100"), "E000FF8131FE45149000");
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, "00CA5F5100"]),
        ["9000", "6A88"]
    );
    assert_eq!(
        statuses(&mut card, &[SELECT_ISSUER_DOMAIN, "00CA5F5100"]),
        ["9000", "9000"]
    );
}

#[test]
fn some_cards_tell_it_in_applications_instead() {
    let mut card = card("quirks = { contact_atr = 'applications' }");
    assert_eq!(send(&mut card, "00CA5F5100"), "6A88");
    for application in [
        SELECT_JPKI,
        SELECT_COMMON,
        SELECT_JUKI,
        SELECT_TEXT,
        SELECT_VISUAL,
    ] {
        assert_eq!(send(&mut card, application), "9000");
        assert_eq!(send(&mut card, "00CA5F5100"), "E000FF8131FE45149000");
    }
}

#[test]
fn behind_a_contactless_reader_it_is_still_the_contact_interface_s() {
    let mut contactless = card("atr = '3B888001000005E0B381A1007F'");
    assert_eq!(send(&mut contactless, "00CA5F5100"), "E000FF8131FE45149000");
    let mut contact = card("atr = '3BC5FF8131FB45807 3C6010000'");
    assert_eq!(
        send(&mut contact, "00CA5F5100"),
        "C5FF8131FB458073C60100009000"
    );
}

#[test]
fn an_object_that_is_not_there_is_not_found() {
    let mut card = card("");
    for command in ["00CA000000", "00CA5F5200", "00CAFFFF00"] {
        assert_eq!(send(&mut card, command), "6A88", "{command}");
    }
    for command in ["00CA5F51", "00CA5F51 01 31", "00CA5F51 01 31 00"] {
        assert_eq!(send(&mut card, command), "6700", "{command}");
    }
    assert_eq!(
        send(&mut card, "00CA5F5107"),
        "6700",
        "no room for its eight bytes"
    );
}
