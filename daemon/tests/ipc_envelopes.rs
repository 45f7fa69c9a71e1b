//! Every bad envelope is answered with an error that names the member.

use jpkid::ipc::ErrorCode;
use jpkid::ipc::request::{Malformed, Request};
use jpkid::language::Language;
use serde_json::{Value, json};

fn parse(value: &Value) -> Result<Request, Malformed> {
    Request::parse(value.to_string().as_bytes())
}

fn request(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
}

#[test]
fn every_bad_envelope_is_named() {
    let table = [
        (
            json!({"id": 1, "method": "status"}),
            -32600,
            Some("jsonrpc"),
        ),
        (
            json!({"jsonrpc": "1.0", "id": 1, "method": "status"}),
            -32600,
            Some("jsonrpc"),
        ),
        (
            json!({"jsonrpc": 2.0, "id": 1, "method": "status"}),
            -32600,
            Some("jsonrpc"),
        ),
        (
            json!({"jsonrpc": "2.0", "method": "status"}),
            -32600,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": null, "method": "status"}),
            -32600,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1.5, "method": "status"}),
            -32600,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": [1], "method": "status"}),
            -32600,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": "x".repeat(129), "method": "status"}),
            -32600,
            Some("id"),
        ),
        (json!({"jsonrpc": "2.0", "id": 1}), -32600, Some("method")),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": 1}),
            -32600,
            Some("method"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "status", "x": 1}),
            -32600,
            Some("x"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "Status"}),
            -32601,
            Some("method"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "status", "params": []}),
            -32602,
            Some("params"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "cancel", "params": {}}),
            -32602,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "cancel", "params": {"id": {}}}),
            -32602,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "cancel", "params": {"id": 1, "x": 1}}),
            -32602,
            Some("x"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "subscribe", "params": {"x": 1}}),
            -32602,
            Some("params"),
        ),
        (
            json!({"jsonrpc": "2.0", "id": 1, "method": "introduce", "params": {"startedBy": "x"}}),
            -32600,
            Some("id"),
        ),
        (
            json!({"jsonrpc": "2.0", "method": "introduce", "params": {}}),
            -32602,
            Some("startedBy"),
        ),
        (
            json!({"jsonrpc": "2.0", "method": "introduce", "params": {"startedBy": "x".repeat(256)}}),
            -32602,
            Some("startedBy"),
        ),
        (json!([request("status", &json!({}))]), -32600, None),
        (json!([]), -32600, None),
        (json!("status"), -32600, None),
        (json!(null), -32600, None),
    ];
    for (message, code, field) in table {
        let failure = parse(&message).expect_err(&message.to_string()).failure;
        assert_eq!(failure.code(), ErrorCode::InvalidRequest, "{message}");
        assert_eq!(failure.field(), field, "{message}");
        assert_eq!(
            failure.to_json(Language::English)["code"],
            code,
            "{message}"
        );
    }
}

#[test]
fn what_is_not_json_is_said_to_be_so_without_repeating_it() {
    let deep = "[".repeat(10_000);
    for content in [
        &b""[..],
        b"{",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"} x",
        b"\xFF\xFE",
        b"{\"secret\": secret}",
        deep.as_bytes(),
    ] {
        let malformed = Request::parse(content).expect_err("not JSON");
        assert_eq!(malformed.failure.to_json(Language::English)["code"], -32700);
        assert!(!malformed.failure.to_string().contains("secret"));
        assert_eq!(malformed.id, None);
    }
}
