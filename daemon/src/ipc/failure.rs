//! Why a request was not answered with a result, in the caller's words.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::error_code::{ErrorCode, Missing};
use crate::language::Language;

/// The number in `error.code` (JSON-RPC 2.0, section 5.1). Only malformed requests are told apart by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum RpcCode {
    NotJson,
    NotARequest,
    UnknownMethod,
    BadParams,
    Refused,
}

impl RpcCode {
    fn number(self) -> i32 {
        match self {
            Self::NotJson => -32700,
            Self::NotARequest => -32600,
            Self::UnknownMethod => -32601,
            Self::BadParams => -32602,
            Self::Refused => -32000,
        }
    }
}

/// Why a request failed, and what a client may show or do about it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code}{}", detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default())]
pub struct Failure {
    rpc: RpcCode,
    code: ErrorCode,
    tries_left: Option<u8>,
    field: Option<Cow<'static, str>>,
    detail: Option<String>,
    retry_after_seconds: Option<u64>,
    missing: Option<Missing>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl Failure {
    /// A failure with this code and nothing else to say.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        let rpc = match code {
            ErrorCode::InvalidRequest => RpcCode::NotARequest,
            _ => RpcCode::Refused,
        };
        Self {
            rpc,
            code,
            tries_left: None,
            field: None,
            detail: None,
            retry_after_seconds: None,
            missing: None,
        }
    }

    /// A service that is needed does not run.
    #[must_use]
    pub fn no_service(missing: Missing) -> Self {
        Self {
            missing: Some(missing),
            ..Self::new(ErrorCode::NoService)
        }
    }

    /// The frame is not JSON (-32700).
    #[must_use]
    pub fn not_json(detail: impl Into<String>) -> Self {
        Self {
            rpc: RpcCode::NotJson,
            ..Self::new(ErrorCode::InvalidRequest).with_detail(detail)
        }
    }

    /// The JSON is not a JSON-RPC 2.0 request (-32600).
    #[must_use]
    pub fn not_a_request(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidRequest).with_detail(detail)
    }

    /// There is no such method (-32601).
    #[must_use]
    pub fn unknown_method() -> Self {
        Self {
            rpc: RpcCode::UnknownMethod,
            ..Self::new(ErrorCode::InvalidRequest).with_field("method")
        }
    }

    /// A field of `params` is missing, extra or wrong (-32602).
    #[must_use]
    pub fn bad_field(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self {
            rpc: RpcCode::BadParams,
            ..Self::new(ErrorCode::InvalidRequest)
                .with_field(field)
                .with_detail(detail)
        }
    }

    /// Adds the tries left of the PIN in question.
    #[must_use]
    pub fn with_tries_left(mut self, tries: u8) -> Self {
        self.tries_left = Some(tries);
        self
    }

    /// Adds the field of the request that is to blame.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a cause for developers: English, without personal data.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds when to ask again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The cause.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The tries left of the PIN in question, where the failure is about one.
    #[must_use]
    pub fn tries_left(&self) -> Option<u8> {
        self.tries_left
    }

    /// The field of the request that is to blame.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The cause for developers.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// One or two sentences for the person: what happened.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let mut message = language.text(&format!("error-{}", self.code), &[]);
        if let Some(tries) = self.tries_left.filter(|tries| *tries > 0) {
            let tries = language.text("error-tries-left", &[("tries", &tries.to_string())]);
            message = join_sentences(language, &message, &tries);
        }
        message
    }

    /// One or two sentences for the person: what to do now.
    #[must_use]
    pub fn advice(&self, language: Language) -> String {
        let mut advice = language.text(&format!("advice-{}", self.code), &[]);
        if let Some(seconds) = self.retry_after_seconds {
            let wait = language.text("advice-retry-after", &[("seconds", &seconds.to_string())]);
            advice = join_sentences(language, &advice, &wait);
        }
        advice
    }

    /// The `error.data` object; `status` shows the same for a card that cannot be read.
    #[must_use]
    pub fn data(&self, language: Language) -> Value {
        let mut data = Map::new();
        data.insert("code".into(), self.code.as_str().into());
        data.insert("advice".into(), self.advice(language).into());
        if let Some(tries) = self.tries_left {
            data.insert("triesLeft".into(), tries.into());
        }
        if let Some(field) = &self.field {
            data.insert("field".into(), field.as_ref().into());
        }
        if let Some(detail) = &self.detail {
            data.insert("detail".into(), detail.as_str().into());
        }
        if let Some(seconds) = self.retry_after_seconds {
            data.insert("retryAfterSeconds".into(), seconds.into());
        }
        if let Some(missing) = self.missing {
            data.insert("missing".into(), missing.as_str().into());
        }
        Value::Object(data)
    }

    /// The JSON-RPC `error` object.
    #[must_use]
    pub fn to_json(&self, language: Language) -> Value {
        json!({
            "code": self.rpc.number(),
            "message": self.message(language),
            "data": self.data(language),
        })
    }
}

fn join_sentences(language: Language, first: &str, second: &str) -> String {
    [first, second].join(language.between_sentences())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_message_and_an_advice_in_every_language() {
        for code in ErrorCode::ALL {
            for language in Language::ALL {
                let failure = Failure::new(code);
                for text in [failure.message(language), failure.advice(language)] {
                    assert!(
                        !text.contains(code.as_str()),
                        "{code} in {language:?}: {text}"
                    );
                    // Thai ends a sentence without a mark.
                    assert!(
                        language == Language::Thai || text.ends_with(['.', '。', '।', '။']),
                        "{code} in {language:?}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn optional_facts_stand_only_where_they_apply() {
        let bare = Failure::new(ErrorCode::NoCard).data(Language::English);
        assert_eq!(bare.as_object().map(Map::len), Some(2));

        let full = Failure::bad_field("origin", "it has a path")
            .with_tries_left(2)
            .with_retry_after(10)
            .to_json(Language::English);
        assert_eq!(full["code"], -32602);
        assert_eq!(full["data"]["code"], "invalid_request");
        assert_eq!(full["data"]["field"], "origin");
        assert_eq!(full["data"]["detail"], "it has a path");
        assert_eq!(full["data"]["triesLeft"], 2);
        assert_eq!(full["data"]["retryAfterSeconds"], 10);
    }

    #[test]
    fn the_number_tells_malformed_requests_apart() {
        let number = |failure: Failure| failure.to_json(Language::English)["code"].clone();
        assert_eq!(number(Failure::not_json("x")), -32700);
        assert_eq!(number(Failure::not_a_request("x")), -32600);
        assert_eq!(number(Failure::unknown_method()), -32601);
        assert_eq!(number(Failure::new(ErrorCode::OriginRefused)), -32000);
    }

    #[test]
    fn a_wrong_pin_says_how_many_tries_are_left() {
        let failure = Failure::new(ErrorCode::PinIncorrect).with_tries_left(2);
        for language in Language::ALL {
            assert!(failure.message(language).contains('2'), "{language:?}");
        }
    }
}
