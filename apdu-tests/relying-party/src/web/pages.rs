//! The pages and their forms.

mod account;
mod dialogue;
mod registration;

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::layout::Page;
use super::refusal::Refusal;
use super::visitor::{Visitor, expired_session_cookie};
use crate::store::Session;
use crate::texts::Problem;
use crate::{Language, Site};

/// Looks something up in the visitor's session.
fn in_session<T>(
    site: &Site,
    visitor: &Visitor,
    look: impl FnOnce(&mut Session) -> Option<T>,
) -> Option<T> {
    let now = site.clock.now();
    let mut store = site.store();
    store.session(visitor.session.as_ref()?, now).and_then(look)
}

fn is_logged_in(site: &Site, visitor: &Visitor) -> bool {
    in_session(site, visitor, |session| session.log_in.as_ref().map(|_| ())).is_some()
}

/// `GET /`
pub(super) async fn home(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let texts = visitor.language.texts();
    Page {
        language: visitor.language,
        name: "home",
        title: texts.home_title,
        logged_in: is_logged_in(&site, &visitor),
        script: false,
        content: html! {
            p.lead { (texts.home_lead) }
            div.choices {
                section.card {
                    h2 { (texts.register_title) }
                    p { (texts.home_register) }
                    p.actions { a.button href="/register" data-testid="go-register" { (texts.register_title) } }
                }
                section.card {
                    h2 { (texts.login_title) }
                    p { (texts.home_login) }
                    p.actions { a.button.quiet href="/login" data-testid="go-login" { (texts.login_title) } }
                }
            }
        },
    }
}

/// `GET /register`
pub(super) async fn register(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    dialogue::register(visitor.language, is_logged_in(&site, &visitor))
}

/// `GET /login`
pub(super) async fn log_in(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    if is_logged_in(&site, &visitor) {
        return Redirect::to("/account").into_response();
    }
    dialogue::log_in(visitor.language).into_response()
}

/// `GET /register/confirm`
pub(super) async fn confirm(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let registration = in_session(&site, &visitor, |session| session.registration.clone());
    match registration {
        Some(registration) => registration::confirm(
            visitor.language,
            is_logged_in(&site, &visitor),
            &registration,
        )
        .into_response(),
        None => Redirect::to("/register").into_response(),
    }
}

/// `POST /register/confirm`
pub(super) async fn confirm_registration(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Redirect {
    match in_session(&site, &visitor, |session| session.registration.take()) {
        Some(registration) => {
            site.store().register(registration);
            tracing::info!("registered");
            Redirect::to("/register/done")
        }
        None => Redirect::to("/register"),
    }
}

/// `POST /register/discard`
pub(super) async fn discard_registration(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Redirect {
    in_session(&site, &visitor, |session| session.registration.take());
    Redirect::to("/")
}

/// `GET /register/done`
pub(super) async fn registered(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let texts = visitor.language.texts();
    Page {
        language: visitor.language,
        name: "registered",
        title: texts.registered_title,
        logged_in: is_logged_in(&site, &visitor),
        script: false,
        content: html! {
            p.lead { (texts.registered_lead) }
            p.actions { a.button href="/login" data-testid="go-login" { (texts.login_title) } }
        },
    }
}

/// `GET /account`
pub(super) async fn account(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    let Some(log_in) = in_session(&site, &visitor, |session| session.log_in.clone()) else {
        return Redirect::to("/login").into_response();
    };
    let account = site.store().account(&log_in.account).cloned();
    match account {
        Some(account) => account::account(visitor.language, &log_in, &account).into_response(),
        None => Redirect::to("/login").into_response(),
    }
}

/// `POST /logout`
pub(super) async fn log_out(State(site): State<Arc<Site>>, visitor: Visitor) -> Response {
    if let Some(id) = &visitor.session {
        site.store().close_session(id);
    }
    let cookie = expired_session_cookie(&site.origin);
    (
        AppendHeaders([(SET_COOKIE, cookie)]),
        Redirect::to("/logged-out"),
    )
        .into_response()
}

/// `GET /logged-out`
pub(super) async fn logged_out(State(site): State<Arc<Site>>, visitor: Visitor) -> Page {
    let texts = visitor.language.texts();
    Page {
        language: visitor.language,
        name: "logged-out",
        title: texts.logged_out_title,
        logged_in: is_logged_in(&site, &visitor),
        script: false,
        content: html! {
            p.lead { (texts.logged_out_lead) }
            p.actions { a.button href="/login" data-testid="go-login" { (texts.login_title) } }
        },
    }
}

/// Everything else.
pub(super) async fn not_found(uri: OriginalUri, visitor: Visitor) -> Response {
    Refusal::NotFound.answer(uri.path(), visitor.language)
}

/// A refusal as a page.
pub(super) fn refused(language: Language, problem: Problem) -> Page {
    let texts = language.texts();
    Page {
        language,
        name: "error",
        title: problem.message,
        logged_in: false,
        script: false,
        content: html! {
            p.lead { (problem.advice) }
            p.actions { a.button href="/" { (texts.to_home) } }
        },
    }
}

/// Says what the certificates' check did not cover. Stands wherever a result of it is shown.
fn revocation_note(language: Language) -> Markup {
    let texts = language.texts();
    html! {
        p.note data-testid="revocation-note" {
            strong { (texts.revocation_not_checked) }
            " " span { (texts.revocation_text) }
        }
    }
}
