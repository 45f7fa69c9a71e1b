//! A browser as far as the site can tell: headers, cookies, and what the pages' script posts.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use relying_party::verification::CertificateKind;
use relying_party::{Clock, Site, SiteOrigin, router};
use serde_json::{Value, json};
use time::Duration;
use tower::ServiceExt as _;

use crate::holder::{Holder, NOW};

pub(crate) const ORIGIN_TEXT: &str = "http://localhost:8080";

/// A site with a clock that tests turn.
pub(crate) struct TestSite {
    router: Router,
    seconds: Arc<AtomicI64>,
}

impl TestSite {
    /// A site that trusts the authorities of this card.
    pub(crate) fn trusting(holder: &Holder) -> Self {
        Self::at(ORIGIN_TEXT, holder)
    }

    /// As [`TestSite::trusting`], at another origin.
    pub(crate) fn at(origin: &str, holder: &Holder) -> Self {
        let seconds = Arc::new(AtomicI64::new(0));
        let turned = Arc::clone(&seconds);
        let site = Site::new(
            SiteOrigin::parse(origin).unwrap(),
            holder.verifier(CertificateKind::UserAuthentication),
            holder.verifier(CertificateKind::DigitalSignature),
            b"export {};".to_vec(),
            Clock::new(move || {
                NOW.saturating_add(Duration::seconds(turned.load(Ordering::Relaxed)))
            }),
        );
        Self {
            router: router(site),
            seconds,
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A browser that has never been here.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: HashMap::new(),
            language: "en",
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        assert!(!self.status.is_success(), "{}", self.body);
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }

    /// Where a redirection leads.
    pub(crate) fn location(&self) -> &str {
        self.headers[LOCATION].to_str().unwrap()
    }

    /// The page's name.
    pub(crate) fn page(&self) -> &str {
        let (_, rest) = self.body.split_once("data-page=\"").unwrap();
        rest.split_once('"').unwrap().0
    }

    /// The text of the element with this test id, as far as its first tag.
    pub(crate) fn text(&self, test_id: &str) -> &str {
        let (_, rest) = self
            .body
            .split_once(&format!("data-testid=\"{test_id}\""))
            .unwrap();
        rest.split_once('>').unwrap().1.split_once('<').unwrap().0
    }

    /// The value of the input with this test id.
    pub(crate) fn value(&self, test_id: &str) -> &str {
        let (_, rest) = self
            .body
            .split_once(&format!("data-testid=\"{test_id}\""))
            .unwrap();
        let (element, _) = rest.split_once('>').unwrap();
        element
            .split_once("value=\"")
            .unwrap()
            .1
            .split_once('"')
            .unwrap()
            .0
    }
}

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: HashMap<String, String>,
    pub(crate) language: &'static str,
}

impl Browser {
    /// Sends a request, with the headers given in place of the usual ones, and keeps the cookies that come back.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept-language", self.language);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(COOKIE, cookies.join("; "))
            .body(body.into())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: String::from_utf8(
                to_bytes(response.into_body(), 1 << 20)
                    .await
                    .unwrap()
                    .into(),
            )
            .unwrap(),
        }
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        self.send(
            Method::GET,
            path,
            &[(HOST, "localhost:8080")],
            Body::empty(),
        )
        .await
    }

    /// Sends a form of a page.
    pub(crate) async fn submit(&mut self, path: &str) -> Answer {
        let headers = [
            (HOST, "localhost:8080"),
            (ORIGIN, ORIGIN_TEXT),
            (CONTENT_TYPE, "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, path, &headers, Body::empty()).await
    }

    /// Posts JSON as the script does.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let headers = [
            (HOST, "localhost:8080"),
            (ORIGIN, ORIGIN_TEXT),
            (CONTENT_TYPE, "application/json"),
        ];
        self.send(
            Method::POST,
            &format!("/api/{path}"),
            &headers,
            body.to_string(),
        )
        .await
    }

    /// Fetches a flow's statement.
    pub(crate) async fn statement(&mut self, flow: &str) -> String {
        let answer = self
            .post(&format!("{flow}/signature/challenge"), &json!({}))
            .await;
        answer.json()["statement"].as_str().unwrap().to_owned()
    }

    /// Fetches a flow's challenge for authentication.
    pub(crate) async fn challenge(&mut self, flow: &str) -> String {
        let answer = self
            .post(&format!("{flow}/authentication/challenge"), &json!({}))
            .await;
        answer.json()["challengeNonce"].as_str().unwrap().to_owned()
    }

    /// Signs the flow's statement with the card.
    pub(crate) async fn sign(&mut self, flow: &str, holder: &mut Holder) -> Answer {
        let statement = self.statement(flow).await;
        self.post(&format!("{flow}/signature"), &holder.sign(&statement))
            .await
    }

    /// Authenticates for the flow with the card.
    pub(crate) async fn authenticate(&mut self, flow: &str, holder: &mut Holder) -> Answer {
        let nonce = self.challenge(flow).await;
        let token = holder.authenticate(ORIGIN_TEXT, &nonce);
        self.post(&format!("{flow}/authentication"), &token).await
    }

    /// Registers from the first step to the last.
    pub(crate) async fn register(&mut self, holder: &mut Holder) {
        assert_eq!(self.sign("register", holder).await.status, StatusCode::OK);
        let answer = self.authenticate("register", holder).await;
        assert_eq!(answer.json(), json!({ "next": "/register/confirm" }));
        assert_eq!(
            self.submit("/register/confirm").await.location(),
            "/register/done"
        );
    }
}
