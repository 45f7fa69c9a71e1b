use crate::apdu::{Aid, FileId};
use crate::pin::PinKind;

/// The JPKI applet, 公的個人認証AP.
pub(super) const JPKI: Aid =
    Aid::new(&[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]);

/// The card's issuer security domain (GlobalPlatform), current after power-up. Selecting it makes
/// the card forget which PINs were verified; selecting the JPKI applet again does not.
pub(super) const ISSUER_DOMAIN: Aid = Aid::new(&[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00]);

/// Serialized token information, 160 bytes.
pub(super) const TOKEN_INFO: FileId = FileId::new(0x0006);

/// Which certificates the card holds, 3 bytes.
pub(super) const AVAILABLE_CERTIFICATES: FileId = FileId::new(0x0008);

/// A certificate file of the applet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CertificateKind {
    /// 利用者証明用電子証明書 (000A): free to read on a plastic card, behind its PIN on a phone.
    Authentication,
    /// 署名用電子証明書 (0001): name, address, birth date and sex; behind the signature password.
    Signature,
    /// The certificate of the authority that issued the authentication certificate (000B).
    AuthenticationCa,
    /// The certificate of the authority that issued the signature certificate (0002).
    SignatureCa,
}

impl CertificateKind {
    pub(super) fn file(self) -> FileId {
        FileId::new(match self {
            Self::Authentication => 0x000A,
            Self::Signature => 0x0001,
            Self::AuthenticationCa => 0x000B,
            Self::SignatureCa => 0x0002,
        })
    }
}

/// A private key of the applet (RSA, 2048 bits).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyKind {
    /// Opened by the user-authentication PIN.
    Authentication,
    /// Opened by the signature password.
    Signature,
}

impl KeyKind {
    /// The key that a PIN opens.
    #[must_use]
    pub fn opened_by(pin: PinKind) -> Self {
        match pin {
            PinKind::UserAuthentication => Self::Authentication,
            PinKind::DigitalSignature => Self::Signature,
        }
    }

    /// The certificate that holds its public key.
    #[must_use]
    pub fn certificate(self) -> CertificateKind {
        match self {
            Self::Authentication => CertificateKind::Authentication,
            Self::Signature => CertificateKind::Signature,
        }
    }

    pub(super) fn file(self) -> FileId {
        FileId::new(match self {
            Self::Authentication => 0x0017,
            Self::Signature => 0x001A,
        })
    }
}

/// The file of a PIN.
pub(super) fn pin_file(pin: PinKind) -> FileId {
    FileId::new(match pin {
        PinKind::UserAuthentication => 0x0018,
        PinKind::DigitalSignature => 0x001B,
    })
}
