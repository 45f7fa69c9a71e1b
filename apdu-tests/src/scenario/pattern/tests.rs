use super::*;

fn command(text: &str) -> Result<Vec<u8>, PatternError> {
    CommandBytes::try_from(text.to_owned()).map(|command| command.0)
}

fn pattern(text: &str) -> AnswerPattern {
    AnswerPattern::try_from(text.to_owned()).unwrap()
}

fn refused(text: &str) -> PatternError {
    AnswerPattern::try_from(text.to_owned()).unwrap_err()
}

#[test]
fn bytes_are_digits_text_and_repetitions() {
    let expected = [&[0x00, 0x20, 0x00, 0x98][..], b"A 1", &[0xFF; 3]].concat();
    assert_eq!(command("0020 00 98 'A 1' ff*3"), Ok(expected));
}

#[test]
fn what_is_no_byte_is_refused() {
    for word in ["0", "0G", "00A", "A4*", "A4*x", "0020*2", "*2", "0x00"] {
        let text = format!("00 20 00 98 {word}");
        assert_eq!(command(&text), Err(PatternError::Word(word.to_owned())));
    }
    assert_eq!(command("00 20 00 98 'A"), Err(PatternError::OpenQuote));
    assert_eq!(command("00 20 00 98 '券'"), Err(PatternError::NotAscii));
    assert_eq!(command("00 20 00"), Err(PatternError::TooShort));
    assert_eq!(command("00*65545"), Err(PatternError::TooLong));
    assert_eq!(command("00*65540 'ABCDE'"), Err(PatternError::TooLong));
}

#[test]
fn a_command_has_no_wildcards() {
    for text in ["00 20 00 9.", "00 20 00 ..", "00 20 ..* 98"] {
        assert_eq!(command(text), Err(PatternError::WildcardInCommand));
    }
}

#[test]
fn a_command_shows_its_header_and_no_data() {
    let shown = |text: &str| CommandBytes::try_from(text.to_owned()).unwrap().to_string();
    assert_eq!(shown("00 20 00 98"), "00 20 00 98");
    assert_eq!(shown("00 B0 8A 00 00"), "00 B0 8A 00 00");
    assert_eq!(shown("00 20 00 98 04 '1234'"), "00 20 00 98 and 5 bytes");
}

#[test]
fn an_answer_is_compared_digit_by_digit() {
    let tries = pattern("63 C.");
    for status in 0..=u16::MAX {
        let expected = status >> 4 == 0x63C;
        let answer = status.to_be_bytes();
        assert_eq!(tries.check(Some(&answer)).is_ok(), expected, "{status:04X}");
    }
}

#[test]
fn a_gap_takes_any_number_of_bytes() {
    let certificate = pattern("30 82 ..* 90 00");
    for length in 0..300 {
        let answer = [&[0x30, 0x82][..], &vec![0x5A; length], &[0x90, 0x00]].concat();
        assert_eq!(certificate.check(Some(&answer)), Ok(()), "{length}");
    }
    let short = certificate.check(Some(&[0x30, 0x90, 0x00]));
    assert_eq!(short, Err(Mismatch::Length(1)));
    assert_eq!(refused("..* 90 ..* 00"), PatternError::TwoGaps);
    assert_eq!(refused("90 ..*"), PatternError::TooShort);
    assert_eq!(refused("90"), PatternError::TooShort);
}

#[test]
fn what_differs_is_named_and_the_status_word_goes_first() {
    let three = pattern("8F 8F 00 90 00");
    let check = |answer: &[u8]| three.check(Some(answer)).unwrap_err();
    assert_eq!(check(&[0x69, 0x82]), Mismatch::Status([0x69, 0x82]));
    assert_eq!(check(&[0x8F, 0x90, 0x00]), Mismatch::Length(1));
    assert_eq!(check(&[0x8F, 0, 0, 0x90, 0x00]), Mismatch::Byte(1, 0));
    assert_eq!(check(&[0x90]), Mismatch::Length(1));
    let behind_the_gap = pattern("00 ..* 01 90 00").check(Some(&[0, 5, 2, 0x90, 0x00]));
    assert_eq!(behind_the_gap, Err(Mismatch::Byte(2, 2)));
}

#[test]
fn a_card_that_is_gone_says_nothing() {
    assert_eq!(pattern("none").check(None), Ok(()));
    let answered = pattern("none").check(Some(&[0x90, 0x00]));
    assert_eq!(answered, Err(Mismatch::Answer));
    assert_eq!(pattern("90 00").check(None), Err(Mismatch::Nothing));
}
