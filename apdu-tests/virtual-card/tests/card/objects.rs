//! GET DATA.

use super::*;

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
    for application in [SELECT_JPKI, SELECT_COMMON, SELECT_JUKI] {
        assert_eq!(send(&mut card, application), "9000");
        assert_eq!(send(&mut card, "00CA5F5100"), "E000FF8131FE45149000");
    }
}

#[test]
fn behind_a_contactless_reader_it_is_still_the_contact_interface_s() {
    let mut contactless = card("atr = '3B88800100000005E0B381A1007F'");
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
