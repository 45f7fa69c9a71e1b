//! The page behind the log-in.

use maud::html;

use super::registration::{address, birth_date, name, sex};
use super::{Page, revocation_note};
use crate::Language;
use crate::store::{Account, LogIn};
use crate::verification::Flow;

/// The last log-in, what was registered, and the way out.
pub(super) fn account(language: Language, log_in: &LogIn, account: &Account) -> Page {
    let texts = language.texts();
    let person = &account.person;
    let method = match log_in.flow {
        Flow::LogInAuthentication => texts.login_authentication_title,
        Flow::LogInBoth | Flow::Register => texts.login_both_title,
    };
    Page {
        language,
        name: "account",
        title: texts.account_title,
        logged_in: true,
        script: false,
        content: html! {
            @if let Some(name) = &person.name {
                p.lead data-testid="welcome" { (texts.account_welcome.replace("{name}", name)) }
            }
            section.card {
                dl {
                    dt { (texts.account_last_login) }
                    dd data-testid="last-login" { (language.date_and_time(log_in.at)) }
                    dt { (texts.account_previous_login) }
                    dd data-testid="previous-login" {
                        @match log_in.previous {
                            Some(moment) => (language.date_and_time(moment)),
                            None => (texts.account_first_login),
                        }
                    }
                    dt { (texts.account_method) }
                    dd data-testid="login-method" { (method) }
                }
                (revocation_note(language))
                form.actions method="post" action="/logout" {
                    button.quiet type="submit" data-testid="logout" { (texts.logout_button) }
                }
            }
            section.card {
                h2 { (texts.account_person) }
                dl {
                    dt { (texts.person_name) }
                    dd data-testid="account-name" { (name(person, language)) }
                    dt { (texts.person_birth_date) }
                    dd { (birth_date(person, language)) }
                    dt { (texts.person_sex) }
                    dd { (sex(person, language)) }
                    dt { (texts.person_address) }
                    dd { (address(person, language)) }
                }
            }
        },
    }
}
