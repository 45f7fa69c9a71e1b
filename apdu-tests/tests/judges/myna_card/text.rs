//! The text AP (券面事項入力補助).

use myna_card::ap::text::{TextAp, ef};
use myna_card::data::{Date, KeyId, Sex, verification_code_b};
use myna_card::transport::pcsc::PcscTransport;
use myna_card::{Error, Pin, Retries};

use super::{Client, Stage, connect, openssl, pin, refusal};

/// Made up; longer than a BER length of one byte can tell.
const HOLDER: &str = "
    holder.name = 'ＰＡＲＡＤＩＧＭＡＴＩＡＮＯＳ　ＥＸＡＭＰＬＥ　見本'
    holder.address = '見本県架空市例示町二丁目３番４号　ひながたハイツ１０５号室'
    holder.birth_date = 1989-01-07
    holder.sex = 'other'
    holder.my_number = '123456789018'
    card.expires = 2035-02-17
    card.security_code = '4321'";

/// The codes printed on that card: the last day of Showa is the seventh of January of its 64th year.
fn code_a() -> Pin {
    pin("123456789018")
}

fn code_b() -> Pin {
    let birth_date = Date::parse(b"19890107").unwrap();
    let code = verification_code_b(birth_date, 2035, b"4321").unwrap();
    assert_eq!(code.as_bytes(), b"64010720354321");
    code
}

/// Opens nothing yet; what was open before is closed.
fn applet(card: &mut Client) -> TextAp<'_, PcscTransport> {
    card.transport_mut().power_cycle().unwrap();
    TextAp::select(card).unwrap()
}

#[test]
fn myna_card_reads_my_number_and_the_four_attributes_with_the_pin() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    assert_eq!(refusal(applet.read_my_number()), 0x6982);
    assert_eq!(refusal(applet.read_attributes()), 0x6982);
    applet.verify_pin(&pin("1234")).unwrap();
    assert_eq!(applet.read_my_number().unwrap().as_str(), "123456789018");
    let attributes = applet.read_attributes().unwrap();
    assert_eq!(
        attributes.name,
        "ＰＡＲＡＤＩＧＭＡＴＩＡＮＯＳ　ＥＸＡＭＰＬＥ　見本"
    );
    assert_eq!(
        attributes.split_name().unwrap().0,
        "ＰＡＲＡＤＩＧＭＡＴＩＡＮＯＳ"
    );
    assert_eq!(
        attributes.address,
        "見本県架空市例示町二丁目３番４号　ひながたハイツ１０５号室"
    );
    assert_eq!(attributes.birth_date, Date::parse(b"19890107").unwrap());
    assert_eq!(attributes.sex, Sex::NotApplicable);
}

#[test]
fn myna_card_opens_my_number_with_code_a_and_the_attributes_with_code_b() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut with_a = applet(&mut card);
    with_a.verify_code_a(&code_a()).unwrap();
    with_a.read_my_number().unwrap();
    with_a.read_integrity_record().unwrap();
    assert_eq!(refusal(with_a.read_attributes()), 0x6982);
    let mut with_b = applet(&mut card);
    with_b.verify_code_b(&code_b()).unwrap();
    with_b.read_attributes().unwrap();
    assert_eq!(refusal(with_b.read_my_number()), 0x6982);
}

#[test]
fn myna_card_finds_the_holders_data_whole_and_the_card_present() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    let basic = applet.read_ap_basic_data().unwrap();
    assert!(basic.digest().is_some(), "{basic:?}");
    let certificate = applet.read_certificate().unwrap();
    applet.verify_pin(&pin("1234")).unwrap();

    let record = applet.read_integrity_record().unwrap();
    record.verify(&certificate.public_key).unwrap();
    assert!(record.matches_my_number_file(&applet.read_my_number_file().unwrap()));
    let attributes = applet.read_ef(ef::ATTRIBUTES).unwrap();
    assert!(record.matches_attributes_file(&attributes).unwrap());

    // The key that signs what the reader makes up is the one whose name and value the same authority signed.
    let own = applet.read_signed_public_key().unwrap();
    own.verify(&certificate.public_key).unwrap();
    let challenge = applet.card().get_challenge(16).unwrap();
    let signature = applet.sign(&challenge).unwrap();
    assert!(openssl(&own.public_key).accepts("sha256", &challenge, &signature));
    let transport = applet.read_session_key_public_key().unwrap();
    assert_eq!(transport.public_key.bits(), 2048);
}

#[test]
fn myna_card_takes_its_certificate_for_nobodys_that_it_knows() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    let certificate = applet.read_certificate().unwrap();
    let number = |id: &KeyId| id.number().to_owned();
    assert!(
        number(&certificate.subject_key_id).starts_with('6'),
        "{certificate:?}"
    );
    let verdict = certificate.verify();
    assert!(
        matches!(
            verdict,
            Err(Error::UnknownCertificateAuthority(_) | Error::SignatureInvalid(_))
        ),
        "{verdict:?}"
    );
}

#[test]
fn myna_card_counts_the_tries_of_the_pin_and_of_both_codes() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    for (key, tries) in [(ef::PIN, 3), (ef::CODE_A, 10), (ef::CODE_B, 10)] {
        assert_eq!(applet.retries(key).unwrap(), Retries::Remaining(tries));
    }
    assert_eq!(applet.retries(ef::BLOCKED_0012).unwrap(), Retries::Blocked);
    applet.verify_code_a(&pin("000000000000")).unwrap_err();
    applet.verify_code_b(&pin("00000000000000")).unwrap_err();
    applet.verify_pin(&pin("9999")).unwrap_err();
    for (key, tries) in [(ef::PIN, 2), (ef::CODE_A, 9), (ef::CODE_B, 9)] {
        assert_eq!(applet.retries(key).unwrap(), Retries::Remaining(tries));
    }
    applet.verify_pin(&pin("1234")).unwrap();
    assert_eq!(applet.retries(ef::PIN).unwrap(), Retries::Remaining(3));
    for _ in 0..2 {
        applet.verify_pin(&pin("9999")).unwrap_err();
    }
    for value in ["9999", "1234"] {
        let blocked = applet.verify_pin(&pin(value));
        assert!(matches!(blocked, Err(Error::PinBlocked)), "{blocked:?}");
    }
}

#[test]
fn myna_card_changes_the_pin_of_the_text_applet() {
    let stage = Stage::new();
    let mut card = connect(&stage);
    let mut first = applet(&mut card);
    first.change_pin(&pin("1234"), &pin("4321")).unwrap();
    let mut second = applet(&mut card);
    second.verify_pin(&pin("1234")).unwrap_err();
    second.verify_pin(&pin("4321")).unwrap();
    second.read_attributes().unwrap();
}
