//! Profiles: defaults, bounds, and what an author is told.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends with what went wrong"
)]

mod built_in;
mod faults;

use jpki_virtual_card::profile::{EXAMPLE, Pin, Seed, Sex};
use jpki_virtual_card::{MintError, Profile, TokenKind, VirtualCard};

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
