//! The frame around every page.

use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::Language;

/// A page before it is put into its frame.
pub(super) struct Page {
    pub(super) language: Language,
    /// The name that tests know the page by.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Whether the menu leads to the account rather than to the log-in.
    pub(super) logged_in: bool,
    /// Whether the page runs the script.
    pub(super) script: bool,
    pub(super) content: Markup,
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Html(self.render().into_string()).into_response()
    }
}

impl Page {
    fn render(&self) -> Markup {
        let texts = self.language.texts();
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " | " (texts.site_name) }
                    link rel="icon" href="/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/style.css";
                    @if self.script { script type="module" src="/app.js" {} }
                }
                body {
                    a.skip href="#content" { (texts.skip_to_content) }
                    (self.header())
                    main #content {
                        h1 data-testid="page" data-page=(self.name) { (self.title) }
                        (self.content)
                    }
                    footer { p { (texts.demonstration) } }
                }
            }
        }
    }

    fn header(&self) -> Markup {
        let texts = self.language.texts();
        html! {
            header {
                div.bar {
                    a.brand href="/" {
                        img src="/icon.svg" alt="" width="28" height="28";
                        (texts.site_name)
                    }
                    nav aria-label=(texts.navigation) {
                        (self.menu_item("/register", texts.register_title, "register"))
                        @if self.logged_in {
                            (self.menu_item("/account", texts.account_title, "account"))
                        } @else {
                            (self.menu_item("/login", texts.login_title, "login"))
                        }
                    }
                    nav.languages aria-label=(texts.language_switch) {
                        @for language in Language::ALL {
                            a href=(format!("?lang={}", language.tag())) lang=(language.tag())
                                hreflang=(language.tag()) data-testid=(format!("lang-{}", language.tag()))
                                aria-current=[(language == self.language).then_some("true")]
                                { (language.own_name()) }
                        }
                    }
                }
            }
        }
    }

    fn menu_item(&self, address: &str, title: &str, name: &str) -> Markup {
        html! {
            a href=(address) data-testid=(format!("menu-{name}"))
                aria-current=[(name == self.name).then_some("page")] { (title) }
        }
    }
}
