//! GET CHALLENGE, and the commands that only terminals or phones have a use for.

use super::*;

#[test]
fn a_challenge_has_the_length_that_was_asked_for_and_is_never_the_same() {
    for mut card in [card(""), jpki("")] {
        for le in 1..=0xFF_u8 {
            let answer = card.transmit(&[0x00, 0x84, 0x00, 0x00, le]);
            assert_eq!(answer.len(), usize::from(le) + 2);
            assert!(answer.ends_with(&[0x90, 0x00]));
        }
        let longest = card.transmit(&bytes("0084000000"));
        assert_eq!(longest.len(), 256 + 2);
        assert_ne!(card.transmit(&bytes("0084000000")), longest);
    }
}

#[test]
fn a_challenge_is_asked_for_with_a_short_le_and_nothing_else() {
    let mut card = jpki("");
    for (command, answer) in [
        ("00840000 000010", "6985"),
        ("00840000 000101", "6985"),
        ("00840000 000000", "6985"),
        ("00840000", "6700"),
        ("00840000 01 31", "6700"),
        ("00840000 01 31 10", "6700"),
        ("0084010010", "6A86"),
        ("0084000110", "6A86"),
    ] {
        assert_eq!(send(&mut card, command), answer, "{command}");
    }
}

#[test]
fn no_terminal_certificate_is_believed() {
    let mut card = jpki("");
    let body = format!("80A206C1 000133 {}", "5F".repeat(307));
    for command in [&body, "80A206C1", "80A200C1 01 31", "80A206C100"] {
        assert_eq!(send(&mut card, command), "6700", "{command}");
    }
    assert_eq!(send(&mut card, "00A4020C02 0016"), "9000");
    assert_eq!(send(&mut card, &body), "6700");
    for command in ["80A20000", "80A200AE", "80A28000", "80A200B6", "80A206C2"] {
        assert_eq!(send(&mut card, command), "6A86", "{command}");
    }
    assert_eq!(
        statuses(&mut card, &[SELECT_COMMON, "80A206C1"]),
        ["9000", "6D00"],
        "just the JPKI applet knows terminals"
    );
}

#[test]
fn a_session_key_is_refused_even_after_both_pins() {
    let mut card = jpki("");
    let story = [
        "80AE0000 02 A000",
        VERIFY_AUTHENTICATION,
        VERIFY_SIGNATURE,
        "80AE0000 02 A000",
    ];
    assert_eq!(
        statuses(&mut card, &story),
        ["6982", "9000", "9000", "6982"]
    );
}

#[test]
fn the_end_of_use_is_told_to_iphones_only() {
    let mut phone = jpki("kind = 'iphone'");
    for (command, answer) in [
        ("80FC0000", "9000"),
        ("80FC000000", "6700"),
        ("80FC0000 01 31", "6700"),
        ("80FC0100", "6A86"),
    ] {
        assert_eq!(send(&mut phone, command), answer, "{command}");
    }
    for kind in ["my-number-card", "android", "juki-card"] {
        let mut card = jpki(&format!("kind = '{kind}'"));
        assert_eq!(send(&mut card, "80FC0000"), "6700", "{kind}");
    }
}

#[test]
fn a_key_for_signatures_does_not_authenticate_the_card() {
    let mut card = jpki("");
    let authenticate = ["00880097 01 31 00", "0088009A 01 31 00"];
    assert_eq!(statuses(&mut card, &authenticate), ["6982", "6982"]);
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, VERIFY_SIGNATURE]),
        ["9000", "9000"]
    );
    assert_eq!(statuses(&mut card, &authenticate), ["6985", "6985"]);
    assert_eq!(
        send(&mut card, "0088008A 01 31 00"),
        "6985",
        "nor does what is no key"
    );
}
