//! Logging in and out.

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use serde_json::json;

use crate::browser::{ORIGIN_TEXT, TestSite};
use crate::holder::Holder;

#[tokio::test]
async fn a_person_logs_in_with_password_and_pin_and_out_again() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;

    assert_eq!(
        browser.sign("login-both", &mut holder).await.status,
        StatusCode::OK
    );
    let answer = browser.authenticate("login-both", &mut holder).await;
    assert_eq!(answer.json(), json!({ "next": "/account" }));
    let account = browser.open("/account").await;
    assert_eq!(account.page(), "account");
    assert_eq!(
        account.text("last-login"),
        "Friday, 15 January 2027, 12:04 JST"
    );
    assert_eq!(account.text("previous-login"), "This is your first log-in");
    assert_eq!(account.text("login-method"), "Signature password and PIN");
    assert_eq!(account.text("account-name"), "見本　花子");
    assert!(account.body.contains("Revocation not checked"));
    assert_eq!(browser.open("/login").await.location(), "/account");

    let session = browser.cookies["session"].clone();
    assert_eq!(browser.submit("/logout").await.location(), "/logged-out");
    assert!(!browser.cookies.contains_key("session"));
    assert_eq!(browser.open("/account").await.location(), "/login");
    // Ended on the server too, not only forgotten by the browser.
    browser.cookies.insert("session".into(), session);
    assert_eq!(browser.open("/account").await.location(), "/login");
}

#[tokio::test]
async fn the_pin_alone_is_enough_and_the_log_in_before_is_shown() {
    let mut holder = Holder::new();
    let site = TestSite::trusting(&holder);
    let mut browser = site.browser();
    browser.register(&mut holder).await;
    browser
        .authenticate("login-authentication", &mut holder)
        .await;
    browser.submit("/logout").await;

    site.wait(24 * 60 * 60);
    browser.language = "ja";
    browser
        .authenticate("login-authentication", &mut holder)
        .await;
    let account = browser.open("/account").await;
    assert_eq!(
        account.text("last-login"),
        "2027年1月16日（土）12時04分（日本時間）"
    );
    assert_eq!(
        account.text("previous-login"),
        "2027年1月15日（金）12時04分（日本時間）"
    );
    assert_eq!(account.text("login-method"), "暗証番号だけ");
    assert!(account.body.contains("失効確認はしていません"));
}

#[tokio::test]
async fn a_log_in_gets_a_new_session_id() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    let before = browser.cookies["session"].clone();
    let answer = browser
        .authenticate("login-authentication", &mut holder)
        .await;
    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{cookie}"
    );
    assert_ne!(browser.cookies["session"], before);
    browser.cookies.insert("session".into(), before);
    assert_eq!(browser.open("/account").await.location(), "/login");
}

#[tokio::test]
async fn a_token_is_taken_once() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    let nonce = browser.challenge("login-authentication").await;
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);
    let mut thief = browser.clone();
    assert_eq!(
        browser
            .post("login-authentication/authentication", &token)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        browser
            .post("login-authentication/authentication", &token)
            .await
            .code(),
        "challenge_gone"
    );
    assert_eq!(
        thief
            .post("login-authentication/authentication", &token)
            .await
            .code(),
        "challenge_gone"
    );
}

#[tokio::test]
async fn a_token_is_taken_only_in_the_session_that_asked_for_it() {
    let mut holder = Holder::new();
    let site = TestSite::trusting(&holder);
    let mut browser = site.browser();
    browser.register(&mut holder).await;
    let nonce = browser.challenge("login-authentication").await;
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);

    let mut without_session = site.browser();
    let path = "login-authentication/authentication";
    assert_eq!(
        without_session.post(path, &token).await.code(),
        "challenge_gone"
    );
    let mut other_session = site.browser();
    other_session.challenge("login-authentication").await;
    assert_eq!(
        other_session.post(path, &token).await.code(),
        "signature_mismatch"
    );
    // Neither attempt used up the challenge of the session it belongs to.
    assert_eq!(browser.post(path, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_comes_within_five_minutes() {
    let mut holder = Holder::new();
    let site = TestSite::trusting(&holder);
    let mut browser = site.browser();
    browser.register(&mut holder).await;
    let nonce = browser.challenge("login-authentication").await;
    site.wait(301);
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);
    assert_eq!(
        browser
            .post("login-authentication/authentication", &token)
            .await
            .code(),
        "challenge_gone"
    );
}

#[tokio::test]
async fn a_token_for_one_flow_serves_no_other() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    browser.sign("register", &mut holder).await;
    let nonce = browser.challenge("register").await;
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);
    assert_eq!(
        browser
            .post("login-authentication/authentication", &token)
            .await
            .code(),
        "challenge_gone"
    );
}

#[tokio::test]
async fn a_token_for_another_site_is_refused() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    let nonce = browser.challenge("login-authentication").await;
    let token = holder.authenticate("https://evil.example", &nonce);
    let answer = browser
        .post("login-authentication/authentication", &token)
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "signature_mismatch")
    );
    assert_eq!(browser.open("/account").await.location(), "/login");
}

#[tokio::test]
async fn another_person_s_signature_does_not_complete_a_log_in() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    // The same authority, another person.
    let mut other = Holder::with(
        "seed = 'relying party'
         [holder]
         name = '別人'
         [validity]
         from = 2026-04-01
         until = 2031-04-01",
    );
    assert_eq!(
        browser.sign("login-both", &mut other).await.status,
        StatusCode::OK
    );
    let answer = browser.authenticate("login-both", &mut holder).await;
    assert_eq!(answer.code(), "other_signature_certificate");
    assert_eq!(browser.open("/account").await.location(), "/login");
}

#[tokio::test]
async fn half_an_hour_without_use_ends_the_session() {
    let mut holder = Holder::new();
    let site = TestSite::trusting(&holder);
    let mut browser = site.browser();
    browser.register(&mut holder).await;
    browser
        .authenticate("login-authentication", &mut holder)
        .await;
    site.wait(30 * 60);
    assert_eq!(browser.open("/account").await.page(), "account");
    site.wait(30 * 60 + 1);
    assert_eq!(browser.open("/account").await.location(), "/login");
}
