//! How a person is asked for a PIN: the question, its words, and the trait of whoever asks it.

use futures_util::future::BoxFuture;

use super::{Pin, PinKind, TriesLeft};
use crate::language::Language;

/// Characters of an origin or path that are shown; of a longer one its end, which is what tells a
/// site from one that imitates it. Keeps the text within an Assuan line.
const MAX_SHOWN: usize = 64;

/// Who wants the PIN used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Asker {
    /// A web page; the browser says which.
    Website {
        /// The origin as the browser writes it, in ASCII.
        ascii: String,
        /// The same with the host name's own letters.
        unicode: String,
        /// The browser's program.
        browser: String,
    },
    /// A program of this machine; the origin is what it claims.
    Program {
        /// The program's path, or what is known of it.
        program: String,
        /// The origin it names, if any.
        origin: Option<String>,
    },
}

/// What the PIN is wanted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// A log-in: nothing personal is sent.
    Authenticate,
    /// So many signatures, sent together with the signature certificate.
    Sign(usize),
    /// The signature certificate: name, address, birth date and sex.
    ReadSignatureCertificate,
}

/// What a person is asked.
#[derive(Clone, Debug)]
pub struct PinQuestion {
    /// Who wants it.
    pub asker: Asker,
    /// What for.
    pub purpose: Purpose,
    /// Which PIN.
    pub pin: PinKind,
    /// Tries left before it is blocked.
    pub tries_left: TriesLeft,
    /// Whether the PIN typed before was wrong.
    pub was_wrong: bool,
    /// The language to ask in.
    pub language: Language,
}

/// Why no PIN came.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The person closed the window.
    #[error("the person cancelled")]
    Cancelled,
    /// The prompt program gave up waiting.
    #[error("the person did not answer in time")]
    TimedOut,
    /// No window could be shown.
    #[error("the prompt program {program} could not ask")]
    Unavailable {
        /// The program.
        program: String,
        /// What went wrong.
        source: super::pinentry::AssuanError,
    },
}

/// Asks a person. Dropping a future closes its window.
pub trait PinPrompt: std::fmt::Debug + Send + Sync {
    /// Asks for the PIN until one is typed that could be right; a PIN that cannot be is refused
    /// here and goes nowhere.
    fn ask<'a>(&'a self, question: &'a PinQuestion) -> BoxFuture<'a, Result<Pin, PromptError>>;

    /// Tells that one try is left, and asks whether to use it.
    fn confirm_last_try<'a>(
        &'a self,
        question: &'a PinQuestion,
    ) -> BoxFuture<'a, Result<bool, PromptError>>;
}

impl PinQuestion {
    /// Who asks, what for, for which PIN, and how many tries are left.
    #[must_use]
    pub fn description(&self) -> String {
        let mut lines = self.asker_lines();
        lines.push(self.purpose_line());
        lines.push(String::new());
        lines.push(self.say(self.pin_id("prompt-pin"), &[]));
        lines.push(self.say(
            "prompt-tries-left",
            &[("tries", &self.tries_left.to_string())],
        ));
        lines.join("\n")
    }

    /// That one try is left and what happens if it is lost.
    #[must_use]
    pub fn last_try_warning(&self) -> String {
        let mut lines = self.asker_lines();
        lines.push(String::new());
        lines.push(self.say(self.pin_id("prompt-pin"), &[]));
        lines.push(self.say(self.pin_id("prompt-last-try"), &[]));
        lines.join("\n")
    }

    /// What to say of the PIN typed before, if it was wrong.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let tries = self.tries_left.to_string();
        self.was_wrong
            .then(|| self.say(self.pin_id("prompt-wrong"), &[("tries", &tries)]))
    }

    /// What to say of a PIN that cannot be right.
    #[must_use]
    pub fn impossible(&self) -> String {
        self.say(self.pin_id("prompt-impossible"), &[])
    }

    /// The label of the entry field.
    #[must_use]
    pub fn field(&self) -> String {
        self.say(self.pin_id("prompt-field"), &[])
    }

    /// A message in the question's language.
    #[must_use]
    pub fn say(&self, id: impl AsRef<str>, arguments: &[(&str, &str)]) -> String {
        self.language.text(id.as_ref(), arguments)
    }

    fn pin_id(&self, message: &str) -> String {
        let pin = match self.pin {
            PinKind::UserAuthentication => "authentication",
            PinKind::DigitalSignature => "signature",
        };
        format!("{message}-{pin}")
    }

    fn asker_lines(&self) -> Vec<String> {
        match &self.asker {
            Asker::Website {
                ascii,
                unicode,
                browser,
            } => {
                let mut lines = vec![self.say("prompt-website", &[("origin", &shown(unicode))])];
                if ascii != unicode {
                    lines.push(self.say("prompt-website-ascii", &[("origin", &shown(ascii))]));
                }
                lines.push(self.say("prompt-browser", &[("program", &shown(browser))]));
                lines
            }
            Asker::Program { program, origin } => {
                let mut lines = vec![self.say("prompt-program", &[("program", &shown(program))])];
                if let Some(origin) = origin {
                    lines.push(self.say("prompt-program-origin", &[("origin", &shown(origin))]));
                }
                lines
            }
        }
    }

    fn purpose_line(&self) -> String {
        match self.purpose {
            Purpose::Authenticate => self.say("prompt-purpose-authenticate", &[]),
            Purpose::Sign(count) => {
                self.say("prompt-purpose-sign", &[("count", &count.to_string())])
            }
            Purpose::ReadSignatureCertificate => self.say("prompt-purpose-certificate", &[]),
        }
    }
}

