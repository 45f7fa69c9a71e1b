//! The switches for what other cards and readers do.

use jpki_virtual_card::PinReference::Authentication;

use super::*;

#[test]
fn a_query_after_success_can_be_answered_9000() {
    let mut card = jpki("quirks = { query_after_success = 'done' }");
    let story = [
        "00200098",
        VERIFY_AUTHENTICATION,
        "00200098",
        "0020009800",
        "0020009B",
    ];
    assert_eq!(
        statuses(&mut card, &story),
        ["63C3", "9000", "9000", "9000", "63C5"]
    );
}

#[test]
fn a_card_after_iso_forgets_at_re_select_and_warm_reset() {
    let mut card = jpki("quirks = { status_lifetime = 'iso' }");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, SELECT_JPKI]),
        ["9000", "9000"]
    );
    assert!(!card.is_verified(Authentication));
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    card.reset();
    assert!(!card.is_verified(Authentication));
}

#[test]
fn a_card_can_refuse_short_ids() {
    let mut card = jpki("quirks = { refuse_short_file_id = true }");
    let short = [
        "00B0880003",
        "00200098",
        VERIFY_AUTHENTICATION,
        "802A0097 01 31 00",
    ];
    assert_eq!(statuses(&mut card, &short), ["6A86"; 4]);
    let selected = [
        "00A4020C02 0018",
        "00200080",
        "0020008004 31323334",
        "00A4020C02 0017",
        "802A0080 01 31 00",
    ];
    assert_eq!(
        statuses(&mut card, &selected),
        ["9000", "63C3", "9000", "9000", "9000"]
    );
}

#[test]
fn a_card_can_refuse_the_query_of_four_bytes() {
    let mut card = jpki("quirks = { refuse_four_byte_verify = true }");
    assert_eq!(
        statuses(
            &mut card,
            &["00200098", "0020009800", VERIFY_AUTHENTICATION]
        ),
        ["6700", "63C3", "9000"]
    );
}

#[test]
fn the_first_command_after_each_power_on_can_fail() {
    let mut card = card("quirks = { first_command_fails = true }");
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, SELECT_JPKI, SELECT_JPKI]),
        ["6F00", "9000", "9000"]
    );
    card.reset();
    assert_eq!(
        send(&mut card, SELECT_JPKI),
        "9000",
        "a warm reset is no power-on"
    );
    card.power_on();
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, SELECT_JPKI]),
        ["6F00", "9000"]
    );
}

#[test]
fn answers_can_be_announced_and_fetched() {
    let mut card = jpki("quirks = { get_response = true }");
    assert_eq!(send(&mut card, "00B0880003"), "6103");
    assert_eq!(send(&mut card, "00C0000003"), "8F8F009000");
    assert_eq!(send(&mut card, "00C0000003"), "6985", "it is fetched once");
    assert_eq!(
        send(&mut card, VERIFY_AUTHENTICATION),
        "9000",
        "nothing to announce"
    );
    assert_eq!(send(&mut card, "802A0097 01 31 00"), "6100");
    let first = card.transmit(&bytes("00C0000080"));
    assert_eq!((first.len(), hex(&first[128..])), (130, "6180".to_owned()));
    assert_eq!(card.transmit(&bytes("00C0000000")).len(), 130);
}

#[test]
fn an_answer_that_nobody_fetched_is_gone_with_the_next_command() {
    let mut card = jpki("quirks = { get_response = true }");
    assert_eq!(
        statuses(&mut card, &["00B0880003", "00200098", "00C0000003"]),
        ["6103", "63C3", "6985"]
    );
}

#[test]
fn a_wrong_le_can_be_corrected() {
    let mut card = jpki("quirks = { exact_length = true }");
    assert_eq!(send(&mut card, "00B0880000"), "6C03");
    assert_eq!(send(&mut card, "00B0880003"), "8F8F009000");
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    assert_eq!(send(&mut card, "802A0097 01 31 80"), "6C00");
    assert_eq!(card.transmit(&bytes("802A0097 01 31 00")).len(), 258);
}

#[test]
fn a_blocked_pin_can_be_answered_as_iso_has_it() {
    for (blocked_pin, blocked_query, data, empty) in [
        ("6984", "tries-left", "6984", "63C0"),
        ("6983", "tries-left", "6983", "63C0"),
        ("6984", "blocked", "6984", "6984"),
        ("6983", "blocked", "6983", "6983"),
    ] {
        let mut card = jpki(&format!(
            "tries.authentication = 1
            quirks = {{ blocked_pin = '{blocked_pin}', blocked_query = '{blocked_query}' }}"
        ));
        let story = [
            ("00200098", "63C1"),
            ("0020009804 39393939", "63C0"),
            (VERIFY_AUTHENTICATION, data),
            ("00200098", empty),
            ("0020009800", empty),
            ("0020009B", "63C5"),
        ];
        for (command, answer) in story {
            assert_eq!(send(&mut card, command), answer, "{command}");
        }
    }
}
