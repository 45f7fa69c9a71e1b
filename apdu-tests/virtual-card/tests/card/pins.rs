//! VERIFY, CHANGE REFERENCE DATA, and how long a PIN stays verified.

use jpki_virtual_card::PinReference::{Authentication, Signature};

use super::*;

const WRONG_AUTHENTICATION: &str = "0020009804 39393939";
const WRONG_SIGNATURE: &str = "0020009B06 414243313234";

#[test]
fn asking_for_the_tries_left_costs_none_in_either_form() {
    let mut card = jpki("");
    for _ in 0..20 {
        let asked = statuses(
            &mut card,
            &[
                "00200098",
                "0020009800",
                "0020009B",
                "0020009B00",
                "0020009B000000",
            ],
        );
        assert_eq!(asked, ["63C3", "63C3", "63C5", "63C5", "63C5"]);
    }
}

#[test]
fn an_authentication_pin_has_three_tries_and_then_is_blocked_for_the_right_one_too() {
    let mut card = jpki("");
    let story = [
        WRONG_AUTHENTICATION,
        WRONG_AUTHENTICATION,
        "00200098",
        WRONG_AUTHENTICATION,
    ];
    assert_eq!(
        statuses(&mut card, &story),
        ["63C2", "63C1", "63C1", "63C0"]
    );
    let blocked = [
        "00200098",
        "0020009800",
        WRONG_AUTHENTICATION,
        VERIFY_AUTHENTICATION,
        "00200098",
    ];
    assert_eq!(
        statuses(&mut card, &blocked),
        ["63C0", "63C0", "6984", "6984", "63C0"]
    );
    assert_eq!(
        (card.tries_left(Authentication), card.tries_left(Signature)),
        (0, 5)
    );
}

#[test]
fn a_signature_password_has_five_tries() {
    let mut card = jpki("");
    let story = [WRONG_SIGNATURE; 6];
    assert_eq!(
        statuses(&mut card, &story),
        ["63C4", "63C3", "63C2", "63C1", "63C0", "6984"]
    );
}

#[test]
fn success_gives_all_tries_back() {
    let mut card = jpki("");
    let story = [
        WRONG_AUTHENTICATION,
        WRONG_AUTHENTICATION,
        VERIFY_AUTHENTICATION,
        "00200098",
        WRONG_AUTHENTICATION,
    ];
    assert_eq!(
        statuses(&mut card, &story),
        ["63C2", "63C1", "9000", "63C3", "63C2"]
    );
}

#[test]
fn counters_survive_power_off() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, WRONG_AUTHENTICATION), "63C2");
    card.power_on();
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, "00200098"]),
        ["9000", "63C2"]
    );
}

#[test]
fn a_profile_can_start_with_few_tries_or_none() {
    let mut card = jpki("tries = { authentication = 1, signature = 0 }");
    assert_eq!(
        statuses(&mut card, &["00200098", "0020009B", VERIFY_SIGNATURE]),
        ["63C1", "63C0", "6984"]
    );
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, "00200098"]),
        ["9000", "63C3"]
    );
}

#[test]
fn the_card_compares_bytes_and_folds_no_case() {
    let mut card = jpki("");
    let lower_case = "0020009B06 616263313233";
    let padded = "0020009808 31323334FFFFFFFF";
    assert_eq!(
        statuses(&mut card, &[lower_case, padded, "0020009803 313233"]),
        ["63C4", "63C2", "63C1"]
    );
}

#[test]
fn data_of_another_length_than_1_to_16_is_refused_without_costing_a_try() {
    let mut card = jpki("");
    for length in 17..=0xFF_u8 {
        let command = [
            &[0x00, 0x20, 0x00, 0x98, length],
            &vec![0x31; usize::from(length)][..],
        ]
        .concat();
        assert_eq!(card.transmit(&command), [0x67, 0x00]);
    }
    assert_eq!(
        send(&mut card, "0020009804 31323334 00"),
        "6700",
        "VERIFY has no Le"
    );
    assert_eq!(card.tries_left(Authentication), 3);
}

#[test]
fn a_fifth_byte_other_than_00_is_no_query() {
    let mut card = jpki("");
    for le in 1..=0xFF {
        assert_eq!(card.transmit(&[0x00, 0x20, 0x00, 0x98, le]), [0x67, 0x00]);
    }
}