/// The end of a text that came from outside, without characters that would disturb the window:
/// controls, marks that turn the direction of writing, and markup.
fn shown(text: &str) -> String {
    let clean: Vec<char> = text
        .chars()
        .map(|character| match character {
            '<' | '>' | '&' => '\u{FFFD}',
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => {
                '\u{FFFD}'
            }
            character if character.is_control() => '\u{FFFD}',
            character => character,
        })
        .collect();
    match clean.len().checked_sub(MAX_SHOWN) {
        None | Some(0) => clean.into_iter().collect(),
        Some(cut) => std::iter::once('…')
            .chain(clean.into_iter().skip(cut))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(asker: Asker, language: Language) -> PinQuestion {
        PinQuestion {
            asker,
            purpose: Purpose::Authenticate,
            pin: PinKind::UserAuthentication,
            tries_left: TriesLeft::new(2).unwrap(),
            was_wrong: false,
            language,
        }
    }

    fn website(ascii: &str, unicode: &str) -> Asker {
        Asker::Website {
            ascii: ascii.to_owned(),
            unicode: unicode.to_owned(),
            browser: "/usr/bin/chromium".to_owned(),
        }
    }

    #[test]
    fn a_name_in_other_letters_is_shown_in_both_forms() {
        let asker = website("https://xn--wgv71a.jp", "https://日本.jp");
        let text = question(asker, Language::English).description();
        assert!(text.contains("https://日本.jp"), "{text}");
        assert!(text.contains("https://xn--wgv71a.jp"), "{text}");
        let asker = website("https://example.jp", "https://example.jp");
        let text = question(asker, Language::English).description();
        assert_eq!(text.matches("example.jp").count(), 1, "{text}");
    }

    #[test]
    fn a_program_is_not_shown_as_a_website() {
        let asker = Asker::Program {
            program: "/home/x/tool".to_owned(),
            origin: Some("https://example.jp".to_owned()),
        };
        let text = question(asker, Language::English).description();
        assert!(text.contains("/home/x/tool"), "{text}");
        assert!(!text.contains("Website"), "{text}");
    }

    #[test]
    fn the_end_of_a_long_name_is_shown_and_nothing_that_turns_or_breaks_lines() {
        let long = format!("https://{}.evil.example", "login.go.jp.".repeat(20));
        let text = shown(&long);
        assert!(text.starts_with('…') && text.ends_with(".evil.example"));
        assert_eq!(
            shown("a\u{202E}b\nc<b>"),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}b\u{FFFD}"
        );
    }

    #[test]
    fn the_longest_question_fits_an_assuan_line() {
        let wide = "漢".repeat(300);
        for language in [Language::English, Language::Japanese] {
            for asker in [
                website(&"a".repeat(255), &wide),
                Asker::Program {
                    program: wide.clone(),
                    origin: Some(wide.clone()),
                },
            ] {
                for pin in [PinKind::UserAuthentication, PinKind::DigitalSignature] {
                    for purpose in [
                        Purpose::Authenticate,
                        Purpose::Sign(16),
                        Purpose::ReadSignatureCertificate,
                    ] {
                        let question = PinQuestion {
                            pin,
                            purpose,
                            ..question(asker.clone(), language)
                        };
                        let texts = [question.description(), question.last_try_warning()];
                        for text in texts {
                            // A line break is written %0A.
                            let bytes = text.len() + 2 * text.matches('\n').count();
                            assert!(bytes < 1000 - "SETDESC ".len(), "{bytes}: {text}");
                        }
                    }
                }
            }
        }
    }
}
