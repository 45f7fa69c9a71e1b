//! Distinguished names: attribute by attribute one RDN, in the order of the real ones.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::Any;
use x509_cert::der::asn1::{ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::{Hierarchy, MintError};
use crate::keys;
use crate::profile::{Municipality, Seed};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const LOCALITY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.7");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// The organisation of everything issued here. It must not be read as the JPKI or its official test bed.
const ORGANIZATION_NAME: &str = "JPKID-VIRTUAL-TEST";

/// Subject and issuer of an authority.
pub(crate) fn authority(hierarchy: Hierarchy) -> Result<Name, MintError> {
    dn(&[
        (ORGANIZATION, ORGANIZATION_NAME),
        (ORGANIZATIONAL_UNIT, unit(hierarchy)),
        (
            ORGANIZATIONAL_UNIT,
            "Throw-away authority of a software card, without any meaning",
        ),
    ])
}

/// An authority's name in Japanese.
pub(crate) fn authority_in_japanese(hierarchy: Hierarchy) -> Result<Name, MintError> {
    let unit = match hierarchy {
        Hierarchy::Authentication => "仮想カード試験用　利用者証明用",
        Hierarchy::Signature => "仮想カード試験用　署名用",
    };
    dn(&[
        (
            ORGANIZATION,
            "仮想カード試験用（公的個人認証サービスではない）",
        ),
        (ORGANIZATIONAL_UNIT, unit),
        (ORGANIZATIONAL_UNIT, "使い捨て認証局"),
    ])
}

/// Where the revocation list of a municipality would lie in a directory.
pub(crate) fn crl_distribution_point(
    hierarchy: Hierarchy,
    municipality: &Municipality,
) -> Result<Name, MintError> {
    dn(&[
        (ORGANIZATION, ORGANIZATION_NAME),
        (ORGANIZATIONAL_UNIT, unit(hierarchy)),
        (ORGANIZATIONAL_UNIT, "CRL Distribution Points"),
        (ORGANIZATIONAL_UNIT, &municipality.prefecture),
        (COMMON_NAME, &format!("{} CRLDP", municipality.name)),
    ])
}

/// `C=JP, CN=` 14 letters and digits, local government code, four characters.
pub(crate) fn authentication_subject(
    seed: &Seed,
    municipality: &Municipality,
) -> Result<Name, MintError> {
    let random = alphanumeric(keys::bytes::<14>(seed, "authentication subject"));
    dn(&[(
        COMMON_NAME,
        &format!("{random}{}{}", municipality.code, SUFFIX),
    )])
}

/// `C=JP, L=prefecture, L=municipality, CN=` 12 digits like a time, seven digits, local government code, four characters.
pub(crate) fn signature_subject(
    seed: &Seed,
    municipality: &Municipality,
) -> Result<Name, MintError> {
    let random = digits(keys::bytes::<19>(seed, "signature subject"));
    dn(&[
        (LOCALITY, &municipality.prefecture),
        (LOCALITY, &municipality.name),
        (
            COMMON_NAME,
            &format!("{random}{}{}", municipality.code, SUFFIX),
        ),
    ])
}

/// The last four characters of a holder's common name.
const SUFFIX: &str = "TEST";

fn unit(hierarchy: Hierarchy) -> &'static str {
    match hierarchy {
        Hierarchy::Authentication => "JPKI for user authentication",
        Hierarchy::Signature => "JPKI for digital signature",
    }
}

fn alphanumeric<const N: usize>(random: [u8; N]) -> String {
    const CHARACTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    random
        .iter()
        .filter_map(|byte| CHARACTERS.get(usize::from(byte & 0x1F)))
        .map(|c| char::from(*c))
        .collect()
}

fn digits<const N: usize>(random: [u8; N]) -> String {
    random
        .iter()
        .map(|byte| char::from(b'0'.saturating_add(byte.checked_rem(10).unwrap_or(0))))
        .collect()
}

/// `C=JP` as PrintableString, then the attributes as UTF8String.
fn dn(attributes: &[(ObjectIdentifier, &str)]) -> Result<Name, MintError> {
    let country = (COUNTRY, Any::from(PrintableStringRef::new("JP")?));
    let mut names = vec![rdn(country)?];
    for (oid, text) in attributes {
        names.push(rdn((*oid, Any::from(Utf8StringRef::new(text)?)))?);
    }
    Ok(RdnSequence(names))
}

fn rdn((oid, value): (ObjectIdentifier, Any)) -> Result<RelativeDistinguishedName, MintError> {
    let mut attributes = SetOfVec::new();
    attributes.insert(AttributeTypeAndValue { oid, value })?;
    Ok(RelativeDistinguishedName(attributes))
}
