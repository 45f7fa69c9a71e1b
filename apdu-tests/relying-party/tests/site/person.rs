//! What is read from a signature certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use relying_party::verification::{CertificateKind, VerificationError};
use relying_party::{Language, Person, Sex};
use x509_cert::der::Decode as _;
use x509_cert::der::asn1::{Any, ObjectIdentifier};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{GeneralName, OtherName};

use crate::holder::{Holder, NOW};
use crate::issuing::{Issuer, remove, replace};

/// The person of a certificate whose attributes are these: last arc of the OID, tag of the string, text.
fn read(attributes: &[(&str, u8, &str)]) -> Result<Person, VerificationError> {
    let names = attributes.iter().map(|(arc, tag, text)| {
        let string = [&[*tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let value = [&[0xA0, u8::try_from(string.len()).unwrap()], &string[..]].concat();
        GeneralName::OtherName(OtherName {
            type_id: ObjectIdentifier::new_unwrap(&format!("1.2.392.200149.8.5.5.{arc}")),
            value: Any::from_der(&value[2..]).unwrap(),
        })
    });
    let names = SubjectAltName(names.collect());
    let issuer = Issuer::like(&Holder::new(), CertificateKind::DigitalSignature);
    let der = issuer.issue(|certificate| replace(certificate, &names, false));
    Person::read(&issuer.verifier().check(&STANDARD.encode(der), NOW).unwrap())
}

#[test]
fn a_card_tells_name_birth_date_sex_and_address() {
    let holder = Holder::with(
        "seed = 'relying party'
         [holder]
         name = '見本　花子'
         name_map = '00010'
         sex = 'female'
         birth_date = 1990-04-01
         address = '見本県架空市例示町一丁目２番３号'
         [validity]
         from = 2026-04-01
         until = 2031-04-01",
    );
    let der = holder.card().signature_certificate().unwrap();
    let verifier = holder.verifier(CertificateKind::DigitalSignature);
    let person = Person::read(&verifier.check(&STANDARD.encode(der), NOW).unwrap()).unwrap();
    assert_eq!(person.name.as_deref(), Some("見本　花子"));
    assert_eq!(person.sex, Some(Sex::Female));
    let birth_date = person.birth_date.clone().unwrap();
    assert_eq!(
        birth_date.display(Language::Japanese),
        "平成2年4月1日（1990年4月1日）"
    );
    assert_eq!(
        person.address.as_deref(),
        Some("見本県架空市例示町一丁目２番３号")
    );
    assert!(person.has_substitutes);
    assert_eq!(format!("{person:?}"), "Person(..)");
}

#[test]
fn attributes_may_be_missing_in_any_order_and_of_unknown_kinds() {
    const UTF8_STRING: u8 = 0x0C;
    let person = read(&[
        ("5", UTF8_STRING, "address"),
        ("7", 0x13, "?"),
        ("1", UTF8_STRING, "name"),
    ])
    .unwrap();
    assert_eq!(person.name.as_deref(), Some("name"));
    assert_eq!(person.address.as_deref(), Some("address"));
    assert_eq!(
        (person.sex, person.birth_date, person.has_substitutes),
        (None, None, false)
    );
    assert_eq!(
        read(&[("3", UTF8_STRING, "9")]).unwrap().sex,
        Some(Sex::Other)
    );
}

#[test]
fn a_certificate_without_attributes_names_nobody() {
    let issuer = Issuer::like(&Holder::new(), CertificateKind::DigitalSignature);
    let der = issuer.issue(remove::<SubjectAltName>);
    let person =
        Person::read(&issuer.verifier().check(&STANDARD.encode(der), NOW).unwrap()).unwrap();
    assert_eq!((person.name, person.address), (None, None));
}

#[test]
fn an_attribute_that_appears_twice_or_is_no_utf8_string_is_refused() {
    let refused = VerificationError::PersonalAttribute("1.2.392.200149.8.5.5.1".into());
    assert_eq!(
        read(&[("1", 0x0C, "one"), ("1", 0x0C, "two")]).unwrap_err(),
        refused
    );
    assert_eq!(read(&[("1", 0x13, "name")]).unwrap_err(), refused);
}
