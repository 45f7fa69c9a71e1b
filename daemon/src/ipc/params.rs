//! The requests a client may make, as types that cannot be wrong.

mod fields;

use serde_json::{Map, Value};

use self::fields::Fields;
use super::{Failure, Origin};
use crate::language::Language;

/// One request to [`Methods`](super::Methods).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Call {
    /// Readers, cards and tries left. Costs no PIN try, opens no window.
    Status(StatusParams),
    /// A Web eID token, signed with the user-authentication key.
    Authenticate(AuthenticateParams),
    /// One of the card's four certificates.
    Certificate(CertificateParams),
    /// Signatures over the caller's hashes, made with the digital-signature key.
    Sign(SignParams),
    /// What the card was used for.
    History(HistoryParams),
}

/// `status`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StatusParams {
    /// Whether the certificates' dates are wanted.
    pub validity: bool,
    /// The language the caller asked for.
    pub lang: Option<Language>,
}

/// `authenticate`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthenticateParams {
    /// The web system's nonce, as text.
    pub challenge_nonce: ChallengeNonce,
    /// Who asks.
    pub origin: Origin,
    /// The language the caller asked for.
    pub lang: Option<Language>,
    /// Whether the caller wants to know how far the request is.
    pub progress: bool,
    /// Which card to use.
    pub card: WantedCard,
}

/// `certificate`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CertificateParams {
    /// Which of the four.
    pub kind: CertificateKind,
    /// Whether a page will ask for a signature next, for which the password may be kept.
    pub hold: bool,
    /// Who asks; a program need not say.
    pub origin: Option<Origin>,
    /// The language the caller asked for.
    pub lang: Option<Language>,
    /// Whether the caller wants to know how far the request is.
    pub progress: bool,
    /// Which card to use.
    pub card: WantedCard,
}

/// `sign`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignParams {
    /// What to sign: 1 to 16 hashes of the right length.
    pub hashes: Hashes,
    /// The DER of the certificate that the caller expects on the card.
    pub certificate: Option<Vec<u8>>,
    /// Who asks.
    pub origin: Origin,
    /// The language the caller asked for.
    pub lang: Option<Language>,
    /// Whether the caller wants to know how far the request is.
    pub progress: bool,
    /// Which card to use.
    pub card: WantedCard,
}

/// `history`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HistoryParams {
    /// So many of the last uses: 1 to 100.
    pub limit: usize,
    /// The language the caller asked for.
    pub lang: Option<Language>,
}

impl HistoryParams {
    /// The uses where the caller names no number.
    pub const DEFAULT_LIMIT: usize = 20;

    /// The most uses of one answer.
    pub const MAX_LIMIT: usize = 100;
}

/// Which card a request is for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct WantedCard {
    /// The PC/SC name of the reader it lies in; else the first reader with a JPKI card.
    pub reader: Option<String>,
    /// `waitForCard`: whether to wait until it is there.
    pub wait: bool,
}

/// A web system's nonce: 44 to 128 characters (32 random bytes in base64 and longer). It is signed as
/// text, never decoded (Web eID authentication token 1.0).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChallengeNonce(String);

impl ChallengeNonce {
    /// Parses the text.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`](super::ErrorCode::InvalidRequest) with the field `challengeNonce` if
    /// it has fewer than 44 or more than 128 characters.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let length = text.chars().count();
        if !(44..=128).contains(&length) {
            return Err(Failure::bad_field(
                "challengeNonce",
                format!("it has {length} characters; 44 to 128 are needed"),
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The nonce's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of the certificates on the card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CertificateKind {
    /// The user-authentication certificate (利用者証明用電子証明書).
    Authentication,
    /// The digital-signature certificate (署名用電子証明書); it carries name, address, birth date and sex.
    Signature,
    /// The certificate of the authority that issued the user-authentication certificate.
    AuthenticationCa,
    /// The certificate of the authority that issued the digital-signature certificate.
    SignatureCa,
}

impl CertificateKind {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::Authentication,
        Self::Signature,
        Self::AuthenticationCa,
        Self::SignatureCa,
    ];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Signature => "signature",
            Self::AuthenticationCa => "authentication-ca",
            Self::SignatureCa => "signature-ca",
        }
    }
}

/// The hash functions that a caller may have used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HashFunction {
    /// FIPS 180-4 SHA-256.
    Sha256,
    /// FIPS 180-4 SHA-384.
    Sha384,
    /// FIPS 180-4 SHA-512.
    Sha512,
}

impl HashFunction {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The length of a hash in bytes.
    #[must_use]
    pub fn digest_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// 1 to 16 hashes of one hash function, each of its length.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hashes {
    function: HashFunction,
    values: Vec<Vec<u8>>,
}

impl Hashes {
    /// The most hashes of one request: each costs the person about a second of waiting at the reader.
    pub const MAX_COUNT: usize = 16;

