//! What belongs to the plastic card and not to one applet: the common AP, the juki AP, and the card's own commands.

use myna_card::ap::common::{self, CommonAp};
use myna_card::ap::jpki::JpkiAp;
use myna_card::ap::juki::{self, JukiAp};
use myna_card::data::Date;
use myna_card::mf::tag;
use myna_card::{Error, MasterFile, Retries};

use super::{Stage, connect, pin, refusal};

#[test]
fn myna_card_reads_who_the_card_is_and_until_when_it_lasts() {
    let stage = Stage::with(
        "card = { serial = '123456789012345', expires = 2035-02-17 }
         holder = { municipality = { code = '99998' } }",
    );
    let mut card = connect(&stage);
    let mut applet = CommonAp::select(&mut card).unwrap();
    let info = applet.read_card_info().unwrap();
    assert_eq!(info.serial, "123456789012345");
    assert_eq!(info.municipality_code, "99998");
    assert_eq!(info.expiry, Date::parse(b"20350217").unwrap());
    let reference = applet.read_record(common::ef::KEY_REFERENCE, 1).unwrap();
    let mut applet = JukiAp::select(&mut card).unwrap();
    let same = applet.read_record(juki::ef::KEY_REFERENCE, 1).unwrap();
    assert_eq!(same, reference, "both applets name one key");
    assert_eq!(
        refusal(applet.read_record(juki::ef::KEY_REFERENCE, 2)),
        0x6A83
    );
}

#[test]
fn myna_card_changes_one_pin_in_two_applets_each_by_itself() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = CommonAp::select(&mut card).unwrap();
    assert_eq!(applet.pin_retries().unwrap(), Retries::Remaining(3));
    let wrong = applet.change_pin(&pin("9999"), &pin("4321"));
    assert!(
        matches!(wrong, Err(Error::PinIncorrect { retries: Some(2) })),
        "{wrong:?}"
    );
    applet.change_pin(&pin("1234"), &pin("4321")).unwrap();
    applet.verify_pin(&pin("4321")).unwrap();

    let mut applet = JukiAp::select(&mut card).unwrap();
    applet.verify_pin(&pin("1234")).unwrap();
    applet.change_pin(&pin("1234"), &pin("8765")).unwrap();
    for _ in 0..3 {
        applet.verify_pin(&pin("4321")).unwrap_err();
    }
    assert_eq!(applet.pin_retries().unwrap(), Retries::Blocked);
    let blocked = applet.verify_pin(&pin("8765"));
    assert!(matches!(blocked, Err(Error::PinBlocked)), "{blocked:?}");
}

#[test]
fn myna_card_has_the_card_sign_a_challenge_that_no_pin_protects() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = CommonAp::select(&mut card).unwrap();
    // Nothing on the card has the public key: the same challenge gets the same signature, another one another.
    let mut answer = |challenge: &[u8]| applet.internal_authenticate(challenge).unwrap();
    let signature = answer(b"a challenge");
    assert_eq!(signature.len(), 256);
    assert_eq!(answer(b"a challenge"), signature);
    assert_ne!(answer(&[0xA5; 255]), signature);
}

#[test]
fn myna_card_gets_random_bytes_of_each_length_the_card_gives() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    for length in [1, 16, 256] {
        let bytes = card.get_challenge(length).unwrap();
        assert_eq!(bytes.len(), usize::from(length));
    }
    let mut applet = JpkiAp::select(&mut card).unwrap();
    let mut challenge = || applet.card().get_challenge(16).unwrap();
    assert_ne!(challenge(), challenge());
}

#[test]
fn myna_card_learns_the_contacts_answer_to_reset_where_a_card_tells_it() {
    for (told_by, by_the_issuer_domain) in [("issuer-domain", true), ("applications", false)] {
        let stage = Stage::with(&format!("quirks = {{ contact_atr = '{told_by}' }}"));
        let mut card = connect(&stage);
        MasterFile::select(&mut card).unwrap();
        let first = card.contact_atr();
        JpkiAp::select(&mut card).unwrap();
        let (told, refused) = match by_the_issuer_domain {
            true => (first, card.contact_atr()),
            false => (card.contact_atr(), first),
        };
        assert_eq!(told.unwrap(), stage.card(|card| card.atr().to_vec()));
        assert_eq!(refusal(refused), 0x6A88);
    }
}

#[test]
fn myna_card_finds_no_file_outside_the_applets() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut master = MasterFile::select(&mut card).unwrap();
    assert_eq!(refusal(master.card_identifier()), 0x6981);
    assert_eq!(refusal(master.application_folders()), 0x6A82);
    assert_eq!(refusal(master.ic_manufacturer_id()), 0x6A82);
}

#[test]
fn myna_card_reads_what_the_card_tells_of_itself_before_any_applet() {
    let stage = Stage::with(
        "card = { serial = '123456789012345', expires = 2035-02-17 }
         holder = { municipality = { code = '99998' } }",
    );
    let mut card = connect(&stage);
    let mut master = MasterFile::select(&mut card).unwrap();
    assert_eq!(
        master.data_object(tag::MUNICIPALITY_CODE).unwrap(),
        b"99998"
    );
    assert_eq!(master.data_object(tag::EXPIRY).unwrap(), b"20350217");
    let chain = master.certificate_chain().unwrap();
    assert_eq!(chain.len(), 2);
    assert_eq!(chain[1].issuer_key_id, chain[0].subject_key_id);
    chain[1].verify_with(&chain[0].public_key).unwrap();
    let intermediate = master.data_object(tag::INTERMEDIATE_KEY_ID).unwrap();
    assert_eq!(intermediate, chain[0].subject_key_id.as_bytes());
}
