//! Who the signature certificate says the person is.

use std::collections::HashMap;
use std::fmt;

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Oid, Tag, oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};

use crate::BirthDate;
use crate::verification::{CheckedCertificate, VerificationError};

const NAME: Oid<'static> = oid!(1.2.392.200149.8.5.5.1);
const NAME_SUBSTITUTES: Oid<'static> = oid!(1.2.392.200149.8.5.5.2);
const SEX: Oid<'static> = oid!(1.2.392.200149.8.5.5.3);
const BIRTH_DATE: Oid<'static> = oid!(1.2.392.200149.8.5.5.4);
const ADDRESS: Oid<'static> = oid!(1.2.392.200149.8.5.5.5);
const ADDRESS_SUBSTITUTES: Oid<'static> = oid!(1.2.392.200149.8.5.5.6);

const KNOWN: [Oid<'static>; 6] = [
    NAME,
    NAME_SUBSTITUTES,
    SEX,
    BIRTH_DATE,
    ADDRESS,
    ADDRESS_SUBSTITUTES,
];

/// Sex as the resident register records it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sex {
    /// `1`
    Male,
    /// `2`
    Female,
    /// `3`, and whatever else may come.
    Other,
}

/// What a signature certificate tells about its holder. Each part may be missing.
#[derive(Clone, Eq, PartialEq)]
pub struct Person {
    /// Name, its parts separated by U+3000.
    pub name: Option<String>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Birth date.
    pub birth_date: Option<BirthDate>,
    /// Address, up to 200 characters.
    pub address: Option<String>,
    /// Whether a character of the name or the address stands in for one that the certificate cannot hold.
    pub has_substitutes: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Personal data: logs get none of it.
        f.write_str("Person(..)")
    }
}

impl Person {
    /// Reads the attributes from the certificate's subject alternative name, by OID and in any order. Unknown ones are
    /// passed over: more may be added to the profile.
    ///
    /// # Errors
    /// [`VerificationError::PersonalAttribute`] if one of the known attributes appears twice or is no UTF8String.
    pub fn read(certificate: &CheckedCertificate) -> Result<Self, VerificationError> {
        let parsed = certificate.parse()?;
        let mut attributes = attributes(&parsed)?;
        let is_marked = |map: Option<String>| map.is_some_and(|map| map.contains('1'));
        Ok(Self {
            has_substitutes: is_marked(attributes.remove(&NAME_SUBSTITUTES))
                || is_marked(attributes.remove(&ADDRESS_SUBSTITUTES)),
            name: attributes.remove(&NAME),
            sex: attributes.remove(&SEX).map(|digit| match digit.as_str() {
                "1" => Sex::Male,
                "2" => Sex::Female,
                _ => Sex::Other,
            }),
            birth_date: attributes
                .remove(&BIRTH_DATE)
                .map(|text| BirthDate::parse(&text)),
            address: attributes.remove(&ADDRESS),
        })
    }
}

fn attributes(
    certificate: &X509Certificate<'_>,
) -> Result<HashMap<Oid<'static>, String>, VerificationError> {
    let mut attributes = HashMap::new();
    let names = certificate
        .iter_extensions()
        .filter_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        })
        .flatten();
    for name in names {
        let GeneralName::OtherName(oid, value) = name else {
            continue;
        };
        let Some(known) = KNOWN.into_iter().find(|known| known == oid) else {
            continue;
        };
        let unreadable = || VerificationError::PersonalAttribute(known.to_id_string());
        let text = explicit_utf8_string(value).ok_or_else(unreadable)?;
        if attributes.insert(known.clone(), text).is_some() {
            return Err(unreadable());
        }
    }
    Ok(attributes)
}

/// Decodes `[0] EXPLICIT UTF8String`, the value of an otherName.
fn explicit_utf8_string(value: &[u8]) -> Option<String> {
    let (rest, explicit) = Any::from_der(value).ok()?;
    if !rest.is_empty() || explicit.class() != Class::ContextSpecific || explicit.tag() != Tag(0) {
        return None;
    }
    let (rest, text) = Any::from_der(explicit.data).ok()?;
    if !rest.is_empty() || text.class() != Class::Universal || text.tag() != Tag::Utf8String {
        return None;
    }
    std::str::from_utf8(text.data).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_other_name_holds_one_explicit_utf8_string() {
        let text = "山田　花子";
        let mut value = vec![0xA0, 0x11, 0x0C, 0x0F];
        value.extend_from_slice(text.as_bytes());
        assert_eq!(explicit_utf8_string(&value), Some(text.to_owned()));
    }

    #[test]
    fn other_strings_tags_and_trailing_bytes_are_refused() {
        for value in [
            &[0xA0, 0x03, 0x13, 0x01, 0x41][..],
            &[0xA1, 0x03, 0x0C, 0x01, 0x41],
            &[0x30, 0x03, 0x0C, 0x01, 0x41],
            &[0xA0, 0x03, 0x0C, 0x01, 0x41, 0x00],
            &[0xA0, 0x04, 0x0C, 0x01, 0x41, 0x00],
            &[0xA0, 0x03, 0x0C, 0x02, 0x41],
            &[0xA0, 0x03, 0x0C, 0x01, 0xFF],
            &[0xA0],
            &[],
        ] {
            assert_eq!(explicit_utf8_string(value), None, "{value:02X?}");
        }
    }
}
