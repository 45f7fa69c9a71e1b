//! Switches for what sources disagree about and what some readers and cards do.

use serde::Deserialize;

use super::pins::CODE_TRIES;
use crate::status_word::StatusWord;

/// Ways in which a card may answer otherwise than the default, which is what was measured on real cards.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// The answer to an empty VERIFY after success.
    pub query_after_success: QueryAnswer,
    /// How long a verified PIN stays verified.
    pub status_lifetime: StatusLifetime,
    /// The answer to VERIFY with data for a blocked PIN.
    pub blocked_pin: BlockedPin,
    /// The answer to an empty VERIFY for a blocked PIN.
    pub blocked_query: BlockedQuery,
    /// The answer to an input that the signature command's P1 does not take.
    pub wrong_signature_input: WrongSignatureInput,
    /// What follows a certificate up to the end of its EF.
    pub certificate_padding: Padding,
    /// How many tries an untouched 照合番号 or birth date has.
    pub code_tries: CodeTries,
    /// What opens EF 0003 of the text AP.
    pub text_hashes_access: TextHashesAccess,
    /// Where GET DATA finds the contact interface's ATR.
    pub contact_atr: ContactAtr,
    /// READ BINARY with a Le above 256 is answered 6700.
    pub refuse_extended_read: bool,
    /// Short EF ids (P2 = 80 + id, in READ BINARY P1) are answered 6A86: the EF must be selected.
    pub refuse_short_file_id: bool,
    /// An empty VERIFY of four bytes is answered 6700: it must carry Lc = 00.
    pub refuse_four_byte_verify: bool,
    /// The first command after power-on is answered 6F00 and does nothing.
    pub first_command_fails: bool,
    /// Answers with data are announced by 61xx and fetched with GET RESPONSE, as over T=0.
    pub get_response: bool,
    /// A Le that is not the length of the answer is answered 6Cxx, as over T=0.
    pub exact_length: bool,
}

/// What an empty VERIFY says about a PIN that is verified.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum QueryAnswer {
    /// 63Cx, as for one that is not.
    #[default]
    TriesLeft,
    /// 9000.
    Done,
}

/// How long a verified PIN stays verified, apart from power-off and another application, which always end it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum StatusLifetime {
    /// Through a warm reset and a repeated SELECT of the same application.
    #[default]
    Measured,
    /// Until either, as ISO/IEC 7816-4 has it.
    Iso,
}

/// What VERIFY says about a PIN without tries.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum BlockedPin {
    /// 6984, JICSAP's "referenced IEF locked": measured by several.
    #[default]
    #[serde(rename = "6984")]
    Jicsap,
    /// 6983, as ISO/IEC 7816-4 has it: what several clients wait for and nobody saw.
    #[serde(rename = "6983")]
    Iso,
}

impl BlockedPin {
    /// The status word.
    pub(crate) fn status(self) -> StatusWord {
        match self {
            Self::Jicsap => StatusWord::BLOCKED,
            Self::Iso => StatusWord::METHOD_BLOCKED,
        }
    }
}

/// What an empty VERIFY says about a PIN without tries.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum BlockedQuery {
    /// 63C0: measured on EF 0012 of the text AP.
    #[default]
    TriesLeft,
    /// The same as to data: 6984, or 6983.
    Blocked,
}

/// What the signature command says about an input of a length that its P1 does not take. Sources name both and do not
/// say which belongs where.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum WrongSignatureInput {
    /// 6700, wrong length.
    #[default]
    #[serde(rename = "6700")]
    WrongLength,
    /// 6985, conditions of use not satisfied.
    #[serde(rename = "6985")]
    Conditions,
}

impl WrongSignatureInput {
    /// The status word.
    pub(crate) fn status(self) -> StatusWord {
        match self {
            Self::WrongLength => StatusWord::WRONG_LENGTH,
            Self::Conditions => StatusWord::CONDITIONS_NOT_SATISFIED,
        }
    }
}

/// What follows a certificate in its EF.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
pub enum Padding {
    /// 00: measured on EF 0002 of the JPKI AP.
    #[default]
    #[serde(rename = "00")]
    Zeros,
    /// FF: what a client says it met too.
    #[serde(rename = "FF")]
    Ones,
}

impl Padding {
    /// The byte.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Zeros => 0x00,
            Self::Ones => 0xFF,
        }
    }
}

/// The tries of an untouched 照合番号 or birth date; in a profile 10 or 3.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(try_from = "u8")]
pub enum CodeTries {
    /// 10: what probing programs met.
    #[default]
    Ten,
    /// 3: what one of them has in its table.
    Three,
}

impl CodeTries {
    /// The number.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::Ten => CODE_TRIES,
            Self::Three => 3,
        }
    }
}

impl TryFrom<u8> for CodeTries {
    type Error = CodeTriesError;

    fn try_from(count: u8) -> Result<Self, CodeTriesError> {
        match count {
            CODE_TRIES => Ok(Self::Ten),
            3 => Ok(Self::Three),
            _ => Err(CodeTriesError),
        }
    }
}

/// A number of tries that no source names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an untouched 照合番号 has 10 or 3 tries")]
pub struct CodeTriesError;

/// What opens the text AP's EF 0003, its hashes. One source says both.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum TextHashesAccess {
    /// The PIN or 照合番号A.
    #[default]
    PinOrCodeA,
    /// The PIN or either 照合番号.
    PinOrAnyCode,
}

/// Where `00 CA 5F51` is answered: cards differ.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum ContactAtr {
    /// While the issuer domain is current, as after power-up.
    #[default]
    IssuerDomain,
    /// While an application is.
    Applications,
}