    /// Takes hashes of `function`; `field` is named in the error.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`](super::ErrorCode::InvalidRequest) if there are none or more than 16,
    /// or if one has another length.
    pub fn new(
        function: HashFunction,
        values: Vec<Vec<u8>>,
        field: &'static str,
    ) -> Result<Self, Failure> {
        if !(1..=Self::MAX_COUNT).contains(&values.len()) {
            return Err(Failure::bad_field(
                field,
                format!(
                    "{} hashes; 1 to {} are taken",
                    values.len(),
                    Self::MAX_COUNT
                ),
            ));
        }
        if let Some(wrong) = values
            .iter()
            .find(|value| value.len() != function.digest_len())
        {
            return Err(Failure::bad_field(
                field,
                format!(
                    "a hash of {} bytes; {} has {}",
                    wrong.len(),
                    function.as_str(),
                    function.digest_len()
                ),
            ));
        }
        Ok(Self { function, values })
    }

    /// The hash function of all of them.
    #[must_use]
    pub fn function(&self) -> HashFunction {
        self.function
    }

    /// The hashes, in the caller's order.
    #[must_use]
    pub fn values(&self) -> &[Vec<u8>] {
        &self.values
    }
}

impl Call {
    /// Parses `params` of the method `method`; `None` if there is no such method here.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`](super::ErrorCode::InvalidRequest) or
    /// [`ErrorCode::OriginRefused`](super::ErrorCode::OriginRefused), naming the first wrong field.
    pub fn parse(method: &str, params: Map<String, Value>) -> Option<Result<Self, Failure>> {
        let fields = Fields::new(params);
        Some(match method {
            "status" => parse_status(fields),
            "authenticate" => parse_authenticate(fields),
            "certificate" => parse_certificate(fields),
            "history" => parse_history(fields),
            "sign" => parse_sign(fields),
            _ => return None,
        })
    }

    /// The word on the wire.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Authenticate(_) => "authenticate",
            Self::Certificate(_) => "certificate",
            Self::Sign(_) => "sign",
            Self::History(_) => "history",
        }
    }

    /// The language the caller asked for; `None` leaves it to the settings and the locale.
    #[must_use]
    pub fn lang(&self) -> Option<Language> {
        match self {
            Self::Status(params) => params.lang,
            Self::Authenticate(params) => params.lang,
            Self::Certificate(params) => params.lang,
            Self::Sign(params) => params.lang,
            Self::History(params) => params.lang,
        }
    }

    /// Whether the caller wants to know how far the request is.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        match self {
            Self::Status(_) | Self::History(_) => false,
            Self::Authenticate(params) => params.progress,
            Self::Certificate(params) => params.progress,
            Self::Sign(params) => params.progress,
        }
    }
}

fn parse_status(mut fields: Fields) -> Result<Call, Failure> {
    let params = StatusParams {
        validity: fields.flag("validity")?,
        lang: fields.lang()?,
    };
    fields.end()?;
    Ok(Call::Status(params))
}

fn parse_authenticate(mut fields: Fields) -> Result<Call, Failure> {
    let params = AuthenticateParams {
        challenge_nonce: ChallengeNonce::parse(&fields.required_text("challengeNonce")?)?,
        origin: Origin::parse(&fields.required_text("origin")?)?,
        lang: fields.lang()?,
        progress: fields.flag("progress")?,
        card: fields.card()?,
    };
    fields.end()?;
    Ok(Call::Authenticate(params))
}

fn parse_certificate(mut fields: Fields) -> Result<Call, Failure> {
    let kind = fields.required_text("kind")?;
    let params = CertificateParams {
        kind: CertificateKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| Failure::bad_field("kind", "no certificate of this name"))?,
        hold: fields.flag("hold")?,
        origin: fields
            .text("origin")?
            .map(|text| Origin::parse(&text))
            .transpose()?,
        lang: fields.lang()?,
        progress: fields.flag("progress")?,
        card: fields.card()?,
    };
    fields.end()?;
    Ok(Call::Certificate(params))
}

fn parse_sign(mut fields: Fields) -> Result<Call, Failure> {
    let function = fields.required_text("hashFunction")?;
    let function = HashFunction::ALL
        .into_iter()
        .find(|known| known.as_str() == function)
        .ok_or_else(|| Failure::bad_field("hashFunction", "SHA-256, SHA-384 or SHA-512"))?;
    let params = SignParams {
        hashes: fields.hashes(function)?,
        certificate: fields.certificate()?,
        origin: Origin::parse(&fields.required_text("origin")?)?,
        lang: fields.lang()?,
        progress: fields.flag("progress")?,
        card: fields.card()?,
    };
    fields.end()?;
    Ok(Call::Sign(params))
}

fn parse_history(mut fields: Fields) -> Result<Call, Failure> {
    let params = HistoryParams {
        limit: fields.limit()?,
        lang: fields.lang()?,
    };
    fields.end()?;
    Ok(Call::History(params))
}