#[test]
fn verify_names_a_pin_by_the_current_file_or_a_short_id() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, "0020008004 31323334"), "6986");
    assert_eq!(
        statuses(&mut card, &["00A4020C02 0018", "0020008004 31323334"]),
        ["9000", "9000"]
    );
    assert_eq!(
        statuses(&mut card, &["00A4020C02 000A", "00200080"]),
        ["9000", "6981"]
    );
    for p2 in 0..=0xFF_u8 {
        let expected: &[u8] = match p2 {
            0x80 => &[0x63, 0xC5], // the EF of P2 = 9B below is current then
            0x98 => &[0x63, 0xC3],
            0x9B => &[0x63, 0xC5],
            0x81 | 0x82 | 0x86 | 0x88..=0x8B | 0x96 | 0x97 | 0x9A => &[0x69, 0x81],
            0x81..=0x9E => &[0x6A, 0x82],
            _ => &[0x6A, 0x86],
        };
        card.transmit(&[0x00, 0x20, 0x00, 0x9B]);
        assert_eq!(card.transmit(&[0x00, 0x20, 0x00, p2]), expected, "{p2:02X}");
    }
}

#[test]
fn p1_of_verify_is_00() {
    let mut card = jpki("");
    for p1 in 1..=0xFF {
        assert_eq!(card.transmit(&[0x00, 0x20, p1, 0x98]), [0x6A, 0x86]);
    }
}

#[test]
fn each_pin_is_verified_for_itself() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    assert_eq!(
        (
            card.is_verified(Authentication),
            card.is_verified(Signature)
        ),
        (true, false)
    );
    assert_eq!(send(&mut card, VERIFY_SIGNATURE), "9000");
    assert_eq!(
        (
            card.is_verified(Authentication),
            card.is_verified(Signature)
        ),
        (true, true)
    );
}

#[test]
fn a_wrong_pin_ends_what_the_right_one_began() {
    let mut card = jpki("");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, WRONG_AUTHENTICATION]),
        ["9000", "63C2"]
    );
    assert!(!card.is_verified(Authentication));
}

#[test]
fn re_select_and_warm_reset_keep_a_pin_verified() {
    let mut card = jpki("");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, SELECT_JPKI]),
        ["9000", "9000"]
    );
    assert!(card.is_verified(Authentication));
    card.reset();
    assert_eq!(hex(card.selected_application()), "A0000001510000");
    assert_eq!(send(&mut card, SELECT_JPKI), "9000");
    assert!(card.is_verified(Authentication));
}

#[test]
fn another_application_and_power_off_end_it() {
    let mut card = jpki("");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, SELECT_ISSUER_DOMAIN]),
        ["9000", "9000"]
    );
    assert!(!card.is_verified(Authentication));
    assert_eq!(
        statuses(&mut card, &[SELECT_JPKI, VERIFY_SIGNATURE]),
        ["9000", "9000"]
    );
    card.power_off();
    assert!(!card.is_verified(Signature));
}

#[test]
fn after_a_warm_reset_selecting_the_issuer_domain_ends_it_too() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    card.reset();
    assert_eq!(send(&mut card, SELECT_ISSUER_DOMAIN), "9000");
    assert!(!card.is_verified(Authentication));
}

#[test]
fn power_off_ends_it_after_a_warm_reset_too() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    card.reset();
    card.power_off();
    assert!(!card.is_verified(Authentication));
}

#[test]
fn an_application_that_is_not_there_ends_nothing() {
    let mut card = jpki("");
    assert_eq!(
        statuses(&mut card, &[VERIFY_AUTHENTICATION, "00A4040C03 A1A2A3"]),
        ["9000", "6A82"]
    );
    assert!(card.is_verified(Authentication));
}

#[test]
fn a_pin_is_changed_only_after_it_was_verified() {
    let mut card = jpki("");
    let change = "0024018004 35363738";
    let story = [
        "00A4020C02 0018",
        change,
        "0020008004 31323334",
        change,
        "0020008004 31323334",
        "0020008004 35363738",
    ];
    assert_eq!(
        statuses(&mut card, &story),
        ["9000", "6982", "9000", "9000", "63C2", "9000"]
    );
}

#[test]
fn change_reference_data_is_as_strict_as_verify() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, VERIFY_AUTHENTICATION), "9000");
    let too_long = format!("0024018011 {}", "31".repeat(17));
    let commands = [
        "00240180",
        &too_long,
        "0024008004 31323334",
        "0024010004 31323334",
        "0024018104 31323334",
    ];
    assert_eq!(
        statuses(&mut card, &commands),
        ["6700", "6700", "6A86", "6A86", "6981"]
    );
}
