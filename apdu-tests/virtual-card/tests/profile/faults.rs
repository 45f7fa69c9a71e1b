//! What an author is told of a profile that is wrong.

use std::fs;

use jpki_virtual_card::profile::Fault;
use jpki_virtual_card::{Profile, ProfileError};
use tempfile::TempDir;

fn fault_of(text: &str) -> Fault {
    match Profile::parse(text) {
        Err(ProfileError::Syntax(fault)) => fault,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_bad_profile_is_refused_with_its_line_and_field() {
    for (line, field, reason) in [
        ("colour = 'red'", "colour", "unknown field"),
        ("holder.shoe_size = 42", "shoe_size", "unknown field"),
        ("kind = 'passport'", "kind", "unknown variant"),
        ("seed = 1.5", "seed", "a seed is a string or an integer"),
        ("atr = '3BE0F'", "atr", "in hexadecimal"),
        ("atr = '4BE000'", "atr", "begins with 3B or 3F"),
        ("atr = 'card'", "atr", "in hexadecimal"),
        ("inserted = 'yes'", "inserted", "expected a boolean"),
        (
            "pins.authentication = ''",
            "authentication",
            "1 to 16 printable ASCII",
        ),
        (
            "pins.signature = '１２３４'",
            "signature",
            "1 to 16 printable ASCII",
        ),
        ("tries.authentication = 4", "authentication", "0 to 3 tries"),
        ("tries.signature = 6", "signature", "0 to 5 tries"),
        ("tries.signature = -1", "signature", "invalid value"),
        (
            "holder.birth_date = 2023-02-29",
            "birth_date",
            "expected day between 01 and 28",
        ),
        (
            "holder.birth_date = 1867-01-01",
            "birth_date",
            "between 1868-01-01",
        ),
        ("holder.birth_date = '1990-04-01'", "birth_date", "expected"),
        (
            "holder.birth_date = 12:00:00",
            "birth_date",
            "a date is a day",
        ),
        ("holder = { name = '' }", "name", "1 to 200 characters"),
        (
            "holder = { name = '三文字', name_map = '00' }",
            "name_map",
            "3 digits",
        ),
        (
            "holder = { address_map = '2222222222222222' }",
            "address_map",
            "16 digits, 0 or 1",
        ),
        (
            "holder = { municipality = { code = '1234' } }",
            "code",
            "five digits",
        ),
        (
            "holder = { municipality = { name = '架空' } }",
            "name",
            "printable ASCII",
        ),
        (
            "validity = { until = 2030-01-01, days = 7 }",
            "days",
            "exclude each other",
        ),
        (
            "validity = { from = 2030-01-01, until = 2029-01-01 }",
            "until",
            "before they begin",
        ),
        ("validity.days = 9999999", "days", "a date is a day"),
        ("validity.days = -9999999", "days", "a date is a day"),
        (
            "validity.until = 1900-01-01",
            "until",
            "before the holder's birth",
        ),
        ("validity.from = 2099-12-31", "from", "a date is a day"),
        (
            "holder.birth_date = 2099-01-01",
            "birth_date",
            "before the holder's birth",
        ),
        ("holder.birth_date = 1990-02-30", "birth_date", "day"),
        ("card.expires = 2000-01-01", "expires", "outlast the card"),
        (
            "holder.name = \"a\\u0000b\"",
            "name",
            "no control characters",
        ),
        ("atr = '3BE000FF8131FE4515'", "atr", "check byte"),
        ("atr = '3BE000FF8131FE'", "atr", "check byte"),
        (
            "certificates.signature_policy = 'none'",
            "signature_policy",
            "object identifier",
        ),
        (
            "quirks.query_after_success = 'maybe'",
            "query_after_success",
            "unknown variant",
        ),
        ("tries = [", "tries", "unclosed array"),
        ("authority = true", "authority", "a seed is a string"),
        (
            "holder.my_number = '12345678901'",
            "my_number",
            "twelve digits",
        ),
        (
            "holder.my_number = '123456789012'",
            "my_number",
            "check digit, must be 8",
        ),
        ("card.serial = '1'", "serial", "15 digits"),
        ("card.expires = 'never'", "expires", "expected"),
        (
            "card.security_code = 1234",
            "security_code",
            "expected a string",
        ),
        ("card.security_code = '123'", "security_code", "four digits"),
        ("card.colour = 'red'", "colour", "unknown field"),
        ("pins.text = ''", "text", "1 to 16 printable ASCII"),
        ("tries.text = 4", "text", "0 to 3 tries"),
        ("tries.juki = 4", "juki", "0 to 3 tries"),
        ("tries.code_a = 11", "code_a", "0 to 10 tries"),
        ("tries.code_b = 11", "code_b", "0 to 10 tries"),
        ("tries.birth_date = 11", "birth_date", "0 to 10 tries"),
        (
            "certificates.generation = 4",
            "generation",
            "generations 1, 2 and 3",
        ),
        (
            "certificates.generation = 0",
            "generation",
            "generations 1, 2 and 3",
        ),
    ] {
        let fault = fault_of(&format!("# first line\n\n{line}\n"));
        assert_eq!(fault.line(), 3, "{line}: {fault}");
        let name = fault.field().unwrap_or_default();
        assert!(name.ends_with(field), "{line}: {fault}");
        let message = fault.to_string();
        let quoted = match line.split_once(" = ") {
            Some((pin, _)) if pin.starts_with("pins.") => format!("\n3 | {pin} = …\n"),
            _ => format!("\n3 | {line}\n"),
        };
        assert!(
            message.contains(reason) && message.contains(&quoted),
            "{line}: {message}"
        );
    }
}

#[test]
fn a_fault_in_a_table_is_placed_at_its_own_field() {
    for (text, line, column, field) in [
        ("[tries]\ntext = 3\njuki = 4\n", 3, 8, "tries.juki"),
        ("[holder]\nsex = 'female'\nname = ''\n", 3, 1, "holder.name"),
        (
            "[holder]\nname_map = '0'\nsex = 'female'\n",
            2,
            1,
            "holder.name_map",
        ),
        (
            "[holder]\nsex = 'female'\n[holder.municipality]\ncode = '１'\n",
            4,
            1,
            "holder.municipality.code",
        ),
        (
            "[validity]\nuntil = 2030-01-01\n\n  days = 7\n",
            4,
            3,
            "validity.days",
        ),
        ("[card]\n'colour' = 'red'", 2, 1, "card.colour"),
        ("holder = { name = '見本', sex = 'f' }", 1, 31, "holder.sex"),
    ] {
        let fault = fault_of(text);
        assert_eq!(
            (fault.line(), fault.column(), fault.field()),
            (line, column, Some(field)),
            "{fault}"
        );
    }
}

#[test]
fn a_fault_is_shown_with_file_line_column_field_and_the_line_itself() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("card.toml");
    fs::write(&path, "[holder]\nmy_number = '123456789012'\n").unwrap();
    let shown = Profile::load(&path).unwrap_err().to_string();
    let expected = format!(
        "{} is wrong at line 2, column 13, in `holder.my_number`
  |
2 | my_number = '123456789012'
  |             ^
the last digit of this My Number, its check digit, must be 8",
        path.display()
    );
    assert_eq!(shown, expected);
}

#[test]
fn the_value_of_a_pin_is_not_shown() {
    for text in [
        "[pins]\nauthentication = '98765432109876543'\n",
        "[pins]\nsignature = 98765432\n",
        "pins = { text = 98765432 }\n",
        "[pins]\njuki = 98765432 98765432\n",
        "pins.juki = '98765432\n",
    ] {
        let shown = fault_of(text).to_string();
        assert!(!shown.contains("98765432"), "{text}: {shown}");
        assert!(shown.contains("line"), "{text}: {shown}");
    }
}

#[test]
fn a_file_without_end_is_refused() {
    let error = Profile::load("/dev/zero").unwrap_err();
    assert!(matches!(error, ProfileError::TooLong(_)), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Profile::load("/nonexistent/profile.toml").unwrap_err();
    assert!(matches!(error, ProfileError::Read { .. }));
    assert_eq!(
        error.to_string(),
        "the profile /nonexistent/profile.toml could not be read"
    );
}

#[test]
fn an_unknown_name_lists_the_names_that_there_are() {
    let error = Profile::load("adlut").unwrap_err();
    assert!(matches!(error, ProfileError::Unknown(_)));
    let shown = error.to_string();
    assert!(
        shown.contains("`adlut`") && shown.contains("adult, long-latin-name,"),
        "{shown}"
    );
}
