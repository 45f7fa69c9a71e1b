//! What the script posts: a challenge to fetch, a card's answer to hand in.

mod acceptance;

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde_json::{Value, json};

use acceptance::{accept_authentication, accept_signature};

use super::refusal::{Refusal, read_json};
use super::visitor::{Visitor, session_cookie};
use crate::Site;
use crate::verification::{Challenge, Flow, Proof, Purpose, statement};

/// What a granted request gets: JSON, and a cookie where the session is new.
struct Granted {
    value: Value,
    cookie: Option<HeaderValue>,
}

/// `POST /api/FLOW/signature/challenge`
pub(super) async fn signature_challenge(
    State(site): State<Arc<Site>>,
    Path(flow): Path<String>,
    uri: OriginalUri,
    visitor: Visitor,
) -> Response {
    let granted = flow_with_signature(&flow).and_then(|flow| {
        let (challenge, cookie) = issue(
            &site,
            &visitor,
            Purpose {
                flow,
                proof: Proof::Signature,
            },
        )?;
        Ok(Granted {
            value: json!({ "statement": statement(&site.origin, flow, &challenge) }),
            cookie,
        })
    });
    answer(&uri, &visitor, granted)
}

/// `POST /api/FLOW/signature`
pub(super) async fn signature(
    State(site): State<Arc<Site>>,
    Path(flow): Path<String>,
    uri: OriginalUri,
    visitor: Visitor,
    request: Request,
) -> Response {
    let granted = match (flow_with_signature(&flow), read_json(request).await) {
        (Ok(flow), Ok(body)) => accept_signature(&site, &visitor, flow, &body),
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    };
    answer(&uri, &visitor, granted)
}

/// `POST /api/FLOW/authentication/challenge`
pub(super) async fn authentication_challenge(
    State(site): State<Arc<Site>>,
    Path(flow): Path<String>,
    uri: OriginalUri,
    visitor: Visitor,
) -> Response {
    let granted = flow_named(&flow).and_then(|flow| {
        if flow.needs_signature() && !has_signed(&site, &visitor, flow) {
            return Err(Refusal::SignatureFirst);
        }
        let (challenge, cookie) = issue(
            &site,
            &visitor,
            Purpose {
                flow,
                proof: Proof::Authentication,
            },
        )?;
        Ok(Granted {
            value: json!({ "challengeNonce": challenge.nonce.as_str() }),
            cookie,
        })
    });
    answer(&uri, &visitor, granted)
}

/// `POST /api/FLOW/authentication`
pub(super) async fn authentication(
    State(site): State<Arc<Site>>,
    Path(flow): Path<String>,
    uri: OriginalUri,
    visitor: Visitor,
    request: Request,
) -> Response {
    let granted = match (flow_named(&flow), read_json(request).await) {
        (Ok(flow), Ok(body)) => accept_authentication(&site, &visitor, flow, &body),
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    };
    answer(&uri, &visitor, granted)
}

fn answer(uri: &OriginalUri, visitor: &Visitor, granted: Result<Granted, Refusal>) -> Response {
    match granted {
        Ok(Granted { value, cookie }) => (
            AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie))),
            Json(value),
        )
            .into_response(),
        Err(refusal) => refusal.answer(uri.path(), visitor.language),
    }
}

fn flow_named(name: &str) -> Result<Flow, Refusal> {
    Flow::ALL
        .into_iter()
        .find(|flow| flow.name() == name)
        .ok_or(Refusal::NotFound)
}

fn flow_with_signature(name: &str) -> Result<Flow, Refusal> {
    flow_named(name).and_then(|flow| {
        if flow.needs_signature() {
            Ok(flow)
        } else {
            Err(Refusal::NotFound)
        }
    })
}

/// Issues a challenge into the visitor's session; opens one, with its cookie, for a visitor who has none.
fn issue(
    site: &Site,
    visitor: &Visitor,
    purpose: Purpose,
) -> Result<(Challenge, Option<HeaderValue>), Refusal> {
    let now = site.clock.now();
    let mut store = site.store();
    if let Some(session) = visitor
        .session
        .as_ref()
        .and_then(|id| store.session(id, now))
    {
        return Ok((
            session.challenges.issue(purpose, visitor.language, now)?,
            None,
        ));
    }
    let (id, session) = store.open_session(now)?;
    let challenge = session.challenges.issue(purpose, visitor.language, now)?;
    Ok((challenge, Some(session_cookie(&site.origin, &id))))
}

fn has_signed(site: &Site, visitor: &Visitor, flow: Flow) -> bool {
    let now = site.clock.now();
    let mut store = site.store();
    let session = visitor
        .session
        .as_ref()
        .and_then(|id| store.session(id, now));
    session.is_some_and(|session| session.has_statement(flow, now))
}
