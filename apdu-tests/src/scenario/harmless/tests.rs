use super::*;

fn is_allowed(command: &[u8]) -> bool {
    HarmlessCommand::try_from(command).is_ok()
}

#[test]
fn five_instructions_of_class_00_pass_and_no_other_header_does() {
    for cla in 0..=0xFF {
        for ins in 0..=0xFF {
            let header = [cla, ins, 0x00, 0x98];
            let bare = cla == 0 && [0xA4, 0x20].contains(&ins);
            let with_le = cla == 0 && [0xB0, 0xB2, 0xCA, 0x20].contains(&ins);
            assert_eq!(is_allowed(&header), bare, "{header:02X?}");
            let five = [&header[..], &[0x00]].concat();
            assert_eq!(is_allowed(&five), with_le, "{header:02X?} 00");
        }
    }
}

#[test]
fn a_verify_with_data_does_not_pass_in_any_form() {
    for length in 1..=16_u8 {
        let data = vec![0x31; usize::from(length)];
        let short = [&[0x00, 0x20, 0x00, 0x98, length][..], &data].concat();
        let extended = [&[0x00, 0x20, 0x00, 0x98, 0, 0, length][..], &data].concat();
        for mut command in [short, extended] {
            assert!(!is_allowed(&command));
            command.push(0);
            assert!(!is_allowed(&command), "with Le");
        }
    }
    for fifth in 1..=0xFF {
        assert!(!is_allowed(&[0x00, 0x20, 0x00, 0x98, fifth]));
    }
    assert!(!is_allowed(&[0x00, 0x20, 0xFF, 0x98]), "ISO: PIN forgotten");
}

#[test]
fn only_select_brings_data_and_exactly_what_its_lc_says() {
    for instruction in [0xB0, 0xB2, 0xCA] {
        assert!(!is_allowed(&[0x00, instruction, 0x00, 0x00]));
        assert!(is_allowed(&[
            0x00,
            instruction,
            0x00,
            0x00,
            0x00,
            0x01,
            0x00
        ]));
        assert!(!is_allowed(&[0x00, instruction, 0x00, 0x00, 0x01, 0x31]));
        assert!(!is_allowed(&[
            0x00,
            instruction,
            0,
            0,
            0x00,
            0x00,
            0x01,
            0x31
        ]));
    }
    for lc in 0..=0xFF_u8 {
        for length in 0..=0x20 {
            let command = [&[0x00, 0xA4, 0x04, 0x0C, lc][..], &vec![0xD3; length]].concat();
            let expected = (1..=16).contains(&lc) && length.wrapping_sub(lc.into()) <= 1;
            assert_eq!(is_allowed(&command), expected, "Lc {lc}, {length} bytes");
        }
    }
}

#[test]
fn what_is_refused_is_named_by_its_header_alone() {
    let refused = HarmlessCommand::try_from(&b"\x00\x20\x00\x98\x041234"[..]).unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("00 20 00 98") && !said.contains("31"),
        "{said}"
    );
}

#[test]
fn a_story_is_looked_at_whole_and_not_believed() {
    let story = |harmless: bool, last: &str| {
        let text = format!(
            "name = 'x'\nshows = 'y'\nharmless = {harmless}
            [[step]]\nname = 'select'\nsend = '00 A4 00 00'\nexpect = '6A 86'
            [[step]]\nname = 'reset'\nreader = 'warm-reset'
            [[step]]\nname = 'last'\n{last}\n"
        );
        check_harmless(&Story::parse(&text).unwrap())
    };
    let query = "send = '00 20 00 98'\nexpect = '63 C.'";
    assert_eq!(story(true, query), Ok(()));
    assert_eq!(story(false, query), Err(Danger::NotMarked));
    for dangerous in [
        "00 20 00 98 04 '9999'",
        "00 24 01 98 04 '9999'",
        "80 2A 00 97 01 31 00",
        "80 32 00 80 04 '9999'",
        "00 2C 00 98",
        "00 88 00 99 01 31 00",
        "80 FC 00 00",
    ] {
        let refused = story(true, &format!("send = \"{dangerous}\"\nexpect = '90 00'"));
        assert!(matches!(refused, Err(Danger::Command(_))), "{dangerous}");
    }
    let removed = story(true, "reader = 'remove'");
    assert_eq!(removed, Err(Danger::NeedsAHand));
}
