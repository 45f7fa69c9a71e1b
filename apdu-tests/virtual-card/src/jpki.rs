//! The JPKI application (公的個人認証AP), as a file table.

mod token_info;

use rsa::RsaPrivateKey;

use crate::command::ChangeCommand;
use crate::file::{
    Access, Contents, DedicatedFile, ElementaryFile, FileId, KeyUsage, SessionKeyDelivery,
};
use crate::issuance::MintError;
use crate::pin::{PinReference, ReferenceData};
use crate::profile::{Padding, Pin, Profile, TokenKind};

/// DF name of the JPKI application.
pub(crate) const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
const AUTHENTICATION_PIN: FileId = FileId::new(0x0018);
const SIGNATURE_PIN: FileId = FileId::new(0x001B);
const AFTER_AUTHENTICATION_PIN: Access = Access::AfterAny(&[AUTHENTICATION_PIN]);
const AFTER_SIGNATURE_PIN: Access = Access::AfterAny(&[SIGNATURE_PIN]);

/// The size of a CA certificate's EF, in bytes (measured on EF 0002); the authentication certificate gets one as large.
const CERTIFICATE_EF: usize = 1900;
/// The size of the signature certificate's EF: not known of real cards, where it must hold an address of 200 characters.
const SIGNATURE_CERTIFICATE_EF: usize = 2048;
/// Its size where the certificate does not fit otherwise.
const LONG_SIGNATURE_CERTIFICATE_EF: usize = 4096;

/// Keys and certificates (DER) of a card.
pub(crate) struct Credentials {
    pub(crate) authentication: Vec<u8>,
    pub(crate) authentication_key: RsaPrivateKey,
    pub(crate) authentication_ca: Vec<u8>,
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) signature_key: Option<RsaPrivateKey>,
    pub(crate) signature_ca: Vec<u8>,
}

/// The EF of a PIN.
pub(crate) fn pin_file(reference: PinReference) -> FileId {
    match reference {
        PinReference::Authentication => AUTHENTICATION_PIN,
        PinReference::Signature => SIGNATURE_PIN,
    }
}

/// The JPKI application.
pub(crate) fn application(
    profile: &Profile,
    credentials: &Credentials,
) -> Result<DedicatedFile, MintError> {
    let authentication_access = match profile.kind {
        TokenKind::Android => AFTER_AUTHENTICATION_PIN,
        TokenKind::MyNumberCard | TokenKind::Iphone | TokenKind::JukiCard => Access::Free,
    };
    // Whoever has no signature certificate never set its password: there is nothing to try.
    let signature_tries = if credentials.signature.is_some() {
        profile.tries.signature
    } else {
        0
    };
    let signature = credentials.signature.as_deref().unwrap_or_default();
    let signature_size = match signature.len() {
        0..=SIGNATURE_CERTIFICATE_EF => SIGNATURE_CERTIFICATE_EF,
        _ => LONG_SIGNATURE_CERTIFICATE_EF,
    };
    let padding = profile.quirks.certificate_padding;
    let certificate = |der: &[u8]| padded(der, CERTIFICATE_EF, padding);
    let files = vec![
        ElementaryFile::binary(
            0x0001,
            padded(signature, signature_size, padding)?,
            AFTER_SIGNATURE_PIN,
        ),
        ElementaryFile::binary(
            0x0002,
            certificate(&credentials.signature_ca)?,
            Access::Free,
        ),
        ElementaryFile::binary(
            0x0006,
            token_info::encode(profile.kind).to_vec(),
            Access::Free,
        ),
        ElementaryFile::binary(0x0008, availability(credentials).to_vec(), Access::Free),
        ElementaryFile::binary(0x0009, vec![0xFF; 16], Access::Never),
        ElementaryFile::binary(
            0x000A,
            certificate(&credentials.authentication)?,
            authentication_access,
        ),
        ElementaryFile::binary(
            0x000B,
            certificate(&credentials.authentication_ca)?,
            Access::Free,
        ),
        ElementaryFile::new(0x0016, Contents::TerminalAuthority),
        ElementaryFile::key(
            0x0017,
            Some(credentials.authentication_key.clone()),
            AFTER_AUTHENTICATION_PIN,
            KeyUsage::Signature,
        ),
        ElementaryFile::pin(
            AUTHENTICATION_PIN,
            pin(
                &profile.pins.authentication,
                PinReference::Authentication,
                profile.tries.authentication,
            ),
        ),
        ElementaryFile::key(
            0x001A,
            credentials.signature_key.clone(),
            AFTER_SIGNATURE_PIN,
            KeyUsage::Signature,
        ),
        ElementaryFile::pin(
            SIGNATURE_PIN,
            pin(
                &profile.pins.signature,
                PinReference::Signature,
                signature_tries,
            ),
        ),
    ];
    Ok(DedicatedFile {
        session_key_delivery: SessionKeyDelivery::Closed,
        knows_end_of_use: profile.kind == TokenKind::Iphone,
        ..DedicatedFile::new(JPKI, files)
    })
}

/// EF 0008: 8F for a certificate that is there (signature, authentication), a third byte of unknown meaning.
///
/// No card without one was measured: 00 for absent is an assumption.
fn availability(credentials: &Credentials) -> [u8; 3] {
    [
        if credentials.signature.is_some() {
            0x8F
        } else {
            0x00
        },
        0x8F,
        0x00,
    ]
}

fn pin(value: &Pin, reference: PinReference, tries_left: u8) -> ReferenceData {
    ReferenceData::new(value.as_bytes(), reference.max_tries(), tries_left)
        .changed_by(ChangeCommand::ReferenceData)
}

/// A certificate followed by padding up to the size of its EF.
fn padded(certificate: &[u8], size: usize, padding: Padding) -> Result<Vec<u8>, MintError> {
    if certificate.len() > size {
        return Err(MintError::TooLong {
            length: certificate.len(),
            size,
        });
    }
    let mut bytes = certificate.to_vec();
    bytes.resize(size, padding.byte());
    Ok(bytes)
}
