//! Whether signatures are what they should be, judged without the daemon's own code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPublicKey;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pkcs8::DecodePublicKey as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use x509_parser::parse_x509_certificate;

/// The bytes of a base64 text in an answer.
#[must_use]
pub fn bytes(value: &Value) -> Vec<u8> {
    STANDARD
        .decode(value.as_str().expect("a text"))
        .expect("base64")
}

/// Whether a token holds what Web eID signs for this origin and nonce, made with the key of `certificate`.
#[must_use]
pub fn is_token_of(token: &Value, certificate: &[u8], origin: &str, nonce: &str) -> bool {
    let message = [Sha256::digest(origin), Sha256::digest(nonce)].concat();
    bytes(&token["unverifiedCertificate"]) == certificate
        && is_signature(
            certificate,
            &Sha256::digest(message),
            &bytes(&token["signature"]),
        )
}

/// Whether `signature` over the SHA-256 value `hash` was made with the key of `certificate`.
#[must_use]
pub fn is_signature(certificate: &[u8], hash: &[u8], signature: &[u8]) -> bool {
    public_key(certificate)
        .verify(Pkcs1v15Sign::new::<Sha256>(), hash, signature)
        .is_ok()
}

/// The key in a certificate.
#[must_use]
pub fn public_key(certificate: &[u8]) -> RsaPublicKey {
    let (_, certificate) = parse_x509_certificate(certificate).expect("a certificate");
    RsaPublicKey::from_public_key_der(certificate.public_key().raw).expect("an RSA key")
}
