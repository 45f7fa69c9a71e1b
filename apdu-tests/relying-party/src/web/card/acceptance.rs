//! A card's answer, taken or refused.

use serde_json::json;

use super::Granted;
use crate::store::Registration;
use crate::verification::{
    AuthenticationToken, Challenge, CheckedCertificate, Flow, Proof, Purpose, StatementSignature,
    VerificationError, statement,
};
use crate::web::refusal::Refusal;
use crate::web::visitor::{Visitor, session_cookie};
use crate::{Person, Site};

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

/// Checks the answer of `sign` and keeps it until the authentication comes.
pub(super) fn accept_signature(
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

/// Checks the answer of `authenticate` and completes the flow.
pub(super) fn accept_authentication(
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
