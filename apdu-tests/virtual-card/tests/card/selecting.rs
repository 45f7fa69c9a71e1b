//! Power, SELECT, classes and instructions.

use super::*;

#[test]
fn the_answer_to_reset_is_the_profile_s() {
    assert_eq!(hex(card("").atr()), "3BE000FF8131FE4514");
    assert_eq!(
        hex(card("atr = '3B888001 004B51FFB381D100 0F'").atr()),
        "3B888001004B51FFB381D1000F"
    );
}

#[test]
fn a_card_without_power_says_nothing() {
    let mut card = card("");
    card.power_off();
    assert_eq!(send(&mut card, SELECT_JPKI), "");
    card.power_on();
    assert_eq!(send(&mut card, SELECT_JPKI), "9000");
}

#[test]
fn after_power_up_the_issuer_domain_is_current() {
    let mut card = card("");
    assert_eq!(hex(card.selected_application()), "A0000001510000");
    assert_eq!(send(&mut card, "00A4020C02 000A"), "6A82");
    assert_eq!(send(&mut card, SELECT_JPKI), "9000");
    assert_eq!(hex(card.selected_application()), "D392F000260100000001");
    assert_eq!(send(&mut card, "00A4020C02 000A"), "9000");
}

#[test]
fn an_unknown_application_is_not_found_and_changes_nothing() {
    let mut card = jpki("");
    assert_eq!(send(&mut card, "00A4040C0A D392F000260100000002"), "6A82");
    assert_eq!(send(&mut card, "00A4020C02 000A"), "9000");
}

#[test]
fn a_prefix_selects_the_first_name_that_begins_so() {
    let jpki = bytes("D392F000260100000001");
    for length in 1..=10_u8 {
        let mut card = card("");
        let prefix = &jpki[..usize::from(length)];
        let command = [&[0x00, 0xA4, 0x04, 0x0C, length], prefix].concat();
        assert_eq!(card.transmit(&command), [0x90, 0x00]);
        // D3 and D392 are the beginning of other names too.
        let expected = match length {
            1 | 2 => "D3921000310001010100",
            _ => "D392F000260100000001",
        };
        assert_eq!(hex(card.selected_application()), expected);
    }
    let longer = send(&mut card(""), "00A4040C0B D392F00026010000000100");
    assert_eq!(longer, "6A82", "a longer name is another one");
}

#[test]
fn one_after_the_other_all_applications_are_found() {
    let mut card = card("");
    let mut found = Vec::new();
    let mut answer = send(&mut card, "00A4040C02 D392");
    while answer == "9000" && found.len() < 10 {
        found.push(hex(card.selected_application()));
        answer = send(&mut card, "00A4040E02 D392");
    }
    assert_eq!(answer, "6A82");
    assert_eq!(
        found,
        [
            "D3921000310001010100",
            "D3921000310001010401",
            "D3921000310001010402",
            "D3921000310001010408",
            "D392F000260100000001"
        ]
    );
    assert_eq!(
        hex(card.selected_application()),
        "D392F000260100000001",
        "the last one stays"
    );
    assert_eq!(
        statuses(&mut card, &[SELECT_ISSUER_DOMAIN]),
        ["9000"],
        "and the next of another beginning"
    );
    assert_eq!(
        send(&mut card, "00A4040202 D392 00"),
        "6F0C840AD39210003100010101009000",
        "P2 = 02 wants file control information"
    );
}

#[test]
fn a_phone_has_no_other_application_and_an_old_card_just_the_register_s() {
    for (kind, juki) in [
        ("android", "6A82"),
        ("iphone", "6A82"),
        ("juki-card", "9000"),
    ] {
        let mut card = card(&format!("kind = '{kind}'"));
        assert_eq!(
            statuses(&mut card, &[SELECT_JPKI, SELECT_JUKI]),
            ["9000", juki],
            "{kind}"
        );
        let others = [SELECT_COMMON, SELECT_TEXT, SELECT_VISUAL];
        assert_eq!(statuses(&mut card, &others), ["6A82"; 3], "{kind}");
    }
}

#[test]
fn file_control_information_comes_where_it_is_wanted() {
    let mut card = card("");
    assert_eq!(
        send(&mut card, "00A404000A D392F000260100000001 00"),
        "6F0C840AD392F0002601000000019000"
    );
    assert_eq!(
        send(&mut card, "00A4040007 A0000001510000 00"),
        "6F098407A00000015100009000"
    );
    assert_eq!(
        send(&mut card, "00A404000A D392F000260100000001"),
        "9000",
        "without Le there is no room for it"
    );
    assert_eq!(
        send(&mut card, "00A4040C0A D392F000260100000001 00"),
        "9000",
        "P2 = 0C does not want it"
    );
}

#[test]
fn the_master_file_is_refused_after_reset_and_means_nothing_in_an_application() {
    let mut card = card("");
    assert_eq!(send(&mut card, "00A40000"), "6A86");
    assert_eq!(send(&mut card, SELECT_JPKI), "9000");
    assert_eq!(send(&mut card, "00A40000"), "9000");
    assert_eq!(hex(card.selected_application()), "D392F000260100000001");
    assert_eq!(send(&mut card, "00A4000C02 3F00"), "6A82");
}

#[test]
fn at_the_issuer_domain_001e_is_there_but_cannot_be_read() {
    let mut card = card("");
    let answers = statuses(
        &mut card,
        &[
            "00A4020C02 2F10",
            "00A4020C02 2F11",
            "00A4020C02 001E",
            "00B0000000",
        ],
    );
    assert_eq!(answers, ["6A82", "6A82", "9000", "6981"]);
}

