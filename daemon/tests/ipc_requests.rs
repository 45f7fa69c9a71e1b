//! Every bad input is answered with an error that names the field.

#![expect(
    clippy::expect_used,
    reason = "a helper of tests fails as a test fails"
)]

use jpkid::ipc::request::{Request, RequestId};
use jpkid::ipc::{Call, ErrorCode, HashFunction};
use jpkid::language::Language;
use serde_json::{Value, json};

fn parse(value: &Value) -> Result<Request, jpkid::ipc::request::Malformed> {
    Request::parse(value.to_string().as_bytes())
}

fn request(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

fn authenticate() -> Value {
    json!({"challengeNonce": "n".repeat(44), "origin": "https://example.go.jp"})
}

fn sign() -> Value {
    json!({"hash": base64(32), "hashFunction": "SHA-256", "origin": "https://example.go.jp"})
}

fn base64(length: usize) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(vec![7; length])
}

/// `base` with one member put in; `null` takes it out.
fn with(mut base: Value, name: &str, value: Value) -> Value {
    let members = base.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.into(), value);
    }
    base
}

#[test]
fn good_requests_are_understood() {
    let call = |method: &str, params: Value| match parse(&request(method, &params)) {
        Ok(Request::Call { call, .. }) => call,
        other => panic!("{method}: {other:?}"),
    };
    assert!(matches!(call("status", json!({})), Call::Status(_)));
    let Call::Authenticate(params) = call(
        "authenticate",
        with(
            with(authenticate(), "lang", json!("ja-JP")),
            "reader",
            json!("Reader 0"),
        ),
    ) else {
        panic!("not authenticate")
    };
    assert_eq!(params.challenge_nonce.as_str(), "n".repeat(44));
    assert_eq!(params.origin.as_str(), "https://example.go.jp");
    assert_eq!(params.lang, Some(Language::Japanese));
    assert_eq!(params.card.reader.as_deref(), Some("Reader 0"));
    assert!(!params.card.wait && !params.progress);
    for kind in [
        "authentication",
        "signature",
        "authentication-ca",
        "signature-ca",
    ] {
        let Call::Certificate(params) = call("certificate", json!({"kind": kind})) else {
            panic!("not certificate")
        };
        assert_eq!(params.kind.as_str(), kind);
        assert_eq!(params.origin, None);
    }
    for (function, length) in [
        (HashFunction::Sha256, 32),
        (HashFunction::Sha384, 48),
        (HashFunction::Sha512, 64),
    ] {
        let params = json!({
            "hashes": vec![base64(length); 16], "hashFunction": function.as_str(),
            "origin": "https://example.go.jp", "certificate": base64(1600),
        });
        let Call::Sign(params) = call("sign", params) else {
            panic!("not sign")
        };
        assert_eq!(params.hashes.function(), function);
        assert_eq!(params.hashes.values(), vec![vec![7; length]; 16]);
        assert_eq!(params.certificate.map(|der| der.len()), Some(1600));
    }
}

#[test]
fn a_language_without_messages_leaves_the_choice_to_the_settings() {
    let Ok(Request::Call { call, .. }) = parse(&request("status", &json!({"lang": "et"}))) else {
        panic!("not a call")
    };
    assert_eq!(call.lang(), None);
}

