//! The visual AP (券面事項確認): the printed side of the card.

use myna_card::ap::surface::{SurfaceAp, ef};
use myna_card::data::{Date, Image, ImageFormat, RsaPublicKey, Sex};
use myna_card::transport::pcsc::PcscTransport;
use myna_card::{Error, Retries};

use super::{Client, Stage, connect, openssl, pin, refusal};

/// Made up.
const HOLDER: &str = "
    holder.birth_date = 2001-12-03
    holder.sex = 'male'
    holder.municipality.code = '99998'
    holder.my_number = '123456789018'
    card.expires = 2035-12-03
    card.security_code = '4321'";
const BIRTH_DATE: &str = "131203";
const CODE_A: &str = "123456789018";
const CODE_B: &str = "13120320354321";

type Applet<'card> = SurfaceAp<'card, PcscTransport>;

/// Opens nothing yet; what was open before is closed.
fn applet(card: &mut Client) -> Applet<'_> {
    card.transport_mut().power_cycle().unwrap();
    SurfaceAp::select(card).unwrap()
}

/// Width and height in a PNG's header.
fn pixels(png: &Image) -> [u32; 2] {
    assert_eq!(png.format, ImageFormat::Png);
    [16..20, 20..24].map(|number| u32::from_be_bytes(png.data[number].try_into().unwrap()))
}

/// The card holds the private half of a record's key.
fn assert_present(applet: &mut Applet<'_>, key: &RsaPublicKey) {
    let challenge = applet.card().get_challenge(16).unwrap();
    let signature = applet.sign(&challenge).unwrap();
    assert!(openssl(key).accepts("sha256", &challenge, &signature));
}

#[test]
fn myna_card_reads_the_face_with_either_code_and_finds_it_whole() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    for code in ["a", "b"] {
        let mut applet = applet(&mut card);
        assert_eq!(refusal(applet.read_card_face()), 0x6982);
        match code {
            "a" => applet.verify_code_a(&pin(CODE_A)).unwrap(),
            _ => applet.verify_code_b(&pin(CODE_B)).unwrap(),
        }
        let face = applet.read_card_face().unwrap();
        assert_eq!(face.birth_date, Date::parse(b"20011203").unwrap());
        assert_eq!(face.expiry, Date::parse(b"20351203").unwrap());
        assert_eq!(face.sex, Sex::Male);
        assert_eq!(face.photo.format, ImageFormat::Jpeg2000);
        let [width, height] = pixels(&face.name_image);
        assert!(width > height, "a line of text: {width} x {height}");
        pixels(&face.address_image);
        pixels(&face.security_code_image);
        face.verify(&applet.read_certificate().unwrap().public_key)
            .unwrap();
        assert_present(&mut applet, &face.public_key);
        match code {
            "a" => drop(applet.read_my_number_image().unwrap()),
            _ => assert_eq!(refusal(applet.read_my_number_image()), 0x6982),
        }
    }
}

#[test]
fn myna_card_reads_the_picture_of_my_number_with_code_a_and_finds_it_whole() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    applet.verify_code_a(&pin(CODE_A)).unwrap();
    let number = applet.read_my_number_image().unwrap();
    let [width, height] = pixels(&number.image);
    assert!(width > height, "a line of digits: {width} x {height}");
    number
        .verify(&applet.read_certificate().unwrap().public_key)
        .unwrap();
    assert_present(&mut applet, &number.public_key);
}

#[test]
fn myna_card_reads_the_age_with_the_birth_date_and_nothing_else() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    assert_eq!(refusal(applet.read_age_record()), 0x6982);
    applet.verify_birth_date(&pin(BIRTH_DATE)).unwrap();
    let age = applet.read_age_record().unwrap();
    assert_eq!(age.birth_date, Date::parse(b"20011203").unwrap());
    age.verify(&applet.read_certificate().unwrap().public_key)
        .unwrap();
    assert_present(&mut applet, &age.public_key);
    assert_eq!(refusal(applet.read_card_face()), 0x6982);
}

#[test]
fn myna_card_reads_freely_which_municipality_gave_the_card_out() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let basic = applet(&mut card).read_ap_basic_data().unwrap();
    assert_eq!(basic.municipality_code, "99998");
}

#[test]
fn myna_card_counts_the_tries_of_what_is_printed_on_the_card() {
    let stage = Stage::with(HOLDER);
    let mut card = connect(&stage);
    let mut applet = applet(&mut card);
    for key in [ef::BIRTH_DATE, ef::CODE_A, ef::CODE_B] {
        assert_eq!(applet.retries(key).unwrap(), Retries::Remaining(10));
    }
    let wrong = applet.verify_code_b(&pin("00000000000000"));
    assert!(
        matches!(wrong, Err(Error::PinIncorrect { retries: Some(9) })),
        "{wrong:?}"
    );
    assert_eq!(applet.retries(ef::CODE_A).unwrap(), Retries::Remaining(10));
    applet.verify_code_b(&pin(CODE_B)).unwrap();
    assert_eq!(applet.retries(ef::CODE_B).unwrap(), Retries::Remaining(10));
}
