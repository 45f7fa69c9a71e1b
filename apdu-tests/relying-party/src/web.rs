//! The addresses of the site.

mod card;
mod layout;
mod pages;
mod protection;
mod refusal;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::Site;

/// The longest request body in bytes. The longest answer of a card, certificate included, is near 6,500.
const MAX_BODY_LEN: usize = 16 * 1024;

const SCRIPT: &str = include_str!("../static/app.js");
// The parts come second: their rules for narrow screens override the frame's.
const STYLE: &str = concat!(
    include_str!("../static/frame.css"),
    include_str!("../static/parts.css")
);
const ICON: &str = include_str!("../static/icon.svg");

/// The whole site.
///
/// | address | |
/// |---|---|
/// | `GET /`, `/register`, `/register/confirm`, `/register/done`, `/login`, `/account`, `/logged-out` | pages; `?lang=ja` or `?lang=en` switches the language |
/// | `POST /register/confirm`, `/register/discard`, `/logout` | forms |
/// | `POST /api/FLOW/signature/challenge` | `{statement}` |
/// | `POST /api/FLOW/signature` | takes the answer of `sign` |
/// | `POST /api/FLOW/authentication/challenge` | `{challengeNonce}` |
/// | `POST /api/FLOW/authentication` | takes the answer of `authenticate`; `{next}` |
/// | `GET /jpkid.js`, `/app.js`, `/style.css`, `/icon.svg` | page module, the pages' script, their looks |
///
/// FLOW is `register`, `login-both` or `login-authentication`. A refusal is
/// `{"error":{"code","message","advice","detail"}}` with message and advice in the person's language.
pub fn router(site: Site) -> Router {
    let site = Arc::new(site);
    Router::new()
        .route("/", get(pages::home))
        .route("/register", get(pages::register))
        .route(
            "/register/confirm",
            get(pages::confirm).post(pages::confirm_registration),
        )
        .route("/register/discard", post(pages::discard_registration))
        .route("/register/done", get(pages::registered))
        .route("/login", get(pages::log_in))
        .route("/account", get(pages::account))
        .route("/logout", post(pages::log_out))
        .route("/logged-out", get(pages::logged_out))
        .route(
            "/api/{flow}/signature/challenge",
            post(card::signature_challenge),
        )
        .route("/api/{flow}/signature", post(card::signature))
        .route(
            "/api/{flow}/authentication/challenge",
            post(card::authentication_challenge),
        )
        .route("/api/{flow}/authentication", post(card::authentication))
        .route("/jpkid.js", get(page_module))
        .route(
            "/app.js",
            get(|| asset("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route(
            "/style.css",
            get(|| asset("text/css; charset=utf-8", STYLE)),
        )
        .route("/icon.svg", get(|| asset("image/svg+xml", ICON)))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY_LEN))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&site),
            protection::guard,
        ))
        .with_state(site)
}

async fn page_module(State(site): State<Arc<Site>>) -> Response {
    (
        [(CONTENT_TYPE, "text/javascript; charset=utf-8")],
        site.page_module.clone(),
    )
        .into_response()
}

async fn asset(media_type: &'static str, content: &'static str) -> Response {
    ([(CONTENT_TYPE, media_type)], content).into_response()
}