#[test]
fn of_all_files_just_the_application_s_own_can_be_selected() {
    let mut card = jpki("");
    assert_eq!(
        files(&mut card),
        [
            0x01, 0x02, 0x06, 0x08, 0x09, 0x0A, 0x0B, 0x16, 0x17, 0x18, 0x1A, 0x1B
        ]
    );
}

#[test]
fn a_file_that_is_not_there_leaves_the_current_one() {
    let mut card = jpki("");
    let answers = statuses(
        &mut card,
        &["00A4020C02 0008", "00A4020C02 1234", "00B0000003"],
    );
    assert_eq!(answers, ["9000", "6A82", "9000"]);
}

#[test]
fn selecting_an_application_leaves_no_current_file() {
    let mut card = jpki("");
    let answers = statuses(&mut card, &["00A4020C02 0008", SELECT_JPKI, "00B0000003"]);
    assert_eq!(answers, ["9000", "9000", "6986"]);
}

#[test]
fn select_by_anything_else_has_wrong_parameters() {
    let mut card = jpki("");
    for p1 in (0..=0xFF).filter(|p1| ![0x00, 0x02, 0x04].contains(p1)) {
        assert_eq!(
            card.transmit(&[0x00, 0xA4, p1, 0x0C, 0x02, 0x00, 0x0A]),
            [0x6A, 0x86],
            "P1 = {p1:02X}"
        );
    }
    for p2 in (0..=0xFF).filter(|p2| ![0x00, 0x0C].contains(p2)) {
        assert_eq!(
            card.transmit(&[0x00, 0xA4, 0x02, p2, 0x02, 0x00, 0x0A]),
            [0x6A, 0x86],
            "P2 = {p2:02X}"
        );
    }
}

#[test]
fn select_with_a_name_or_id_of_the_wrong_length_is_refused() {
    let mut card = jpki("");
    let too_long = format!("00A4040C11 {}", "D3".repeat(17));
    for command in [
        "00A4040C",
        "00A4020C",
        "00A4020C01 0A",
        "00A4020C03 000A00",
        "00A4000C01 3F",
        &too_long,
    ] {
        assert_eq!(send(&mut card, command), "6700", "{command}");
    }
}

#[test]
fn an_unknown_instruction_is_unknown_in_both_classes() {
    let mut card = jpki("");
    let iso = [0x20, 0x24, 0x84, 0x88, 0xA4, 0xB0, 0xB2, 0xC0, 0xCA];
    let jicsap = [0x2A, 0x32, 0xA2, 0xAE, 0xFC];
    for ins in 0..=0xFF {
        let known_iso = iso.contains(&ins);
        let known_jicsap = jicsap.contains(&ins);
        let expected = |known: bool, elsewhere: bool| match (known, elsewhere) {
            (true, _) => None,
            (false, true) => Some(vec![0x6E, 0x00]),
            (false, false) => Some(vec![0x6D, 0x00]),
        };
        for (cla, expected) in [
            (0x00, expected(known_iso, known_jicsap)),
            (0x80, expected(known_jicsap, known_iso)),
        ] {
            let answer = card.transmit(&[cla, ins, 0x00, 0x00]);
            match expected {
                Some(expected) => assert_eq!(answer, expected, "{cla:02X} {ins:02X}"),
                None => assert!(![0x6D, 0x6E].contains(&answer[0]), "{cla:02X} {ins:02X}"),
            }
        }
    }
}

#[test]
fn every_class_but_00_and_80_is_refused_with_its_reason() {
    let mut card = jpki("");
    for cla in 0..=0xFF_u8 {
        let expected: &[u8] = match cla {
            0x00 => &[0x67, 0x00],
            0x80 => &[0x6E, 0x00],
            0x08 => &[0x69, 0xFC],
            0x40..=0x7F | 0xC0..=0xFE => &[0x68, 0x81],
            0x20..=0x3F | 0xA0..=0xBF | 0xFF => &[0x6E, 0x00],
            _ if cla & 0x03 != 0 => &[0x68, 0x81],
            _ if cla & 0x0C != 0 => &[0x68, 0x82],
            _ => &[0x68, 0x84],
        };
        assert_eq!(
            card.transmit(&[cla, 0xA4, 0x04, 0x0C]),
            expected,
            "{cla:02X}"
        );
    }
}

#[test]
fn bytes_that_are_no_command_are_of_the_wrong_length() {
    let mut card = jpki("");
    for command in [
        "",
        "00",
        "00A4",
        "00A404",
        "00A4040C0A",
        "00A4040C02 D3",
        "00A4040C01 D3 00 00",
        "00B0000000 00",
    ] {
        assert_eq!(send(&mut card, command), "6700", "{command}");
    }
}

#[test]
fn extended_lengths_say_the_same_as_short_ones() {
    let mut card = card("");
    assert_eq!(
        send(&mut card, "00A4040C 00000A D392F000260100000001"),
        "9000"
    );
    assert_eq!(
        send(&mut card, "00A40400 00000A D392F000260100000001 0000"),
        "6F0C840AD392F0002601000000019000"
    );
    assert_eq!(send(&mut card, "00200098 000004 31323334"), "9000");
}

#[test]
fn get_response_without_anything_that_waits_is_refused() {
    assert_eq!(send(&mut jpki(""), "00C0000000"), "6985");
}
