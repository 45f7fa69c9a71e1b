//! The JPKI application (公的個人認証AP) and the issuer security domain, as file tables.

mod token_info;

use rsa::RsaPrivateKey;

use crate::file::{Access, Contents, DedicatedFile, ElementaryFile, FileId};
use crate::issuance::MintError;
use crate::pin::{PinReference, ReferenceData};
use crate::profile::{Profile, TokenKind};

/// DF name of the JPKI application.
pub(crate) const JPKI: &[u8] = &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
/// DF name of the GlobalPlatform issuer security domain, current after power-up.
pub(crate) const ISSUER_DOMAIN: &[u8] = &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

const AUTHENTICATION_PIN: FileId = FileId::new(0x0018);
const SIGNATURE_PIN: FileId = FileId::new(0x001B);

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

/// The issuer security domain: at this level `001E` can be selected and nothing can be read.
pub(crate) fn issuer_domain() -> DedicatedFile {
    DedicatedFile {
        name: ISSUER_DOMAIN,
        files: vec![file(0x001E, Contents::Unreadable)],
    }
}

/// The JPKI application.
pub(crate) fn application(
    profile: &Profile,
    credentials: &Credentials,
) -> Result<DedicatedFile, MintError> {
    let authentication_access = match profile.kind {
        TokenKind::Android => Access::After(AUTHENTICATION_PIN),
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
    let free = |bytes| Contents::Binary {
        bytes,
        access: Access::Free,
    };
    Ok(DedicatedFile {
        name: JPKI,
        files: vec![
            file(
                0x0001,
                Contents::Binary {
                    bytes: padded(signature, signature_size)?,
                    access: Access::After(SIGNATURE_PIN),
                },
            ),
            file(
                0x0002,
                free(padded(&credentials.signature_ca, CERTIFICATE_EF)?),
            ),
            file(0x0006, free(token_info::encode(profile.kind).to_vec())),
            file(0x0008, free(availability(credentials).to_vec())),
            file(
                0x0009,
                Contents::Binary {
                    bytes: vec![0xFF; 16],
                    access: Access::Never,
                },
            ),
            file(
                0x000A,
                Contents::Binary {
                    bytes: padded(&credentials.authentication, CERTIFICATE_EF)?,
                    access: authentication_access,
                },
            ),
            file(
                0x000B,
                free(padded(&credentials.authentication_ca, CERTIFICATE_EF)?),
            ),
            file(0x0016, Contents::Unreadable),
            file(
                0x0017,
                key(Some(&credentials.authentication_key), AUTHENTICATION_PIN),
            ),
            file(
                0x0018,
                pin(
                    profile.pins.authentication.as_bytes(),
                    PinReference::Authentication,
                    profile.tries.authentication,
                ),
            ),
            file(
                0x001A,
                key(credentials.signature_key.as_ref(), SIGNATURE_PIN),
            ),
            file(
                0x001B,
                pin(
                    profile.pins.signature.as_bytes(),
                    PinReference::Signature,
                    signature_tries,
                ),
            ),
        ],
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

fn file(id: u16, contents: Contents) -> ElementaryFile {
    ElementaryFile {
        id: FileId::new(id),
        contents,
    }
}

fn pin(value: &[u8], reference: PinReference, tries_left: u8) -> Contents {
    Contents::Pin(ReferenceData::new(value, reference, tries_left))
}

fn key(private: Option<&RsaPrivateKey>, opened_by: FileId) -> Contents {
    Contents::Key {
        private: private.cloned().map(Box::new),
        opened_by,
    }
}

/// A certificate followed by zeros up to the size of its EF.
fn padded(certificate: &[u8], size: usize) -> Result<Vec<u8>, MintError> {
    if certificate.len() > size {
        return Err(MintError::TooLong {
            length: certificate.len(),
            size,
        });
    }
    let mut bytes = certificate.to_vec();
    bytes.resize(size, 0x00);
    Ok(bytes)
}
