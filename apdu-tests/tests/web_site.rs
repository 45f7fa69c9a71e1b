//! How a web site in Rust tests its log-in in one process: no browser, no daemon, no pcscd. The site below is any axum
//! site; the tests under it are all that it needs. docs/testing-your-login.md tells the rest.
#![expect(clippy::unwrap_used, reason = "a test ends with what went wrong")]

use std::sync::{Arc, Mutex};

use apdu_tests::{Bench, Reply};
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use relying_party::verification::{
    AuthenticationToken, Authority, CertificateKind, CertificateVerifier, Challenge, Nonce,
};
use relying_party::{Language, SiteOrigin};
use serde_json::Value;
use time::OffsetDateTime;
use tower::ServiceExt as _;

const ORIGIN: &str = "https://www.example.jp";

// --- The site ---

struct Site {
    verifier: CertificateVerifier,
    challenge: Mutex<Option<Challenge>>,
}

/// Trusts an authority, given as DER. In production that is JPKI's, never the virtual card's.
fn site(authority: &[u8]) -> Router {
    let kind = CertificateKind::UserAuthentication;
    let authorities = vec![Authority::decode(authority).unwrap()];
    let site = Site {
        verifier: CertificateVerifier::new(kind, authorities, vec![kind.standard_policy()]),
        challenge: Mutex::default(),
    };
    Router::new()
        .route("/challenge", post(challenge))
        .route("/login", post(login))
        .with_state(Arc::new(site))
}

async fn challenge(State(site): State<Arc<Site>>) -> String {
    let challenge = Challenge {
        nonce: Nonce::random().unwrap(),
        issued_at: OffsetDateTime::now_utc(),
        language: Language::English,
    };
    let nonce = challenge.nonce.as_str().to_owned();
    *site.challenge.lock().unwrap() = Some(challenge);
    nonce
}

async fn login(
    State(site): State<Arc<Site>>,
    Json(token): Json<AuthenticationToken>,
) -> (StatusCode, String) {
    let Some(challenge) = site.challenge.lock().unwrap().take() else {
        return (StatusCode::FORBIDDEN, "no challenge was asked for".into());
    };
    let origin = SiteOrigin::parse(ORIGIN).unwrap();
    match token.verify(
        &origin,
        &challenge,
        &site.verifier,
        OffsetDateTime::now_utc(),
    ) {
        Ok(_) => (StatusCode::OK, "welcome".into()),
        Err(error) => (StatusCode::FORBIDDEN, error.to_string()),
    }
}

// --- Its tests ---

/// What the page posts, and what the site answers.
async fn send(site: &Router, path: &str, body: Option<&Value>) -> (StatusCode, String) {
    let request = Request::post(path).header("content-type", "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let answer = site
        .clone()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 65_536).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The site that trusts who issued the card.
fn site_for(card: &Bench) -> Router {
    site(&card.card(|card| card.authentication_ca().to_vec()))
}

#[tokio::test]
async fn a_person_logs_in_and_the_token_is_worth_nothing_afterwards() {
    let card = Bench::holding("adult", [Reply::Types("1234")]);
    let site = site_for(&card);
    let (_, nonce) = send(&site, "/challenge", None).await;
    let token = card.log_in_to(ORIGIN, &nonce).await.unwrap();
    let (status, text) = send(&site, "/login", Some(&token)).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "welcome"));
    let (status, _) = send(&site, "/login", Some(&token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    send(&site, "/challenge", None).await;
    let (status, _) = send(&site, "/login", Some(&token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_for_another_site_is_refused() {
    let card = Bench::holding("adult", [Reply::Types("1234")]);
    let site = site_for(&card);
    let (_, nonce) = send(&site, "/challenge", None).await;
    let token = card
        .log_in_to("https://www.example.com", &nonce)
        .await
        .unwrap();
    let (status, _) = send(&site, "/login", Some(&token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_card_of_another_authority_is_refused() {
    let card = Bench::holding("generation-1", [Reply::Types("1234")]);
    let site = site_for(&Bench::holding("adult", []));
    let (_, nonce) = send(&site, "/challenge", None).await;
    let token = card.log_in_to(ORIGIN, &nonce).await.unwrap();
    let (status, _) = send(&site, "/login", Some(&token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_page_is_told_why_there_is_no_token() {
    for (profile, replies, code) in [
        ("adult", vec![Reply::Cancels], "user_cancelled"),
        (
            "adult",
            vec![Reply::Types("0000"), Reply::Cancels],
            "pin_incorrect",
        ),
        ("no-usable-pins", vec![], "pin_blocked"),
    ] {
        let card = Bench::holding(profile, replies);
        let nonce = Nonce::random().unwrap();
        let refused = card.log_in_to(ORIGIN, nonce.as_str()).await.unwrap_err();
        assert_eq!(refused.code().as_str(), code, "{profile}");
    }
}
