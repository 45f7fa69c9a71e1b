//! The juki AP.

use super::*;

fn juki(profile: &str) -> VirtualCard {
    let mut card = card(profile);
    assert_eq!(send(&mut card, SELECT_JUKI), "9000");
    card
}

#[test]
fn it_has_a_key_reference_and_a_pin() {
    let mut card = juki("");
    assert_eq!(files(&mut card), [0x02, 0x1C]);
}

#[test]
fn an_old_card_has_it_too() {
    let mut card = juki("kind = 'juki-card'");
    assert!(send(&mut card, "00B2011400").starts_with("0110"));
    assert_eq!(send(&mut card, "0020009C 04 31323334"), "9000");
}

#[test]
fn its_pin_has_three_tries_and_is_changed_by_change_key() {
    let mut card = juki("");
    let story = [
        ("0020009C 04 39393939", "63C2"),
        ("0020009C 04 31323334", "9000"),
        ("0020009C", "63C3"),
        ("8032009C 04 35363738", "9000"),
        ("0020009C 04 35363738", "9000"),
        ("0020009C 04 39393939", "63C2"),
        ("8032009C 04 31323334", "6982"),
        ("0020009C 04 39393939", "63C1"),
        ("0020009C 04 39393939", "63C0"),
        ("0020009C 04 35363738", "6984"),
    ];
    play(&mut card, &story);
}

#[test]
fn no_pin_opens_secure_messaging_here_and_nothing_would_in_the_common_ap() {
    let mut card = juki("");
    let story = [
        ("80AE0000 02 A000", "6982"),
        ("0020009C 04 31323334", "9000"),
        ("80AE0000 02 A000", "6982"),
        (SELECT_COMMON, "9000"),
        ("80AE0000 02 A000", "66F1"),
        ("0020009C 04 31323334", "9000"),
        ("80AE0000 02 A000", "66F1"),
    ];
    play(&mut card, &story);
}