#[test]
fn every_bad_parameter_is_named() {
    let long_origin = format!("https://{}.jp", "a".repeat(260));
    let table = [
        ("status", json!({}), "extra", json!(1), "extra"),
        ("status", json!({}), "lang", json!(7), "lang"),
        ("status", json!({}), "lang", json!("no tag!"), "lang"),
        ("status", json!({}), "lang", json!("x".repeat(36)), "lang"),
        (
            "authenticate",
            authenticate(),
            "challengeNonce",
            Value::Null,
            "challengeNonce",
        ),
        (
            "authenticate",
            authenticate(),
            "challengeNonce",
            json!(44),
            "challengeNonce",
        ),
        (
            "authenticate",
            authenticate(),
            "challengeNonce",
            json!("n".repeat(43)),
            "challengeNonce",
        ),
        (
            "authenticate",
            authenticate(),
            "challengeNonce",
            json!("n".repeat(129)),
            "challengeNonce",
        ),
        (
            "authenticate",
            authenticate(),
            "origin",
            Value::Null,
            "origin",
        ),
        (
            "authenticate",
            authenticate(),
            "origin",
            json!(["https://example.go.jp"]),
            "origin",
        ),
        (
            "authenticate",
            authenticate(),
            "origin",
            json!("https://example.go.jp/"),
            "origin",
        ),
        (
            "authenticate",
            authenticate(),
            "origin",
            json!(long_origin),
            "origin",
        ),
        (
            "authenticate",
            authenticate(),
            "reader",
            json!(""),
            "reader",
        ),
        (
            "authenticate",
            authenticate(),
            "reader",
            json!("r".repeat(129)),
            "reader",
        ),
        ("authenticate", authenticate(), "reader", json!(0), "reader"),
        (
            "authenticate",
            authenticate(),
            "waitForCard",
            json!("yes"),
            "waitForCard",
        ),
        (
            "authenticate",
            authenticate(),
            "progress",
            json!(1),
            "progress",
        ),
        ("history", json!({}), "limit", json!(0), "limit"),
        ("history", json!({}), "limit", json!(101), "limit"),
        ("history", json!({}), "limit", json!(1.5), "limit"),
        ("history", json!({}), "limit", json!("20"), "limit"),
        ("authenticate", authenticate(), "lang", json!({}), "lang"),
        (
            "authenticate",
            authenticate(),
            "hash",
            json!(base64(32)),
            "hash",
        ),
        (
            "authenticate",
            authenticate(),
            "Origin",
            json!("https://example.go.jp"),
            "Origin",
        ),
        ("certificate", json!({}), "kind", Value::Null, "kind"),
        ("certificate", json!({}), "kind", json!("root"), "kind"),
        (
            "certificate",
            json!({"kind": "signature"}),
            "origin",
            json!("https://a.jp?"),
            "origin",
        ),
        (
            "certificate",
            json!({"kind": "signature"}),
            "pin",
            json!("1234"),
            "pin",
        ),
        ("sign", sign(), "hash", Value::Null, "hashes"),
        ("sign", sign(), "hash", json!(32), "hash"),
        ("sign", sign(), "hash", json!("not base64!"), "hash"),
        ("sign", sign(), "hash", json!(base64(31)), "hash"),
        ("sign", sign(), "hash", json!(base64(33)), "hash"),
        (
            "sign",
            sign(),
            "hash",
            json!(base64(32).trim_end_matches('=')),
            "hash",
        ),
        ("sign", sign(), "hashes", json!([base64(32)]), "hash"),
        ("sign", sign(), "hashFunction", Value::Null, "hashFunction"),
        (
            "sign",
            sign(),
            "hashFunction",
            json!("SHA-1"),
            "hashFunction",
        ),
        (
            "sign",
            sign(),
            "hashFunction",
            json!("sha-256"),
            "hashFunction",
        ),
        ("sign", sign(), "hashFunction", json!("SHA-384"), "hash"),
        ("sign", sign(), "certificate", json!(1), "certificate"),
        ("sign", sign(), "certificate", json!(""), "certificate"),
        (
            "sign",
            sign(),
            "certificate",
            json!("-----BEGIN"),
            "certificate",
        ),
        (
            "sign",
            sign(),
            "certificate",
            json!(base64(6145)),
            "certificate",
        ),
        ("sign", sign(), "origin", Value::Null, "origin"),
    ];
    for (method, base, name, value, field) in table {
        let params = with(base, name, value);
        let malformed = parse(&request(method, &params)).expect_err(&params.to_string());
        let failure = malformed.failure;
        assert_eq!(failure.code(), ErrorCode::InvalidRequest, "{params}");
        assert_eq!(failure.field(), Some(field), "{method} {params}");
        assert!(failure.detail().is_some(), "{params}");
        assert_eq!(
            failure.to_json(Language::English)["code"],
            -32602,
            "{params}"
        );
        assert_eq!(malformed.id, RequestId::from_json(&json!(1)));
    }
}

#[test]
fn the_list_of_hashes_has_1_to_16_good_ones() {
    let base = with(sign(), "hash", Value::Null);
    let good = base64(32);
    for hashes in [
        json!([]),
        json!(vec![&good; 17]),
        json!([good, 1]),
        json!([good, base64(48)]),
        json!([good, "?"]),
        json!({"0": good}),
        json!(good),
    ] {
        let params = with(base.clone(), "hashes", hashes);
        let failure = parse(&request("sign", &params)).expect_err("wrong").failure;
        assert_eq!(failure.field(), Some("hashes"), "{params}");
    }
}

#[test]
fn plain_http_is_refused_and_not_called_malformed() {
    let params = with(authenticate(), "origin", json!("http://example.go.jp"));
    let failure = parse(&request("authenticate", &params))
        .expect_err("http")
        .failure;
    assert_eq!(failure.code(), ErrorCode::OriginRefused);
    assert_eq!(failure.field(), Some("origin"));
    assert_eq!(failure.to_json(Language::English)["code"], -32000);
}
