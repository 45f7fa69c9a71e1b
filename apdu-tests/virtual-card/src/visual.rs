//! The visual AP (券面事項確認AP): the card's printed face, as pictures and signed.

mod lettering;

use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use crate::ber::{self, object};
use crate::card_verifiable::{Issuer, KeyId, public_key};
use crate::file::{Access, Contents, DedicatedFile, ElementaryFile, FileId, KeyUsage};
use crate::issuance::MintError;
use crate::keys;
use crate::pin::ReferenceData;
use crate::profile::{CalendarDate, Profile, Seed};

/// Its DF name.
const VISUAL: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];

const BIRTH_DATE: FileId = FileId::new(0x0011);
const CODE_B: FileId = FileId::new(0x0012);
const CODE_A: FileId = FileId::new(0x0013);

const AFTER_BIRTH_DATE: Access = Access::AfterAny(&[BIRTH_DATE]);
const AFTER_CODE_A: Access = Access::AfterAny(&[CODE_A]);
const AFTER_EITHER_CODE: Access = Access::AfterAny(&[CODE_A, CODE_B]);

/// The size of EF 0002 grows in such steps, in bytes: how large a real one is is not known.
const FACE_STEP: usize = 1024;
/// How wide the pictures of name and address are, in half-width characters. Real ones are as wide as they are printed.
const LINE: usize = 40;

/// A face that nobody has: drawn in portrait.svg, which says how this was made of it. 180 x 240 greys, JPEG 2000.
const PORTRAIT: &[u8] = include_bytes!("visual/portrait.jp2");

/// What the tag DF28's signature is of: a DigestInfo of SHA-256 whose octet string holds three hashes, 96 bytes.
const THREE_HASHES_INFO: [u8; 19] = [
    0x30, 0x71, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x60,
];

/// The visual AP of a card with this expiry and 照合番号B, and `key` in EF 001A.
pub(crate) fn application(
    profile: &Profile,
    seed: &Seed,
    (expiry, code_b): (CalendarDate, &str),
    issuer: &Issuer,
    key: RsaPrivateKey,
) -> Result<DedicatedFile, MintError> {
    let my_number = profile.holder.my_number.as_str();
    let code_tries = profile.quirks.code_tries.count();
    let files = vec![
        ElementaryFile::binary(0x0001, age(profile, issuer, &key)?, AFTER_BIRTH_DATE),
        ElementaryFile::binary(
            0x0002,
            face(profile, expiry, issuer, &key)?,
            AFTER_EITHER_CODE,
        ),
        ElementaryFile::binary(0x0003, basic_information(profile, seed), Access::Free),
        ElementaryFile::binary(
            0x0004,
            issuer.certificate(KeyId::VISUAL_AUTHORITY)?,
            Access::Free,
        ),
        ElementaryFile::binary(
            0x0005,
            my_number_picture(my_number, issuer, &key)?,
            AFTER_CODE_A,
        ),
        ElementaryFile::binary(0x0006, vec![0xFF; 16], AFTER_EITHER_CODE),
        ElementaryFile::pin(
            BIRTH_DATE,
            ReferenceData::new(
                profile.holder.birth_date.in_era_digits().as_bytes(),
                code_tries,
                profile.tries.birth_date,
            ),
        ),
        ElementaryFile::pin(
            CODE_B,
            ReferenceData::new(code_b.as_bytes(), code_tries, profile.tries.code_b),
        ),
        ElementaryFile::pin(
            CODE_A,
            ReferenceData::new(my_number.as_bytes(), code_tries, profile.tries.code_a),
        ),
        ElementaryFile::key(0x001A, Some(key), Access::Free, KeyUsage::Signature),
        ElementaryFile::new(0x001C, Contents::Unreadable),
        ElementaryFile::new(0x001E, Contents::Unreadable),
    ];
    Ok(DedicatedFile {
        default_key: Some(FileId::new(0x001A)),
        ..DedicatedFile::new(VISUAL, files)
    })
}

/// EF 0001: birth date and the card's key, signed.
fn age(profile: &Profile, issuer: &Issuer, key: &RsaPrivateKey) -> Result<Vec<u8>, MintError> {
    let signed = [
        object(0xDF11, profile.holder.birth_date.digits().as_bytes()),
        object(0xDF12, &public_key(key)),
    ];
    let signature = object(0xDF13, &issuer.sign(&signed)?);
    Ok(object(0xFF10, &[signed.concat(), signature].concat()))
}

/// EF 0002: the printed face behind a table, then FF up to the end of the file. Expiry and security code are not signed.
fn face(
    profile: &Profile,
    expiry: CalendarDate,
    issuer: &Issuer,
    key: &RsaPrivateKey,
) -> Result<Vec<u8>, MintError> {
    let holder = &profile.holder;
    let security_code = profile.card.security_code.as_str();
    let person = [
        object(0xDF22, holder.birth_date.digits().as_bytes()),
        object(0xDF23, holder.sex.jis_digit().as_bytes()),
        object(0xDF24, &public_key(key)),
    ];
    let lettering = [
        object(0xDF25, &lettering::picture(&holder.name, LINE)?),
        object(0xDF26, &lettering::picture(&holder.address, LINE)?),
    ];
    let portrait = [object(0xDF27, PORTRAIT)];
    let signature = sign_apart(issuer, [&person, &lettering, &portrait])?;
    let unsigned = [
        object(0xDF29, expiry.digits().as_bytes()),
        object(
            0xDF2A,
            &lettering::picture(security_code, security_code.len())?,
        ),
    ];
    let objects: Vec<_> = [
        &person[..],
        &lettering,
        &portrait,
        &[object(0xDF28, &signature)],
        &unsigned,
    ]
    .concat();
    let mut file = ber::indexed(0xFF20, 0xDF21, &objects);
    file.resize(file.len().next_multiple_of(FACE_STEP), 0xFF);
    Ok(file)
}

/// One signature of the hashes of three groups of objects: who is shown one group can check it by the other two hashes.
fn sign_apart(issuer: &Issuer, groups: [&[Vec<u8>]; 3]) -> Result<Vec<u8>, MintError> {
    let mut input = THREE_HASHES_INFO.to_vec();
    for group in groups {
        input.extend(Sha256::digest(group.concat()));
    }
    issuer
        .signer
        .private
        .sign(Pkcs1v15Sign::new_unprefixed(), &input)
        .map_err(MintError::Record)
}

/// EF 0003: specification version, extended lengths, vendor and option; the name of a key; a version; the municipality;
/// the name of another key and 256 bytes of unknown meaning.
fn basic_information(profile: &Profile, seed: &Seed) -> Vec<u8> {
    let reference = keys::bytes::<256>(seed, "visual AP basic information");
    let objects = [
        object(0xDF31, &[0x06, 0x03, 0x0E, 0x01]),
        object(0xDF32, KeyId::VISUAL.as_bytes()),
        object(0xDF33, &[0x01]),
        object(0xDF34, profile.holder.municipality.code.as_bytes()),
        object(0xDF35, &[KeyId::CARD.as_bytes(), &reference].concat()),
    ];
    object(0xFF30, &objects.concat())
}

/// EF 0005: a picture of the number and the card's key, signed.
fn my_number_picture(
    my_number: &str,
    issuer: &Issuer,
    key: &RsaPrivateKey,
) -> Result<Vec<u8>, MintError> {
    let signed = [
        object(0xDF41, &lettering::picture(my_number, my_number.len())?),
        object(0xDF42, &public_key(key)),
    ];
    let signature = object(0xDF43, &issuer.sign(&signed)?);
    Ok(object(0xFF40, &[signed.concat(), signature].concat()))
}
