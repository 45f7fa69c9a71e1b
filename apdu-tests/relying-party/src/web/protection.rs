//! What every request must pass and every answer carries.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;
use super::visitor::{language_cookie, language_of, switched_language};
use crate::{Site, SiteOrigin};

/// The answer's headers. `Referrer-Policy: same-origin` rather than `no-referrer`, because the latter makes browsers
/// send `Origin: null` with our own forms.
const HEADERS: [(HeaderName, &str); 9] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (VARY, "Accept-Language, Cookie"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Sends the browser to the configured origin, refuses what another site posts, and adds the headers.
pub(super) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let language = language_of(request.uri(), request.headers());
    let switched = switched_language(request.uri());
    let mut response = if is_reading(request.method()) {
        match elsewhere(&site.origin, &request) {
            Some(response) => response,
            None => next.run(request).await,
        }
    } else if comes_from(&site.origin, request.headers()) {
        next.run(request).await
    } else {
        Refusal::OtherOrigin.answer(request.uri().path(), language)
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if site.origin.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if let Some(language) = switched {
        headers.append(SET_COOKIE, language_cookie(language));
    }
    response
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Browsers name the origin of every POST, and a page cannot forge it. With `SameSite=Strict` cookies this is the
/// defence against requests forged by other sites.
fn comes_from(origin: &SiteOrigin, headers: &HeaderMap) -> bool {
    headers
        .get(ORIGIN)
        .is_some_and(|value| value.as_bytes() == origin.as_str().as_bytes())
}

/// A redirection, if the site was opened under another name: the card would sign that name, and be refused.
fn elsewhere(origin: &SiteOrigin, request: &Request) -> Option<Response> {
    let host = request.headers().get(HOST).map(HeaderValue::as_bytes);
    if host == Some(origin.authority().as_bytes()) {
        return None;
    }
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let target = HeaderValue::from_str(&format!("{}{path}", origin.as_str())).ok()?;
    Some((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, target)]).into_response())
}
