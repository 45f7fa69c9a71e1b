//! What other sites, broken clients and curious ones run into.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::browser::{ORIGIN_TEXT, TestSite};
use crate::holder::Holder;

const POSTS: [&str; 7] = [
    "/register/confirm",
    "/register/discard",
    "/logout",
    "/api/register/signature/challenge",
    "/api/register/signature",
    "/api/register/authentication/challenge",
    "/api/login-authentication/authentication",
];

#[tokio::test]
async fn every_answer_carries_the_protective_headers() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for path in [
        "/",
        "/register",
        "/login",
        "/jpkid.js",
        "/app.js",
        "/style.css",
        "/nowhere",
        "/account",
    ] {
        let answer = browser.open(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for directive in [
            "default-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert_eq!(answer.headers["referrer-policy"], "same-origin");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin");
    }
}

#[tokio::test]
async fn over_tls_cookies_and_connections_are_kept_to_it() {
    let site = TestSite::at("https://site.example", &Holder::new());
    let headers = [
        (HOST, "site.example"),
        (ORIGIN, "https://site.example"),
        (CONTENT_TYPE, "application/json"),
    ];
    let path = "/api/register/signature/challenge";
    let answer = site
        .browser()
        .send(Method::POST, path, &headers, "{}")
        .await;
    assert_eq!(
        answer.headers["strict-transport-security"],
        "max-age=31536000"
    );
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn another_site_s_request_changes_nothing() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for path in POSTS {
        for origin in [
            "https://evil.example",
            "null",
            "http://localhost:8081",
            "http://localhost:8080.evil.example",
        ] {
            let headers = [
                (HOST, "localhost:8080"),
                (ORIGIN, origin),
                (CONTENT_TYPE, "application/json"),
            ];
            let answer = browser.send(Method::POST, path, &headers, "{}").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {origin}");
        }
        let headers = [(HOST, "localhost:8080"), (CONTENT_TYPE, "application/json")];
        assert_eq!(
            browser
                .send(Method::POST, path, &headers, "{}")
                .await
                .status,
            StatusCode::FORBIDDEN
        );
    }
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn a_site_opened_under_another_name_leads_to_its_own() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for host in ["127.0.0.1:8080", "localhost", "evil.example"] {
        let answer = browser
            .send(
                Method::GET,
                "/login?lang=en",
                &[(HOST, host)],
                Body::empty(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(answer.location(), "http://localhost:8080/login?lang=en");
    }
}

#[tokio::test]
async fn only_json_of_a_card_s_size_is_read() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    let path = "/api/login-authentication/authentication";
    for (media_type, body, status) in [
        (
            "text/plain",
            "{}".to_owned(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "application/x-www-form-urlencoded",
            "{}".to_owned(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "application/json",
            " ".repeat(16 * 1024 + 1),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        ("application/json", String::new(), StatusCode::BAD_REQUEST),
        ("application/json", "[]".to_owned(), StatusCode::BAD_REQUEST),
        (
            "application/json",
            "{".repeat(10_000),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/json",
            "[".repeat(10_000),
            StatusCode::BAD_REQUEST,
        ),
        (
            "application/json; charset=utf-8",
            "{\"format\":1}".to_owned(),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let headers = [
            (HOST, "localhost:8080"),
            (ORIGIN, ORIGIN_TEXT),
            (CONTENT_TYPE, media_type),
        ];
        let answer = browser.send(Method::POST, path, &headers, body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, "request_malformed"),
            "{media_type}"
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_leaves_the_challenge_open() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    let nonce = browser.challenge("login-authentication").await;
    let path = "login-authentication/authentication";
    assert_eq!(
        browser.post(path, &json!({})).await.code(),
        "request_malformed"
    );
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);
    assert_eq!(browser.post(path, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_flows_are_not_found() {
    let mut browser = TestSite::trusting(&Holder::new()).browser();
    for path in [
        "nothing/signature/challenge",
        "nothing/authentication/challenge",
        "login-authentication/signature/challenge",
    ] {
        let answer = browser.post(path, &json!({})).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found")
        );
    }
}
