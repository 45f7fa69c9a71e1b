//! Switches for what sources disagree about and what some readers and cards do.

use serde::Deserialize;

/// Ways in which a card may answer otherwise than the default, which is what was measured on real cards.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// The answer to an empty VERIFY after success.
    pub query_after_success: QueryAnswer,
    /// How long a verified PIN stays verified.
    pub status_lifetime: StatusLifetime,
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
