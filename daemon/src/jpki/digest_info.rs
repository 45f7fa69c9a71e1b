use std::fmt;

use iso7816_tlv::ber::{Tag, Tlv, Value};

/// A hash function that the card's keys sign with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HashFunction {
    /// SHA-256, the one that the certificates themselves are signed with.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashFunction {
    /// All of them, preferred first.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// Length of a hash value in bytes.
    #[must_use]
    pub fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The name in the local protocol.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// Content octets of its object identifier, 2.16.840.1.101.3.4.2.x (NIST CSOR).
    fn object_identifier(self) -> [u8; 9] {
        let last = match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        };
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last]
    }
}

impl fmt::Display for HashFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A hash value whose length is not that of its function.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{function} gives {} bytes, not {actual}", function.output_len())]
pub struct WrongDigestLength {
    /// The function it was said to come from.
    pub function: HashFunction,
    /// Its length in bytes.
    pub actual: usize,
}

/// A hash value that the card may sign.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Digest {
    function: HashFunction,
    value: Vec<u8>,
}

impl Digest {
    /// Takes a hash value of this function.
    ///
    /// # Errors
    /// [`WrongDigestLength`] if its length is another.
    pub fn new(function: HashFunction, value: Vec<u8>) -> Result<Self, WrongDigestLength> {
        if value.len() == function.output_len() {
            Ok(Self { function, value })
        } else {
            Err(WrongDigestLength {
                function,
                actual: value.len(),
            })
        }
    }

    /// The function it comes from.
    #[must_use]
    pub fn function(&self) -> HashFunction {
        self.function
    }

    /// The hash value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// The DigestInfo that the card pads and signs (RFC 8017, 9.2): the hash function and the value
    /// in DER. The card signs any bytes, so that only this is ever sent is the daemon's care.
    #[must_use]
    pub fn to_digest_info(&self) -> Vec<u8> {
        const SEQUENCE: u8 = 0x30;
        const OBJECT_IDENTIFIER: u8 = 0x06;
        const NULL: u8 = 0x05;
        const OCTET_STRING: u8 = 0x04;
        let primitive = |tag, bytes: &[u8]| tlv(tag, Value::Primitive(bytes.to_vec()));
        let algorithm = [
            primitive(OBJECT_IDENTIFIER, &self.function.object_identifier()),
            primitive(NULL, &[]),
        ];
        let digest_info = [
            tlv(
                SEQUENCE,
                Value::Constructed(algorithm.into_iter().flatten().collect()),
            ),
            primitive(OCTET_STRING, &self.value),
        ];
        tlv(
            SEQUENCE,
            Value::Constructed(digest_info.into_iter().flatten().collect()),
        )
        .map(|tlv| tlv.to_vec())
        .unwrap_or_default()
    }
}

/// `None` never: the tags are constants, and constructed where the value is.
fn tlv(tag: u8, value: Value) -> Option<Tlv> {
    Tlv::new(Tag::try_from(tag).ok()?, value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_info_of_sha_256_is_the_one_that_rfc_8017_prints() {
        let digest = Digest::new(HashFunction::Sha256, vec![0x11; 32]).unwrap();
        let mut expected = vec![
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ];
        expected.extend([0x11; 32]);
        assert_eq!(digest.to_digest_info(), expected);
    }

    #[test]
    fn the_longer_hashes_differ_in_lengths_and_the_last_arc() {
        for (function, prefix) in [
            (
                HashFunction::Sha384,
                [
                    0x30, 0x41, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                    0x02, 0x02, 0x05, 0x00, 0x04, 0x30,
                ],
            ),
            (
                HashFunction::Sha512,
                [
                    0x30, 0x51, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
                    0x02, 0x03, 0x05, 0x00, 0x04, 0x40,
                ],
            ),
        ] {
            let digest = Digest::new(function, vec![0x22; function.output_len()]).unwrap();
            assert_eq!(digest.to_digest_info()[..19], prefix);
        }
    }

    #[test]
    fn a_hash_of_another_length_is_refused() {
        for function in HashFunction::ALL {
            for length in (0..=65).filter(|length| *length != function.output_len()) {
                assert!(Digest::new(function, vec![0; length]).is_err());
            }
        }
    }
}
