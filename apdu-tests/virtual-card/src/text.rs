//! The text AP (券面事項入力補助AP): My Number and the four attributes as text, and proof of them.

use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};

use crate::ber::{self, object};
use crate::card_verifiable::{Issuer, KeyId, public_key};
use crate::command::ChangeCommand;
use crate::file::{Access, DedicatedFile, ElementaryFile, FileId, KeyUsage, SessionKeyDelivery};
use crate::issuance::MintError;
use crate::keys;
use crate::pin::ReferenceData;
use crate::profile::{FOUR_DIGIT_PIN_TRIES, Holder, Profile, Seed, TextHashesAccess};

/// Its DF name.
const TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];

const PIN: FileId = FileId::new(0x0011);
/// A PIN that every card has blocked from the beginning; what it would open is not known.
const BLOCKED: FileId = FileId::new(0x0012);
const CODE_A: FileId = FileId::new(0x0014);
const CODE_B: FileId = FileId::new(0x0015);

const PIN_OR_CODE_A: Access = Access::AfterAny(&[PIN, CODE_A]);
const PIN_OR_CODE_B: Access = Access::AfterAny(&[PIN, CODE_B]);
const PIN_OR_ANY_CODE: Access = Access::AfterAny(&[PIN, CODE_A, CODE_B]);

/// The size of EF 0002 grows in such steps, in bytes: how large a real one is is not known.
const ATTRIBUTES_STEP: usize = 512;

/// The keys of the application's own.
pub(crate) struct Keys {
    /// EF 0013.
    pub(crate) signing: RsaPrivateKey,
    /// The one whose public half, in EF 0006, session keys would be encrypted to.
    pub(crate) session_transport: RsaPrivateKey,
}

/// The text AP; `code_b` is 照合番号B.
pub(crate) fn application(
    profile: &Profile,
    seed: &Seed,
    code_b: &str,
    issuer: &Issuer,
    keys: Keys,
) -> Result<DedicatedFile, MintError> {
    let my_number = my_number_file(profile);
    let attributes = attributes(&profile.holder);
    let hashes = hashes(&my_number, &attributes, issuer)?;
    let hashes_access = match profile.quirks.text_hashes_access {
        TextHashesAccess::PinOrCodeA => PIN_OR_CODE_A,
        TextHashesAccess::PinOrAnyCode => PIN_OR_ANY_CODE,
    };
    let transport_key = object(0xA1, &public_key(&keys.session_transport));
    let files = vec![
        ElementaryFile::binary(0x0001, my_number, PIN_OR_CODE_A),
        ElementaryFile::binary(0x0002, attributes_file(&attributes), PIN_OR_CODE_B),
        ElementaryFile::binary(0x0003, hashes, hashes_access),
        ElementaryFile::binary(
            0x0004,
            issuer.certificate(KeyId::TEXT_AUTHORITY)?,
            Access::Free,
        ),
        ElementaryFile::binary(0x0005, basic_information(seed), Access::Free),
        ElementaryFile::binary(0x0006, transport_key, PIN_OR_ANY_CODE),
        ElementaryFile::binary(0x0007, signed_key(&keys.signing, issuer)?, PIN_OR_ANY_CODE),
        ElementaryFile::binary(0x0008, vec![0xFF; 16], PIN_OR_ANY_CODE),
        ElementaryFile::pin(PIN, pin(profile)),
        ElementaryFile::pin(BLOCKED, ReferenceData::new(&[], 0, 0)),
        ElementaryFile::key(
            0x0013,
            Some(keys.signing),
            Access::Free,
            KeyUsage::Signature,
        ),
        ElementaryFile::pin(
            CODE_A,
            ReferenceData::new(
                profile.holder.my_number.as_str().as_bytes(),
                profile.quirks.code_tries.count(),
                profile.tries.code_a,
            ),
        ),
        ElementaryFile::pin(
            CODE_B,
            ReferenceData::new(
                code_b.as_bytes(),
                profile.quirks.code_tries.count(),
                profile.tries.code_b,
            ),
        ),
    ];
    Ok(DedicatedFile {
        default_key: Some(FileId::new(0x0013)),
        session_key_delivery: SessionKeyDelivery::After(PIN),
        ..DedicatedFile::new(TEXT, files)
    })
}

fn pin(profile: &Profile) -> ReferenceData {
    ReferenceData::new(
        profile.pins.text.as_bytes(),
        FOUR_DIGIT_PIN_TRIES,
        profile.tries.text,
    )
    .changed_by(ChangeCommand::ReferenceData)
}

/// EF 0001, 17 bytes: the number, and two bytes of filler that its hash covers too.
fn my_number_file(profile: &Profile) -> Vec<u8> {
    let mut file = object(0xFF10, profile.holder.my_number.as_str().as_bytes());
    file.extend([0xFF; 2]);
    file
}

/// Name, address, birth date and sex, each an object.
fn attributes(holder: &Holder) -> [Vec<u8>; 4] {
    [
        object(0xDF22, holder.name.as_bytes()),
        object(0xDF23, holder.address.as_bytes()),
        object(0xDF24, holder.birth_date.digits().as_bytes()),
        object(0xDF25, holder.sex.jis_digit().as_bytes()),
    ]
}

/// EF 0002: the attributes behind a table, then FF up to the end of the file.
fn attributes_file(attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut file = ber::indexed(0xFF20, 0xDF21, attributes);
    file.resize(file.len().next_multiple_of(ATTRIBUTES_STEP), 0xFF);
    file
}

/// EF 0003: hash of the whole EF 0001, hash of the attributes without their table, and the issuer's signature of both.
fn hashes(
    my_number_file: &[u8],
    attributes: &[Vec<u8>],
    issuer: &Issuer,
) -> Result<Vec<u8>, MintError> {
    let hashes = [
        object(0xDF31, &Sha256::digest(my_number_file)),
        object(0xDF32, &Sha256::digest(attributes.concat())),
    ];
    let signature = object(0xDF33, &issuer.sign(&hashes)?);
    Ok(object(0xFF30, &[hashes.concat(), signature].concat()))
}

/// EF 0005: specification version, extended lengths, vendor and option; the name of a key; 128 bytes of which the first
/// 32 mean something unknown.
fn basic_information(seed: &Seed) -> Vec<u8> {
    let mark = keys::bytes::<32>(seed, "text AP basic information");
    let objects = [
        object(0xDF41, &[0x01, 0x03, 0x0E, 0x01]),
        object(0xDF42, KeyId::TEXT.as_bytes()),
        object(0xDF43, &[&mark[..], &[0xFF; 96]].concat()),
    ];
    object(0xFF40, &objects.concat())
}

/// EF 0007: the public half of the key in EF 0013, signed by the issuer.
fn signed_key(key: &RsaPrivateKey, issuer: &Issuer) -> Result<Vec<u8>, MintError> {
    let key = [object(0xDF51, &public_key(key))];
    let signature = object(0xDF52, &issuer.sign(&key)?);
    Ok(object(0xFF50, &[key.concat(), signature].concat()))
}
