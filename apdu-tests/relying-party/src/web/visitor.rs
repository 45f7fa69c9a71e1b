//! Who is asking: language and session, from the request's headers.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};

use crate::store::SessionId;
use crate::{Language, Site, SiteOrigin};

const LANGUAGE_COOKIE: &str = "lang";

/// A year, in seconds.
const LANGUAGE_COOKIE_AGE: u32 = 31_536_000;

/// The language and the session of a request.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) language: Language,
    pub(super) session: Option<SessionId>,
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        Ok(Self {
            language: language_of(&parts.uri, &parts.headers),
            session: cookie(&parts.headers, session_cookie_name(&site.origin))
                .map(SessionId::from_cookie),
        })
    }
}

/// The language: the switch, else what the switch said earlier, else the browser's wish.
pub(super) fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    switched_language(uri)
        .or_else(|| cookie(headers, LANGUAGE_COOKIE).and_then(Language::from_tag))
        .unwrap_or_else(|| {
            Language::negotiate(
                headers
                    .get(ACCEPT_LANGUAGE)
                    .and_then(|value| value.to_str().ok()),
            )
        })
}

/// The language that the address asks for with `?lang=`.
pub(super) fn switched_language(uri: &Uri) -> Option<Language> {
    uri.query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(Language::from_tag)
}

/// The cookie that remembers the switch.
pub(super) fn language_cookie(language: Language) -> HeaderValue {
    header(&format!(
        "{LANGUAGE_COOKIE}={}; Path=/; Max-Age={LANGUAGE_COOKIE_AGE}; HttpOnly; SameSite=Lax",
        language.tag()
    ))
}

/// The cookie that holds the session. Over TLS its name confines it to this host and to TLS (RFC 6265bis `__Host-`).
pub(super) fn session_cookie(origin: &SiteOrigin, id: &SessionId) -> HeaderValue {
    header(&format!(
        "{}={}; Path=/; HttpOnly; SameSite=Strict{}",
        session_cookie_name(origin),
        id.as_str(),
        secure(origin)
    ))
}

/// The cookie that ends the session in the browser.
pub(super) fn expired_session_cookie(origin: &SiteOrigin) -> HeaderValue {
    header(&format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict{}",
        session_cookie_name(origin),
        secure(origin)
    ))
}

fn session_cookie_name(origin: &SiteOrigin) -> &'static str {
    if origin.is_https() {
        "__Host-session"
    } else {
        "session"
    }
}

fn secure(origin: &SiteOrigin) -> &'static str {
    if origin.is_https() { "; Secure" } else { "" }
}

/// Cookies are made of ASCII that we chose, so an empty value never happens.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn cookie<'headers>(headers: &'headers HeaderMap, name: &str) -> Option<&'headers str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("xsession=1; session=abc=; lang=en"),
        );
        assert_eq!(cookie(&headers, "session"), Some("abc="));
        assert_eq!(cookie(&headers, "lang"), Some("en"));
        assert_eq!(cookie(&headers, "sessio"), None);
    }

    #[test]
    fn the_switch_comes_before_the_cookie_and_the_cookie_before_the_browser() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        assert_eq!(
            language_of(&Uri::from_static("/"), &headers),
            Language::English
        );
        headers.append(COOKIE, HeaderValue::from_static("lang=ja"));
        assert_eq!(
            language_of(&Uri::from_static("/"), &headers),
            Language::Japanese
        );
        assert_eq!(
            language_of(&Uri::from_static("/?lang=en"), &headers),
            Language::English
        );
        assert_eq!(
            language_of(&Uri::from_static("/?lang=xx"), &headers),
            Language::Japanese
        );
    }

    #[test]
    fn a_session_cookie_is_strict_and_over_tls_bound_to_the_host() {
        let id = SessionId::from_cookie("abc");
        let plain = SiteOrigin::parse("http://localhost:8080").unwrap();
        assert_eq!(
            session_cookie(&plain, &id),
            "session=abc; Path=/; HttpOnly; SameSite=Strict"
        );
        let tls = SiteOrigin::parse("https://example.jp").unwrap();
        assert_eq!(
            session_cookie(&tls, &id),
            "__Host-session=abc; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
    }
}
