//! Why the server said no, as JSON for the script and as a page for people.

use axum::Json;
use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::pages;
use crate::Language;
use crate::texts::Problem;
use crate::verification::{RandomnessError, VerificationError};

/// A request that was not granted. The text is for developers.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// The card's answer did not pass.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// This flow takes an authentication only after a signature.
    #[error("this session has no fresh signature for this flow")]
    SignatureFirst,
    /// No account belongs to the authentication certificate.
    #[error("no account belongs to this authentication certificate")]
    NotRegistered,
    /// The account was made with another signature certificate.
    #[error("the account was registered with another signature certificate")]
    OtherSignatureCertificate,
    /// The request was not made by a page of this site.
    #[error("the Origin header is not this site's origin")]
    OtherOrigin,
    /// The body is too long, or is not JSON by its type.
    #[error("the body is not application/json of at most 16 KiB")]
    Body(StatusCode),
    /// The body is not the JSON that is expected here.
    #[error("the body is malformed: {0}")]
    Malformed(#[source] serde_json::Error),
    /// There is nothing at this address.
    #[error("there is nothing at this address")]
    NotFound,
    /// The system failed.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl Refusal {
    /// The code for programs, snake_case.
    fn code(&self) -> &'static str {
        use VerificationError as E;
        match self {
            Self::Verification(E::ChallengeMissing(_) | E::ChallengeExpired(_)) => "challenge_gone",
            Self::Verification(
                E::TokenFormat | E::Algorithm | E::Base64(_) | E::TooLong(_) | E::SignatureCount(_),
            ) => "answer_unusable",
            Self::Verification(E::SignatureMismatch) => "signature_mismatch",
            Self::Verification(E::Expired) => "certificate_expired",
            Self::Verification(_) => "certificate_refused",
            Self::SignatureFirst => "signature_first",
            Self::NotRegistered => "not_registered",
            Self::OtherSignatureCertificate => "other_signature_certificate",
            Self::OtherOrigin => "other_origin",
            Self::Body(_) | Self::Malformed(_) => "request_malformed",
            Self::NotFound => "not_found",
            Self::Randomness(_) => "internal",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Verification(
                VerificationError::ChallengeMissing(_) | VerificationError::ChallengeExpired(_),
            )
            | Self::SignatureFirst => StatusCode::CONFLICT,
            Self::Verification(_)
            | Self::NotRegistered
            | Self::OtherSignatureCertificate
            | Self::OtherOrigin => StatusCode::FORBIDDEN,
            Self::Body(status) => *status,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Randomness(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What people read.
    pub(super) fn problem(&self, language: Language) -> Problem {
        let texts = language.texts();
        match self.code() {
            "challenge_gone" => texts.challenge_gone,
            "answer_unusable" => texts.answer_unusable,
            "signature_mismatch" => texts.signature_mismatch,
            "certificate_expired" => texts.certificate_expired,
            "certificate_refused" => texts.certificate_refused,
            "signature_first" => texts.signature_first,
            "not_registered" => texts.not_registered,
            "other_signature_certificate" => texts.other_signature_certificate,
            "other_origin" => texts.other_origin,
            "request_malformed" => texts.request_malformed,
            "not_found" => texts.not_found,
            _ => texts.internal,
        }
    }

    /// The answer: JSON under `/api/`, a page elsewhere.
    pub(super) fn answer(&self, path: &str, language: Language) -> Response {
        tracing::info!(code = self.code(), reason = %self, "refused");
        let Problem { message, advice } = self.problem(language);
        if !path.starts_with("/api/") {
            return (
                self.status(),
                pages::refused(language, self.problem(language)),
            )
                .into_response();
        }
        let error = json!({
            "code": self.code(),
            "message": message,
            "advice": advice,
            "detail": self.to_string(),
        });
        (self.status(), Json(json!({ "error": error }))).into_response()
    }
}

/// Reads a JSON body. The type is demanded because a form of another site cannot send it.
pub(super) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let media_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if media_type.and_then(|value| value.split(';').next()) != Some("application/json") {
        return Err(Refusal::Body(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|rejection| Refusal::Body(rejection.into_response().status()))?;
    serde_json::from_slice(&body).map_err(Refusal::Malformed)
}
