//! Card-verifiable certificates, and who signs the records of the text and visual APs.

use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use crate::ber;
use crate::issuance::MintError;

/// The name of a key, 16 bytes: seven digits, `08 05`, three digits, padding.
///
/// Numbers of real keys begin with 5, those of the JPKI's test cards with 60; these with 69.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct KeyId([u8; 16]);

impl KeyId {
    /// What EF 0002 of the common and juki APs names.
    pub(crate) const CARD: Self = Self::new(*b"6999010");
    /// The authority behind the issuer domain's certificates.
    pub(crate) const DOMAIN_AUTHORITY: Self = Self::new(*b"6999020");
    /// The authority behind the visual AP's certificate.
    pub(crate) const VISUAL_AUTHORITY: Self = Self::new(*b"6999023");
    /// What the visual AP's basic information names.
    pub(crate) const VISUAL: Self = Self::new(*b"6999024");
    /// The authority behind the text AP's certificate.
    pub(crate) const TEXT_AUTHORITY: Self = Self::new(*b"6999033");
    /// What the text AP's basic information names.
    pub(crate) const TEXT: Self = Self::new(*b"6999034");

    /// A name of group 001.
    const fn new(number: [u8; 7]) -> Self {
        let [a, b, c, d, e, f, g] = number;
        Self([
            a, b, c, d, e, f, g, 0x08, 0x05, b'0', b'0', b'1', 0, 0, 0, 0,
        ])
    }

    /// The key of a municipality: 69, and the five digits of its code.
    pub(crate) fn municipality(code: &str) -> Self {
        let mut number = *b"6900000";
        for (digit, given) in number.iter_mut().skip(2).zip(code.bytes()) {
            *digit = given;
        }
        Self::new(number)
    }

    /// The bytes on the card.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A key with its name.
pub(crate) struct NamedKey {
    pub(crate) id: KeyId,
    pub(crate) private: RsaPrivateKey,
}

/// Who issues cards: a municipality's key signs the records on them, and an authority vouches for that key.
pub(crate) struct Issuer {
    /// One key of the authority under all its names; no client can tell, for the key is on no card.
    pub(crate) authority: RsaPrivateKey,
    /// The municipality's.
    pub(crate) signer: NamedKey,
}

impl Issuer {
    /// The certificate of the municipality's key, `7F21`, under this name of the authority.
    pub(crate) fn certificate(&self, authority: KeyId) -> Result<Vec<u8>, MintError> {
        let contents = certificate_contents(authority, &self.authority, &self.signer)?;
        Ok(ber::object(0x7F21, &contents))
    }

    /// Signs objects that stand in a record, as they stand there.
    pub(crate) fn sign(&self, objects: &[Vec<u8>]) -> Result<Vec<u8>, MintError> {
        sign(&self.signer.private, &objects.concat())
    }
}

/// The inside of a certificate for `subject`: `5F4E { issuer's name, subject's name, key }`, and `5F37`, the signature of
/// the value of `5F4E`.
pub(crate) fn certificate_contents(
    issuer: KeyId,
    issuer_key: &RsaPrivateKey,
    subject: &NamedKey,
) -> Result<Vec<u8>, MintError> {
    let body = [
        issuer.as_bytes(),
        subject.id.as_bytes(),
        &public_key(&subject.private),
    ]
    .concat();
    let signature = sign(issuer_key, &body)?;
    Ok([ber::object(0x5F4E, &body), ber::object(0x5F37, &signature)].concat())
}

/// The public half of a key as the card writes it: `90` exponent, `91` modulus.
pub(crate) fn public_key(private: &RsaPrivateKey) -> Vec<u8> {
    let exponent = ber::object(0x90, &private.e().to_bytes_be());
    let modulus = ber::object(0x91, &private.n().to_bytes_be());
    [exponent, modulus].concat()
}

fn sign(key: &RsaPrivateKey, data: &[u8]) -> Result<Vec<u8>, MintError> {
    key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(data))
        .map_err(MintError::Record)
}
