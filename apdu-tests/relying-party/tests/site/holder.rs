//! A person with a card: the part that extension, service and card play together in real life.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpki_virtual_card::{Profile, VirtualCard};
use relying_party::verification::{Authority, CertificateKind, CertificateVerifier};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

const SELECT_JPKI: [u8; 15] = [
    0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
];

/// P1 or P2 of a command that names its EF by the short id in the lower bits.
const SHORT_FILE_ID: u8 = 0x80;

/// In front of a SHA-256 digest: SEQUENCE { SEQUENCE { id-sha256, NULL }, OCTET STRING } (RFC 8017 section 9.2).
const DIGEST_INFO_SHA256: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// 2027-01-15, inside the dates of [`PROFILE`].
pub(crate) const NOW: OffsetDateTime = time::macros::datetime!(2027-01-15 03:04:05 UTC);

/// The card of most tests.
pub(crate) const PROFILE: &str = "
    seed = 'relying party'
    [validity]
    from = 2026-04-01
    until = 2031-04-01
";

/// A person at a card reader.
pub(crate) struct Holder {
    card: VirtualCard,
}

impl Holder {
    /// Somebody with the usual card.
    pub(crate) fn new() -> Self {
        Self::with(PROFILE)
    }

    /// Somebody with a card made after a profile in TOML.
    pub(crate) fn with(profile: &str) -> Self {
        let mut card = VirtualCard::mint(&Profile::parse(profile).unwrap()).unwrap();
        card.power_on();
        Self { card }
    }

    /// The card itself.
    pub(crate) fn card(&self) -> &VirtualCard {
        &self.card
    }

    /// A verifier that trusts the authority behind this card's certificate of the kind.
    pub(crate) fn verifier(&self, kind: CertificateKind) -> CertificateVerifier {
        let authority = match kind {
            CertificateKind::UserAuthentication => self.card.authentication_ca(),
            CertificateKind::DigitalSignature => self.card.signature_ca(),
        };
        CertificateVerifier::new(
            kind,
            vec![Authority::decode(authority).unwrap()],
            vec![kind.standard_policy()],
        )
    }

    /// What `authenticate` of the page module returns.
    pub(crate) fn authenticate(&mut self, origin: &str, nonce: &str) -> Value {
        let message = [Sha256::digest(origin), Sha256::digest(nonce)].concat();
        let signature = self.sign_with(CertificateKind::UserAuthentication, &message);
        json!({
            "unverifiedCertificate": STANDARD.encode(self.read(0x0A)),
            "algorithm": "RS256",
            "signature": STANDARD.encode(signature),
            "format": "web-eid:1.0",
            "appVersion": "https://jpkid.example/0.1.0",
        })
    }

    /// What `sign` of the page module returns for the SHA-256 of `text`.
    pub(crate) fn sign(&mut self, text: &str) -> Value {
        let signature = self.sign_with(CertificateKind::DigitalSignature, text.as_bytes());
        json!({
            "signatures": [STANDARD.encode(signature)],
            "certificate": STANDARD.encode(self.read(0x01)),
            "signatureAlgorithm": {
                "cryptoAlgorithm": "RSA", "hashFunction": "SHA-256", "paddingScheme": "PKCS1.5",
            },
        })
    }

    /// The signature that the kind's key makes over the SHA-256 of `message`.
    pub(crate) fn sign_with(&mut self, kind: CertificateKind, message: &[u8]) -> Vec<u8> {
        let (pin_file, pin, key_file): (_, &[u8], _) = match kind {
            CertificateKind::UserAuthentication => (0x18, b"1234", 0x17),
            CertificateKind::DigitalSignature => (0x1B, b"ABC123", 0x1A),
        };
        self.sign_digest(pin_file, pin, key_file, &Sha256::digest(message))
    }

    /// SELECT, VERIFY and PERFORM SECURITY OPERATION with the short EF ids of a PIN and its key.
    fn sign_digest(&mut self, pin_file: u8, pin: &[u8], key_file: u8, digest: &[u8]) -> Vec<u8> {
        self.command(&SELECT_JPKI);
        let verify = [
            0x00,
            0x20,
            0x00,
            SHORT_FILE_ID | pin_file,
            u8::try_from(pin.len()).unwrap(),
        ];
        self.command(&[&verify, pin].concat());
        let sign = [0x80, 0x2A, 0x00, SHORT_FILE_ID | key_file, 0x33];
        self.command(&[&sign, &DIGEST_INFO_SHA256[..], digest, &[0x00]].concat())
    }

    /// Reads a certificate: READ BINARY with the short EF id, then with offsets; its DER says where it ends.
    fn read(&mut self, file: u8) -> Vec<u8> {
        let mut content = self.command(&[0x00, 0xB0, SHORT_FILE_ID | file, 0x00, 0x00]);
        let length = 4 + usize::from(u16::from_be_bytes([content[2], content[3]]));
        while content.len() < length {
            let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
            content.extend(self.command(&[0x00, 0xB0, high, low, 0x00]));
        }
        content.truncate(length);
        content
    }

    fn command(&mut self, command: &[u8]) -> Vec<u8> {
        let mut response = self.card.transmit(command);
        assert_eq!(
            response.split_off(response.len().saturating_sub(2)),
            [0x90, 0x00]
        );
        response
    }
}
