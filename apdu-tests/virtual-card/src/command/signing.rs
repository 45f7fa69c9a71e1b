//! COMPUTE DIGITAL SIGNATURE, and what else is done with keys.

use super::Command;
use crate::apdu::CommandApdu;
use crate::file::FileReference;
use crate::status_word::StatusWord;

/// The longest input to P1 = 00: an RSA-2048 modulus less the eleven bytes of PKCS #1 v1.5 padding.
const MAX_VERBATIM: usize = 256 - 11;

/// P1 of the signature command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureScheme {
    /// 00: PKCS #1 v1.5 type 1 padding around the input as it is, 1..=245 bytes.
    Verbatim,
    /// 01: the card hashes 1..=255 bytes with SHA-256 and pads the bare hash.
    HashBare,
    /// 02: the input is a SHA-256 hash, for which the card builds the DigestInfo.
    DigestInfo,
    /// 03: the card hashes 1..=255 bytes with SHA-256 and builds the DigestInfo.
    HashDigestInfo,
    /// 04: the input is a SHA-256 hash, to sign by RSASSA-PSS with a random salt of 32 bytes.
    Pss,
    /// 05: the card hashes 1..=255 bytes with SHA-256 and signs by RSASSA-PSS.
    HashPss,
}

impl SignatureScheme {
    /// Whether an input of this length can be signed.
    pub(crate) fn accepts(self, length: usize) -> bool {
        match self {
            Self::Verbatim => (1..=MAX_VERBATIM).contains(&length),
            Self::HashBare | Self::HashDigestInfo | Self::HashPss => (1..=255).contains(&length),
            Self::DigestInfo | Self::Pss => length == 32,
        }
    }
}

impl TryFrom<u8> for SignatureScheme {
    type Error = StatusWord;

    fn try_from(p1: u8) -> Result<Self, StatusWord> {
        match p1 {
            0x00 => Ok(Self::Verbatim),
            0x01 => Ok(Self::HashBare),
            0x02 => Ok(Self::DigestInfo),
            0x03 => Ok(Self::HashDigestInfo),
            0x04 => Ok(Self::Pss),
            0x05 => Ok(Self::HashPss),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}

impl<'a> Command<'a> {
    /// P2 = 00 names no key: the application's default one.
    pub(super) fn compute_signature(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        let scheme = SignatureScheme::try_from(apdu.p1)?;
        let file = match apdu.p2 {
            0x00 => FileReference::DefaultKey,
            p2 => FileReference::from_p2(p2)?,
        };
        Ok(Self::ComputeSignature {
            file,
            scheme,
            input: apdu.data,
            le: apdu.le.ok_or(StatusWord::WRONG_LENGTH)?,
        })
    }

    pub(super) fn internal_authenticate(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        if apdu.p1 != 0x00 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let file = FileReference::from_p2(apdu.p2)?;
        match (apdu.data, apdu.le) {
            (challenge, Some(le)) if (1..=255).contains(&challenge.len()) => {
                Ok(Self::InternalAuthenticate {
                    file,
                    challenge,
                    le,
                })
            }
            _ => Err(StatusWord::WRONG_LENGTH),
        }
    }

    /// At most 256 bytes: an extended Le is refused.
    pub(super) fn get_challenge(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        match (apdu.p1, apdu.p2, apdu.data, apdu.le) {
            (0, 0, [], Some(_)) if apdu.extended => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            (0, 0, [], Some(le)) => Ok(Self::GetChallenge { le }),
            (0, 0, _, _) => Err(StatusWord::WRONG_LENGTH),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }

    /// P1-P2 = 06 C1 brings the certificate's body, 00 C1 its signature.
    pub(super) fn authenticate_terminal(apdu: CommandApdu<'a>) -> Result<Self, StatusWord> {
        match (apdu.p1, apdu.p2) {
            (0x06 | 0x00, 0xC1) => Ok(Self::AuthenticateTerminal),
            _ => Err(StatusWord::WRONG_P1_P2),
        }
    }
}
