//! What the script posts: a challenge to fetch, a card's answer to hand in.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde_json::{Value, json};

use super::refusal::{Refusal, read_json};
use super::visitor::{Visitor, session_cookie};
use crate::store::Registration;
use crate::verification::{
    AuthenticationToken, Challenge, CheckedCertificate, Flow, Proof, Purpose, StatementSignature,
    VerificationError, statement,
};
use crate::{Person, Site};

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

/// Takes the session's challenge out. A request without a session has none.
fn take_challenge(
    site: &Site,
    visitor: &Visitor,
    purpose: Purpose,
) -> Result<Challenge, VerificationError> {
    let now = site.clock.now();
    let mut store = site.store();
    let session = visitor
        .session
        .as_ref()
        .and_then(|id| store.session(id, now));
    session
        .ok_or(VerificationError::ChallengeMissing(purpose.proof))
        .and_then(|session| session.challenges.take(purpose, now))
}

fn accept_signature(
    site: &Site,
    visitor: &Visitor,
    flow: Flow,
    body: &StatementSignature,
) -> Result<Granted, Refusal> {
    let challenge = take_challenge(
        site,
        visitor,
        Purpose {
            flow,
            proof: Proof::Signature,
        },
    )?;
    let now = site.clock.now();
    let certificate = body.verify(
        &statement(&site.origin, flow, &challenge),
        &site.signature,
        now,
    )?;
    let person = Person::read(&certificate)?;
    let mut store = site.store();
    if let Some(session) = visitor
        .session
        .as_ref()
        .and_then(|id| store.session(id, now))
    {
        session.accept_statement(flow, certificate, person, now);
    }
    Ok(Granted {
        value: json!({}),
        cookie: None,
    })
}

fn accept_authentication(
    site: &Site,
    visitor: &Visitor,
    flow: Flow,
    token: &AuthenticationToken,
) -> Result<Granted, Refusal> {
    let challenge = take_challenge(
        site,
        visitor,
        Purpose {
            flow,
            proof: Proof::Authentication,
        },
    )?;
    let certificate = token.verify(
        &site.origin,
        &challenge,
        &site.authentication,
        site.clock.now(),
    )?;
    match flow {
        Flow::Register => prepare_registration(site, visitor, certificate),
        Flow::LogInBoth | Flow::LogInAuthentication => log_in(site, visitor, flow, &certificate),
    }
}

/// Puts what both certificates say before the person.
fn prepare_registration(
    site: &Site,
    visitor: &Visitor,
    authentication: CheckedCertificate,
) -> Result<Granted, Refusal> {
    let now = site.clock.now();
    let mut store = site.store();
    let session = visitor
        .session
        .as_ref()
        .and_then(|id| store.session(id, now));
    let session = session.ok_or(Refusal::SignatureFirst)?;
    let signed = session
        .take_statement(Flow::Register, now)
        .ok_or(Refusal::SignatureFirst)?;
    session.registration = Some(Registration {
        authentication,
        signature: signed.certificate,
        person: signed.person,
    });
    Ok(Granted {
        value: json!({ "next": "/register/confirm" }),
        cookie: None,
    })
}

/// Logs in under a new session id, so that an id from before the log-in is worth nothing after it.
fn log_in(
    site: &Site,
    visitor: &Visitor,
    flow: Flow,
    authentication: &CheckedCertificate,
) -> Result<Granted, Refusal> {
    let now = site.clock.now();
    let mut store = site.store();
    let key = authentication.fingerprint();
    let registered = store.account(&key).ok_or(Refusal::NotRegistered)?.signature;
    if flow.needs_signature() {
        let session = visitor
            .session
            .as_ref()
            .and_then(|id| store.session(id, now));
        let signed = session.and_then(|session| session.take_statement(flow, now));
        // The two certificates do not name each other; that one card holds both is known from the registration.
        if signed
            .ok_or(Refusal::SignatureFirst)?
            .certificate
            .fingerprint()
            != registered
        {
            return Err(Refusal::OtherSignatureCertificate);
        }
    }
    let log_in = store
        .note_log_in(key, flow, now)
        .ok_or(Refusal::NotRegistered)?;
    if let Some(id) = &visitor.session {
        store.close_session(id);
    }
    let (id, session) = store.open_session(now)?;
    session.log_in = Some(log_in);
    tracing::info!(method = flow.name(), "logged in");
    let cookie = Some(session_cookie(&site.origin, &id));
    Ok(Granted {
        value: json!({ "next": "/account" }),
        cookie,
    })
}
