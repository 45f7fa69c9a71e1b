//! The form with what the signature certificate says.

use maud::{Markup, html};

use super::{Page, revocation_note};
use crate::store::Registration;
use crate::verification::CheckedCertificate;
use crate::{Language, Person, Sex};

/// The filled form, to be confirmed. Its fields are read-only: what counts is what the certificate says, and the
/// server takes it from there rather than from the form.
pub(super) fn confirm(language: Language, logged_in: bool, registration: &Registration) -> Page {
    let texts = language.texts();
    let person = &registration.person;
    Page {
        language,
        name: "confirm",
        title: texts.confirm_title,
        logged_in,
        script: false,
        content: html! {
            p.lead { (texts.confirm_lead) }
            form.card method="post" action="/register/confirm" {
                (field("person-name", texts.person_name, &name(person, language)))
                (field("person-birth-date", texts.person_birth_date, &birth_date(person, language)))
                (field("person-sex", texts.person_sex, sex(person, language)))
                (long_field("person-address", texts.person_address, &address(person, language)))
                @if person.has_substitutes { p.hint { (texts.person_substitutes) } }
                p.actions {
                    button type="submit" data-testid="confirm" { (texts.confirm_button) }
                    button.quiet type="submit" formaction="/register/discard" data-testid="discard" {
                        (texts.discard_button)
                    }
                }
            }
            (certificates(language, registration))
        },
    }
}

fn field(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input #(name) data-testid=(name) type="text" readonly autocomplete="off" value=(value);
        }
    }
}

fn long_field(name: &str, label: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            textarea #(name) data-testid=(name) rows="2" readonly autocomplete="off" { (value) }
        }
    }
}

fn certificates(language: Language, registration: &Registration) -> Markup {
    let texts = language.texts();
    html! {
        section.card {
            h2 { (texts.certificates_title) }
            p { (texts.certificates_checked) }
            dl {
                (until(language, texts.certificate_signature, &registration.signature))
                (until(language, texts.certificate_authentication, &registration.authentication))
            }
            (revocation_note(language))
        }
    }
}

fn until(language: Language, title: &str, certificate: &CheckedCertificate) -> Markup {
    let date = language.date(certificate.not_after());
    html! {
        dt { (title) }
        dd { (language.texts().certificate_until.replace("{date}", &date)) }
    }
}

/// The name, or that the certificate has none.
pub(super) fn name(person: &Person, language: Language) -> String {
    person
        .name
        .clone()
        .unwrap_or_else(|| language.texts().person_missing.to_owned())
}

/// The birth date, or that the certificate has none.
pub(super) fn birth_date(person: &Person, language: Language) -> String {
    match &person.birth_date {
        Some(date) => date.display(language),
        None => language.texts().person_missing.to_owned(),
    }
}

/// The sex, or that the certificate does not tell.
pub(super) fn sex(person: &Person, language: Language) -> &'static str {
    let texts = language.texts();
    match person.sex {
        Some(Sex::Male) => texts.sex_male,
        Some(Sex::Female) => texts.sex_female,
        Some(Sex::Other) => texts.sex_other,
        None => texts.person_missing,
    }
}

/// The address, or that the certificate has none.
pub(super) fn address(person: &Person, language: Language) -> String {
    person
        .address
        .clone()
        .unwrap_or_else(|| language.texts().person_missing.to_owned())
}
