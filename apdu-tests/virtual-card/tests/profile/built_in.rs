//! The profiles that come with the program.

use std::collections::HashSet;

use jpki_virtual_card::PinReference::{Authentication, Signature};
use jpki_virtual_card::profile::BUILT_IN;
use jpki_virtual_card::{Profile, TokenKind, VirtualCard};

fn card(name: &str) -> VirtualCard {
    VirtualCard::mint(&Profile::built_in(name).unwrap()).unwrap()
}

#[test]
fn every_one_can_be_loaded_by_its_name_and_tells_what_it_is_for() {
    for built_in in BUILT_IN {
        Profile::load(built_in.name).unwrap();
        assert!(!built_in.english.is_empty() && !built_in.japanese.is_empty());
        let comment = built_in
            .text
            .lines()
            .take_while(|line| line.starts_with("# "));
        assert!(comment.count() >= 2, "{}", built_in.name);
    }
}

#[test]
fn they_share_their_authority_and_nothing_that_belongs_to_one_person() {
    let profiles: Vec<Profile> = BUILT_IN
        .iter()
        .map(|built_in| Profile::built_in(built_in.name).unwrap())
        .collect();
    let different = |what: &dyn Fn(&Profile) -> String| {
        profiles.iter().map(what).collect::<HashSet<_>>().len() == profiles.len()
    };
    assert!(different(&|profile| format!("{:?}", profile.seed)));
    assert!(different(&|profile| profile.holder.name.clone()));
    assert!(different(&|profile| profile
        .holder
        .my_number
        .as_str()
        .to_owned()));
    assert!(!different(&|profile| format!("{:?}", profile.authority)));
    let authorities: HashSet<_> = profiles.iter().map(|profile| &profile.authority).collect();
    assert_eq!(authorities.len(), 1);
}

#[test]
fn adult_is_the_default_but_for_its_keys() {
    let profile = Profile {
        seed: None,
        authority: None,
        ..Profile::built_in("adult").unwrap()
    };
    assert_eq!(profile, Profile::default());
}

#[test]
fn long_latin_name_is_long_and_in_capitals() {
    let name = Profile::built_in("long-latin-name").unwrap().holder.name;
    assert_eq!(name.chars().count(), 95);
    assert!(
        name.chars()
            .all(|c| c.is_ascii_uppercase() || " \u{3000}".contains(c))
    );
}

#[test]
fn child_has_no_signature_certificate_and_a_blocked_password() {
    let card = card("child");
    assert!(card.signature_certificate().is_none());
    assert_eq!(
        (card.tries_left(Authentication), card.tries_left(Signature)),
        (3, 0)
    );
}

#[test]
fn tries_left_are_as_the_name_says() {
    for (name, tries) in [
        ("adult", (3, 5)),
        ("signature-blocked-authentication-last-try", (1, 0)),
        ("no-usable-pins", (0, 0)),
    ] {
        let card = card(name);
        let left = (card.tries_left(Authentication), card.tries_left(Signature));
        assert_eq!(left, tries, "{name}");
    }
}

#[test]
fn generations_have_different_authorities_and_the_other_cards_the_newest() {
    let [first, second, third] = ["generation-1", "generation-2", "generation-3"].map(card);
    assert_ne!(first.authentication_ca(), second.authentication_ca());
    assert_ne!(second.authentication_ca(), third.authentication_ca());
    assert_ne!(first.signature_ca(), second.signature_ca());
    assert_ne!(second.signature_ca(), third.signature_ca());
    assert_eq!(card("adult").authentication_ca(), third.authentication_ca());
    assert_eq!(card("adult").signature_ca(), third.signature_ca());
}

#[test]
fn phones_and_the_older_card_say_what_they_are() {
    for (name, kind) in [
        ("android", TokenKind::Android),
        ("iphone", TokenKind::Iphone),
        ("juki-card", TokenKind::JukiCard),
    ] {
        assert_eq!(Profile::built_in(name).unwrap().kind, kind);
    }
}
