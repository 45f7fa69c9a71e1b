//! Any bytes as a request: what is taken is bounded and can be written again, what is refused is told in few words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jpkid::ipc::request::{Malformed, Request, RequestId, error_response};
use jpkid::ipc::{Call, Failure, Hashes, HistoryParams, Origin};
use jpkid::language::Language;
use serde_json::{Map, Value, json};
use url::Url;

/// The longest answer to a request that is refused, in bytes: id, field and texts, each escaped at worst.
const MAX_REFUSAL_LEN: usize = 4 * 1024;

/// Takes a request, and the same bytes as an origin; tells whether either was taken.
pub fn check(input: &[u8]) -> bool {
    let is_origin = str::from_utf8(input).is_ok_and(|text| match Origin::parse(text) {
        Ok(origin) => {
            check_origin(&origin, text);
            true
        }
        Err(failure) => {
            check_refusal(None, &failure);
            false
        }
    });
    match Request::parse(input) {
        Ok(request) => {
            check_bounds(&request);
            let again = to_json(&request).to_string();
            assert_eq!(Request::parse(again.as_bytes()), Ok(request), "{again}");
            true
        }
        Err(Malformed { id, failure, .. }) => {
            check_refusal(id.as_ref(), &failure);
            is_origin
        }
    }
}

fn check_refusal(id: Option<&RequestId>, failure: &Failure) {
    for language in [Language::English, Language::Japanese] {
        let answer = error_response(id, failure, language).to_string();
        assert!(answer.len() <= MAX_REFUSAL_LEN, "{answer}");
    }
}

/// What a signature covers is what was given; what a person sees leads to the same site and to no line of its own.
fn check_origin(origin: &Origin, given: &str) {
    assert_eq!(origin.as_str(), given);
    assert!(given.len() <= 255 && given.bytes().all(|byte| byte.is_ascii_graphic()));
    let scheme = given.split(':').next();
    assert_eq!(origin.is_developer(), scheme == Some("http"));
    let shown = origin.display_unicode();
    assert!(
        !shown.contains(|c: char| c.is_control() || c.is_whitespace()),
        "{shown:?}"
    );
    let leads_to = Url::parse(shown).map(|url| url.origin().ascii_serialization());
    assert_eq!(leads_to.as_deref(), Ok(given), "{shown:?}");
}

fn check_bounds(request: &Request) {
    let id_is_short = |id: &RequestId| !matches!(id, RequestId::Text(text) if text.len() > 128);
    match request {
        Request::Call { id, call } => {
            assert!(id_is_short(id));
            check_call(call);
        }
        Request::Cancel { id, target } => assert!(id_is_short(id) && id_is_short(target)),
        Request::Subscribe { id } => assert!(id_is_short(id)),
        Request::Introduce { started_by } => assert!(started_by.len() <= 255),
    }
}

fn check_call(call: &Call) {
    let (origin, reader) = match call {
        Call::Status(_) => (None, None),
        Call::History(params) => {
            assert!((1..=HistoryParams::MAX_LIMIT).contains(&params.limit));
            (None, None)
        }
        Call::Authenticate(params) => {
            let length = params.challenge_nonce.as_str().chars().count();
            assert!((44..=128).contains(&length));
            (Some(&params.origin), params.card.reader.as_ref())
        }
        Call::Certificate(params) => (params.origin.as_ref(), params.card.reader.as_ref()),
        Call::Sign(params) => {
            let hashes = &params.hashes;
            assert!((1..=Hashes::MAX_COUNT).contains(&hashes.values().len()));
            let length = hashes.function().digest_len();
            assert!(hashes.values().iter().all(|hash| hash.len() == length));
            let certificate = params.certificate.as_ref();
            assert!(certificate.is_none_or(|der| (1..=6 * 1024).contains(&der.len())));
            (Some(&params.origin), params.card.reader.as_ref())
        }
    };
    if let Some(origin) = origin {
        check_origin(origin, origin.as_str());
    }
    assert!(reader.is_none_or(|name| (1..=128).contains(&name.len())));
}

/// The request as a client would write it.
fn to_json(request: &Request) -> Value {
    let (id, method, params) = match request {
        Request::Introduce { started_by } => {
            let params = json!({"startedBy": started_by});
            return json!({"jsonrpc": "2.0", "method": "introduce", "params": params});
        }
        Request::Subscribe { id } => (id, "subscribe", json!({})),
        Request::Cancel { id, target } => (id, "cancel", json!({"id": target.to_json()})),
        Request::Call { id, call } => (id, call.method(), params(call)),
    };
    json!({"jsonrpc": "2.0", "id": id.to_json(), "method": method, "params": params})
}

fn params(call: &Call) -> Value {
    let mut params = Map::new();
    let mut add = |name: &str, value: Option<String>| {
        params.extend(value.map(|value| (name.to_owned(), Value::String(value))));
    };
    add("lang", call.lang().map(|lang| lang.tag().to_owned()));
    let card = match call {
        Call::Status(_) | Call::History(_) => None,
        Call::Authenticate(own) => Some(&own.card),
        Call::Certificate(own) => Some(&own.card),
        Call::Sign(own) => Some(&own.card),
    };
    add("reader", card.and_then(|card| card.reader.clone()));
    let origin = |origin: &Origin| Some(origin.as_str().to_owned());
    match call {
        Call::Status(_) => {}
        Call::History(own) => {
            params.insert("limit".into(), own.limit.into());
        }
        Call::Authenticate(own) => {
            add(
                "challengeNonce",
                Some(own.challenge_nonce.as_str().to_owned()),
            );
            add("origin", origin(&own.origin));
        }
        Call::Certificate(own) => {
            add("kind", Some(own.kind.as_str().to_owned()));
            add("origin", own.origin.as_ref().and_then(origin));
        }
        Call::Sign(own) => {
            add(
                "hashFunction",
                Some(own.hashes.function().as_str().to_owned()),
            );
            add(
                "certificate",
                own.certificate.as_ref().map(|der| STANDARD.encode(der)),
            );
            add("origin", origin(&own.origin));
            let hashes = own.hashes.values().iter();
            params.insert(
                "hashes".into(),
                hashes.map(|hash| STANDARD.encode(hash)).collect(),
            );
        }
    }
    for (name, flag) in [
        ("progress", call.wants_progress()),
        ("waitForCard", card.is_some_and(|card| card.wait)),
        ("hold", matches!(call, Call::Certificate(own) if own.hold)),
        (
            "validity",
            matches!(call, Call::Status(own) if own.validity),
        ),
    ] {
        params.extend(flag.then(|| (name.to_owned(), flag.into())));
    }
    Value::Object(params)
}

/// The golden requests, and origins of every kind.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let origins = [
        "https://www.example.jp",
        "https://example.go.jp:8443",
        "https://xn--wgv71a119e.jp",
        "https://xn--bcher-kva.example:444",
        "https://192.0.2.1",
        "https://[2001:db8::1]:444",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://[::1]:3000",
    ];
    let mut seeds = super::golden_requests();
    seeds.extend(origins.map(|origin| origin.as_bytes().to_vec()));
    seeds
}
