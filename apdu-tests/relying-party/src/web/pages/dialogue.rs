//! The two pages that talk with the card. What the script shows and hides is all here, in the person's language.

use maud::{Markup, html};

use super::Page;
use crate::Language;
use crate::texts::{Problem, Texts};
use crate::verification::Flow;

/// The page that starts a registration.
pub(super) fn register(language: Language, logged_in: bool) -> Page {
    let texts = language.texts();
    Page {
        language,
        name: "register",
        title: texts.register_title,
        logged_in,
        script: true,
        content: html! {
            p.lead { (texts.register_lead) }
            (script_needed(texts))
            section.card {
                h2 { (texts.steps_title) }
                ol.steps {
                    (step("signature", texts.step_signature, texts.step_signature_text, texts))
                    (step("authentication", texts.step_authentication, texts.step_authentication_text, texts))
                    (step("confirm", texts.step_confirm, texts.step_confirm_text, texts))
                }
                (statement_box(
                    texts,
                    Some(&format!("{}\n\n{}", texts.statement_register_title, texts.statement_register_body)),
                ))
                p.actions { (start(Flow::Register, "register", texts.register_button)) }
                (progress(texts))
            }
            (after_the_dialogue(texts))
        },
    }
}

/// The page that offers both ways to log in.
pub(super) fn log_in(language: Language) -> Page {
    let texts = language.texts();
    Page {
        language,
        name: "login",
        title: texts.login_title,
        logged_in: false,
        script: true,
        content: html! {
            p.lead { (texts.login_lead) }
            (script_needed(texts))
            div.choices {
                section.card {
                    h2 { (texts.login_both_title) }
                    p { (texts.login_both_text) }
                    p.actions { (start(Flow::LogInBoth, "login-both", texts.login_both_button)) }
                }
                section.card {
                    h2 { (texts.login_authentication_title) }
                    p { (texts.login_authentication_text) }
                    p.actions {
                        (start(
                            Flow::LogInAuthentication,
                            "login-authentication",
                            texts.login_authentication_button,
                        ))
                    }
                }
            }
            section.card #dialogue hidden {
                h2 { (texts.steps_title) }
                ol.steps {
                    (step("signature", texts.step_signature, texts.step_signature_text, texts))
                    (step("authentication", texts.step_authentication, texts.step_authentication_text, texts))
                }
                (statement_box(texts, None))
                (progress(texts))
            }
            (after_the_dialogue(texts))
        },
    }
}

fn script_needed(texts: &Texts) -> Markup {
    html! { noscript { p.note { (texts.script_needed) } } }
}

fn start(flow: Flow, test_id: &str, label: &str) -> Markup {
    html! { button type="button" data-flow=(flow.name()) data-testid=(test_id) { (label) } }
}

fn step(name: &str, title: &str, text: &str, texts: &Texts) -> Markup {
    html! {
        li data-step=(name) {
            strong { (title) }
            " " span.done { (texts.progress_done) }
            p { (text) }
        }
    }
}

/// The statement, whole, before it is signed. On the registration page its words can be read before the start.
fn statement_box(texts: &Texts, preview: Option<&str>) -> Markup {
    html! {
        div.statement #statement-box hidden[preview.is_none()] {
            h3 #statement-title { (texts.statement_title) }
            pre #statement data-testid="statement" tabindex="0" role="region" aria-labelledby="statement-title" {
                (preview.unwrap_or_default())
            }
            @if preview.is_some() { p.hint #statement-preview { (texts.statement_preview) } }
        }
    }
}

fn progress(texts: &Texts) -> Markup {
    html! {
        div.progress {
            p #status data-testid="status" role="status" {}
            button.quiet #cancel type="button" data-testid="cancel" hidden { (texts.cancel_button) }
        }
    }
}

fn after_the_dialogue(texts: &Texts) -> Markup {
    html! {
        (problem_panel(texts))
        details.card #check {
            summary { (texts.check_title) }
            p { (texts.check_text) }
            p.actions { button.quiet #check-button type="button" data-testid="check" { (texts.check_button) } }
            div #check-result data-testid="check-result" role="status" {}
        }
        (script_texts(texts))
    }
}

fn problem_panel(texts: &Texts) -> Markup {
    html! {
        section.card.problem #problem data-testid="problem" role="alert" tabindex="-1" hidden {
            h2 { (texts.problem_title) }
            p.message data-testid="error-message" {}
            p data-testid="error-advice" {}
            p.tries data-testid="tries-left" {}
            p.code { (texts.problem_code) ": " code data-testid="error-code" {} }
            details #problem-detail {
                summary { (texts.problem_detail) }
                code data-testid="error-detail" {}
            }
        }
    }
}

/// The texts that the script needs, as elements: an inline script would need a hole in the content security policy.
fn script_texts(texts: &Texts) -> Markup {
    let plain = [
        ("preparing", texts.progress_preparing),
        ("card", texts.progress_card),
        ("signature", texts.progress_signature),
        ("authentication", texts.progress_authentication),
        ("signing", texts.progress_signing),
        ("sending", texts.progress_sending),
        ("tries-left", texts.problem_tries_left),
        ("check-running", texts.check_running),
        ("check-service", texts.check_service),
        ("check-reader", texts.check_reader),
        ("check-no-reader", texts.check_no_reader),
        ("check-no-card", texts.check_no_card),
        ("check-my-number-card", texts.check_card_my_number),
        ("check-phone", texts.check_card_phone),
        ("check-other", texts.check_card_other),
        ("check-signature-tries", texts.check_signature_tries),
        (
            "check-authentication-tries",
            texts.check_authentication_tries,
        ),
        ("check-blocked", texts.check_blocked),
    ];
    let problems = [
        ("aborted", texts.aborted),
        ("site_unreachable", texts.site_unreachable),
        ("internal", texts.internal),
    ];
    html! {
        div hidden {
            @for (name, text) in plain { span data-text=(name) { (text) } }
            @for (code, Problem { message, advice }) in problems {
                span data-message=(code) { (message) }
                span data-advice=(code) { (advice) }
            }
        }
    }
}
