//! Whose key it certifies.

use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _};
use rsa::{pkcs1v15, pss};
use sha2::{Sha256, Sha384};
use x509_cert::der::asn1::{BitString, ObjectIdentifier};
use x509_cert::der::{Any, Decode as _, Encode as _};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::super::ACCEPT;
use super::super::making::{Maker, SITE, STAND_IN};
use crate::issuing::{private_key, public_key_info};

/// Keys that no card has.
pub(super) fn keys(maker: &mut Maker) {
    const KEY: &str = "certificate_key";
    let short = private_key(1024);
    let message = maker.message(SITE);
    let signature = pkcs1v15::SigningKey::<Sha256>::new(short.clone())
        .sign(&message)
        .to_vec();
    let der = maker.issuer.issue(|certificate| {
        certificate.subject_public_key_info = public_key_info(&short);
    });
    let token = Maker::token_of(&der, &signature);
    maker.add_trusting(
        (
            "key-1024",
            "an RSA key of 1024 bits, rightly signed with",
            KEY,
        ),
        &token,
        &[STAND_IN],
    );
    maker.add_issued(
        ("key-ec", "a key on an elliptic curve", KEY),
        |certificate| {
            certificate.subject_public_key_info = base_point();
        },
    );
}

/// P-256's base point: the key whose private half is 1.
fn base_point() -> SubjectPublicKeyInfoOwned {
    const POINT: [u8; 65] = [
        0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4,
        0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8,
        0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A,
        0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40,
        0x68, 0x37, 0xBF, 0x51, 0xF5,
    ];
    let curve = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
            parameters: Some(Any::from_der(&curve.to_der().unwrap()).unwrap()),
        },
        subject_public_key: BitString::from_bytes(&POINT).unwrap(),
    }
}

/// Signatures that a card would not make, by a key that a trusted authority certified.
pub(super) fn own_keys(maker: &mut Maker) {
    let own = private_key(2048);
    let der = maker.issuer.issue(|certificate| {
        certificate.subject_public_key_info = public_key_info(&own);
    });
    let message = maker.message(SITE);
    let sha256 = pkcs1v15::SigningKey::<Sha256>::new(own.clone())
        .sign(&message)
        .to_vec();
    let sha384 = pkcs1v15::SigningKey::<Sha384>::new(own.clone())
        .sign(&message)
        .to_vec();
    let bare = pkcs1v15::SigningKey::<Sha256>::new_unprefixed(own.clone())
        .sign(&message)
        .to_vec();
    let pss = pss::SigningKey::<Sha256>::new(own)
        .sign_with_rng(&mut rand::rngs::OsRng, &message)
        .to_vec();
    for (name, what, signature, expected) in [
        (
            "good-own-key",
            "a certified key that is no card's",
            sha256,
            ACCEPT,
        ),
        (
            "signature-sha384",
            "RS256 is written, RS384 is signed",
            sha384,
            "signature_mismatch",
        ),
        (
            "signature-pss",
            "RS256 is written, PS256 is signed",
            pss,
            "signature_mismatch",
        ),
        (
            "signature-bare",
            "the hash is signed without its DigestInfo",
            bare,
            "signature_mismatch",
        ),
    ] {
        let token = Maker::token_of(&der, &signature);
        maker.add_trusting((name, what, expected), &token, &[STAND_IN]);
    }
}
