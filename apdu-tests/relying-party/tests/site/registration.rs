//! Registering.

use axum::http::StatusCode;
use serde_json::json;

use crate::browser::{ORIGIN_TEXT, TestSite};
use crate::holder::Holder;

#[tokio::test]
async fn a_person_registers_with_password_and_pin_and_confirms_what_the_certificate_says() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    assert_eq!(browser.open("/register").await.page(), "register");

    assert_eq!(
        browser.sign("register", &mut holder).await.status,
        StatusCode::OK
    );
    let answer = browser.authenticate("register", &mut holder).await;
    assert_eq!(answer.json(), json!({ "next": "/register/confirm" }));

    let form = browser.open("/register/confirm").await;
    assert_eq!(form.page(), "confirm");
    assert_eq!(form.value("person-name"), "見本　花子");
    assert_eq!(form.value("person-birth-date"), "1 April 1990");
    assert_eq!(form.value("person-sex"), "Female");
    assert_eq!(
        form.text("person-address"),
        "見本県架空市例示町一丁目２番３号"
    );
    assert!(form.body.contains("Revocation not checked"));
    assert!(form.body.contains("until 1 April 2031"));

    assert_eq!(
        browser.submit("/register/confirm").await.location(),
        "/register/done"
    );
    assert_eq!(browser.open("/register/done").await.page(), "registered");
}

#[tokio::test]
async fn nothing_is_registered_before_the_person_confirms() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.sign("register", &mut holder).await;
    browser.authenticate("register", &mut holder).await;
    assert_eq!(browser.submit("/register/discard").await.location(), "/");
    assert_eq!(
        browser.submit("/register/confirm").await.location(),
        "/register"
    );
    assert_eq!(
        browser.open("/register/confirm").await.location(),
        "/register"
    );
    let answer = browser
        .authenticate("login-authentication", &mut holder)
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "not_registered")
    );
}

#[tokio::test]
async fn the_pin_comes_after_the_password() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    for flow in ["register", "login-both"] {
        let answer = browser
            .post(&format!("{flow}/authentication/challenge"), &json!({}))
            .await;
        assert_eq!(answer.code(), "signature_first");
    }
    // A signature for one flow opens no other.
    browser.sign("login-both", &mut holder).await;
    let answer = browser
        .post("register/authentication/challenge", &json!({}))
        .await;
    assert_eq!(answer.code(), "signature_first");
}

#[tokio::test]
async fn a_signature_waits_five_minutes_for_its_authentication() {
    let mut holder = Holder::new();
    let site = TestSite::trusting(&holder);
    let mut browser = site.browser();
    browser.sign("register", &mut holder).await;
    let nonce = browser.challenge("register").await;
    site.wait(299);
    let token = holder.authenticate(ORIGIN_TEXT, &nonce);
    assert_eq!(
        browser.post("register/authentication", &token).await.status,
        StatusCode::OK
    );

    browser.sign("register", &mut holder).await;
    site.wait(301);
    let answer = browser
        .post("register/authentication/challenge", &json!({}))
        .await;
    assert_eq!(answer.code(), "signature_first");
}

#[tokio::test]
async fn a_statement_is_taken_once() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    let statement = browser.statement("register").await;
    let signed = holder.sign(&statement);
    assert_eq!(
        browser.post("register/signature", &signed).await.status,
        StatusCode::OK
    );
    let again = browser.post("register/signature", &signed).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::CONFLICT, "challenge_gone")
    );
}

#[tokio::test]
async fn a_statement_that_was_refused_is_gone_as_well() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    let statement = browser.statement("register").await;
    let answer = browser
        .post("register/signature", &holder.sign("something else"))
        .await;
    assert_eq!(answer.code(), "signature_mismatch");
    assert_eq!(
        browser
            .post("register/signature", &holder.sign(&statement))
            .await
            .code(),
        "challenge_gone"
    );
}

#[tokio::test]
async fn a_statement_is_in_the_person_s_language() {
    let holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    assert!(
        browser
            .statement("register")
            .await
            .starts_with("Application for registration\n")
    );
    browser.language = "ja";
    let statement = browser.statement("register").await;
    assert!(statement.starts_with("利用者登録の申請\n"));
    assert!(
        statement.contains("2027年1月15日（金）12時04分"),
        "{statement}"
    );
}

#[tokio::test]
async fn registering_again_renews_the_details() {
    let mut holder = Holder::new();
    let mut browser = TestSite::trusting(&holder).browser();
    browser.register(&mut holder).await;
    browser.register(&mut holder).await;
    assert_eq!(
        browser
            .authenticate("login-authentication", &mut holder)
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_card_of_another_authority_cannot_register() {
    let site = TestSite::trusting(&Holder::new());
    let mut other = Holder::with(
        "seed = 'another authority'\n[validity]\nfrom = 2026-04-01\nuntil = 2031-04-01",
    );
    let answer = site.browser().sign("register", &mut other).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::FORBIDDEN, "certificate_refused")
    );
    assert!(
        answer.json()["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("none of the configured authorities")
    );
}

#[tokio::test]
async fn an_expired_certificate_is_called_expired() {
    let expired = "seed = 'relying party'\n[validity]\nfrom = 2021-04-01\nuntil = 2026-04-01";
    let mut holder = Holder::with(expired);
    let answer = TestSite::trusting(&holder)
        .browser()
        .sign("register", &mut holder)
        .await;
    assert_eq!(answer.code(), "certificate_expired");
    assert!(
        answer.json()["error"]["advice"]
            .as_str()
            .unwrap()
            .contains("municipality")
    );
}

#[tokio::test]
async fn what_a_certificate_says_is_text_and_never_markup() {
    let profile = "
        seed = 'relying party'
        [holder]
        name = '<script>alert(1)</script>'
        address = '</textarea><img src=x onerror=\"alert(1)\">'
        [validity]
        from = 2026-04-01
        until = 2031-04-01
    ";
    let mut holder = Holder::with(profile);
    let mut browser = TestSite::trusting(&holder).browser();
    browser.sign("register", &mut holder).await;
    browser.authenticate("register", &mut holder).await;
    let form = browser.open("/register/confirm").await;
    assert_eq!(
        form.value("person-name"),
        "&lt;script&gt;alert(1)&lt;/script&gt;"
    );
    assert!(
        form.text("person-address")
            .starts_with("&lt;/textarea&gt;&lt;img src=x")
    );
    browser.submit("/register/confirm").await;
    browser
        .authenticate("login-authentication", &mut holder)
        .await;
    let account = browser.open("/account").await;
    assert!(!account.body.contains("<script>alert") && !account.body.contains("<img src=x"));
}
