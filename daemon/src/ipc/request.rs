//! The JSON-RPC 2.0 envelope of what a client sends.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Call, Failure};
use crate::language::Language;

/// The longest text id; ids are kept while their requests are pending.
const MAX_ID_LEN: usize = 128;

/// The longest `startedBy`: an extension's origin or add-on id.
const MAX_STARTED_BY_LEN: usize = 255;

/// A request's id: text or an integer. An answer carries the same.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum RequestId {
    /// A text id.
    Text(String),
    /// A number without fraction, as it was written.
    Integer(serde_json::Number),
}

impl RequestId {
    /// Takes an id from JSON; `None` for anything but text of up to 128 bytes or an integer of 64 bits.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if text.len() <= MAX_ID_LEN => Some(Self::Text(text.clone())),
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                Some(Self::Integer(number.clone()))
            }
            _ => None,
        }
    }

    /// The id as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Integer(number) => Value::Number(number.clone()),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_json().fmt(f)
    }
}

/// What one frame asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Request {
    /// For [`Methods`](super::Methods).
    Call {
        /// The request's id.
        id: RequestId,
        /// The request.
        call: Call,
    },
    /// End the pending request `target` of the same connection.
    Cancel {
        /// The id of this request.
        id: RequestId,
        /// The id of the pending one.
        target: RequestId,
    },
    /// Send notifications from now on.
    Subscribe {
        /// The request's id.
        id: RequestId,
    },
    /// The native host says who started it; without an answer.
    Introduce {
        /// The extension's origin (Chromium) or add-on id (Firefox).
        started_by: String,
    },
}

/// A frame that is no request, with what can be said of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed {
    /// The request's id, where it could be read.
    pub id: Option<RequestId>,
    /// The language of `params.lang`, where it could be read.
    pub lang: Option<Language>,
    /// What is wrong.
    pub failure: Failure,
}

impl Request {
    /// Parses the content of a frame.
    ///
    /// # Errors
    /// [`Malformed`], with the first fault found: JSON, then the envelope, the method, the parameters.
    pub fn parse(content: &[u8]) -> Result<Self, Malformed> {
        let value: Value = serde_json::from_slice(content).map_err(|error| Malformed {
            id: None,
            lang: None,
            // The category alone: the error's own text could repeat what was sent.
            failure: Failure::not_json(format!(
                "{:?} error at line {}, column {}",
                error.classify(),
                error.line(),
                error.column()
            )),
        })?;
        let Value::Object(envelope) = value else {
            return Err(Malformed {
                id: None,
                lang: None,
                failure: Failure::not_a_request(match value {
                    Value::Array(_) => "batches are not served",
                    _ => "a request is an object",
                }),
            });
        };
        let id = envelope.get("id").and_then(RequestId::from_json);
        let lang = language_of(&envelope);
        parse_envelope(envelope, id.clone()).map_err(|failure| Malformed { id, lang, failure })
    }
}

fn parse_envelope(
    mut envelope: Map<String, Value>,
    id: Option<RequestId>,
) -> Result<Request, Failure> {
    let wrong =
        |field: &'static str, detail: &str| Err(Failure::not_a_request(detail).with_field(field));
    if envelope.remove("jsonrpc") != Some(Value::String("2.0".into())) {
        return wrong("jsonrpc", "it is not \"2.0\"");
    }
    let id_given = envelope.remove("id").is_some();
    let Some(Value::String(method)) = envelope.remove("method") else {
        return wrong("method", "it is missing or not a string");
    };
    let params = match envelope.remove("params") {
        None => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return Err(Failure::bad_field("params", "it is not an object")),
    };
    if let Some(extra) = envelope.keys().next() {
        let extra: String = extra.chars().take(64).collect();
        return Err(Failure::not_a_request("a request has no such member").with_field(extra));
    }
    if method == "introduce" {
        return if id_given {
            wrong("id", "introduce is a notification")
        } else {
            parse_introduce(params)
        };
    }
    let Some(id) = id else {
        return wrong(
            "id",
            "it is missing, or neither a short string nor an integer",
        );
    };
    match method.as_str() {
        "cancel" => parse_cancel(id, params),
        "subscribe" => match params.keys().next() {
            None => Ok(Request::Subscribe { id }),
            Some(_) => Err(Failure::bad_field("params", "subscribe takes none")),
        },
        _ => match Call::parse(&method, params) {
            Some(call) => Ok(Request::Call { id, call: call? }),
            None => Err(Failure::unknown_method()),
        },
    }
}

fn parse_cancel(id: RequestId, params: Map<String, Value>) -> Result<Request, Failure> {
    let target = params
        .get("id")
        .and_then(RequestId::from_json)
        .ok_or_else(|| Failure::bad_field("id", "params.id is missing or not a request's id"))?;
    match params.keys().find(|key| *key != "id") {
        None => Ok(Request::Cancel { id, target }),
        Some(extra) => Err(Failure::bad_field(
            extra.chars().take(64).collect::<String>(),
            "this method has no such parameter",
        )),
    }
}

fn parse_introduce(params: Map<String, Value>) -> Result<Request, Failure> {
    match params.get("startedBy") {
        Some(Value::String(text)) if params.len() == 1 && text.len() <= MAX_STARTED_BY_LEN => {
            Ok(Request::Introduce {
                started_by: text.clone(),
            })
        }
        _ => Err(Failure::bad_field(
            "startedBy",
            "introduce takes one text, startedBy",
        )),
    }
}

/// Even an answer to a wrong request is in the caller's language.
fn language_of(envelope: &Map<String, Value>) -> Option<Language> {
    let tag = envelope.get("params")?.get("lang")?.as_str()?;
    Language::parse(tag).ok()?
}

/// The answer to a request.
#[must_use]
pub fn response(id: &RequestId, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id.to_json(), "result": result})
}

/// The answer to a request that failed; without an id it belongs to none.
#[must_use]
pub fn error_response(id: Option<&RequestId>, failure: &Failure, language: Language) -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": id.map_or(Value::Null, RequestId::to_json),
        "error": failure.to_json(language),
    })
}
