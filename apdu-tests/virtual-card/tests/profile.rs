//! Profiles: defaults, bounds, and what an author is told.

use jpki_virtual_card::profile::{EXAMPLE, Pin, Seed, Sex};
use jpki_virtual_card::{MintError, Profile, ProfileError, TokenKind, VirtualCard};

#[test]
fn the_example_is_the_default() {
    assert_eq!(Profile::parse(EXAMPLE).unwrap(), Profile::default());
    assert_eq!(Profile::parse("").unwrap(), Profile::default());
}

#[test]
fn every_field_of_the_example_is_known_where_it_is_commented_out() {
    // `days` excludes `until`, so it stays a comment.
    let everything: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(field) if field.contains(" = ") && !field.starts_with("days") => field,
            _ => line,
        })
        .collect();
    let profile = Profile::parse(&everything.join("\n")).unwrap();
    assert!(
        profile.seed.is_some()
            && profile.authority.is_some()
            && profile.card.expires.is_some()
            && profile.holder.name_map.is_some()
            && profile.holder.address_map.is_some()
    );
    assert!(profile.validity.from.is_some() && profile.validity.until.is_some());
}

#[test]
fn fields_are_read() {
    let text = "
        seed = 42
        kind = 'iphone'
        inserted = false
        holder = { name = '例示　太郎', sex = 'other', birth_date = 1926-12-24 }
        pins.authentication = '0000'
        tries.signature = 1
        quirks.get_response = true";
    let profile = Profile::parse(text).unwrap();
    assert_eq!(profile.seed, Some(Seed::from(42)));
    assert_eq!(profile.seed, Some(Seed::from("42")));
    assert_eq!((profile.kind, profile.inserted), (TokenKind::Iphone, false));
    assert_eq!(
        (
            profile.holder.sex,
            profile.holder.birth_date.to_string().as_str()
        ),
        (Sex::Other, "1926-12-24")
    );
    assert_eq!(profile.pins.authentication, "0000".parse::<Pin>().unwrap());
    assert_eq!(
        (profile.tries.authentication, profile.tries.signature),
        (3, 1)
    );
    assert!(profile.quirks.get_response);
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
            "TOML parse error",
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
            "until",
            "exclude each other",
        ),
        (
            "validity = { from = 2030-01-01, until = 2029-01-01 }",
            "until",
            "before they begin",
        ),
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
        ("tries = [", "tries", "TOML parse error"),
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
        let message = Profile::parse(&format!("# first line\n\n{line}\n"))
            .unwrap_err()
            .to_string();
        assert!(message.contains("at line 3, column"), "{line}: {message}");
        assert!(
            message.contains(field) && message.contains(reason),
            "{line}: {message}"
        );
    }
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
fn a_profile_that_was_not_parsed_is_checked_when_it_is_minted() {
    let mut profile = Profile::default();
    profile.holder.name.clear();
    assert!(matches!(
        VirtualCard::mint(&profile),
        Err(MintError::Holder(_))
    ));
}

#[test]
fn a_pin_does_not_show_itself() {
    let shown = format!("{:?}", Profile::default());
    assert!(
        !shown.contains("\"1234") && !shown.contains("ABC123"),
        "{shown}"
    );
}
