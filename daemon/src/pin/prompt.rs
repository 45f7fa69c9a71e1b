//! How a person is asked for a PIN: the question, its words, and the trait of whoever asks it.

use futures_util::future::BoxFuture;

pub use super::asker::Asker;
use super::{Pin, PinKind, TriesLeft};
use crate::language::Language;

/// What the PIN is wanted for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// A log-in: nothing personal is sent.
    Authenticate,
    /// So many signatures, sent together with the signature certificate.
    Sign(usize),
    /// The signature certificate: name, address, birth date and sex.
    ReadSignatureCertificate,
    /// The authentication certificate, which a phone keeps behind its PIN.
    ReadAuthenticationCertificate,
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

/// What a person is asked to agree to, by a button alone.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Who wants it.
    pub asker: Asker,
    /// What to agree to.
    pub subject: Subject,
    /// The language to ask in.
    pub language: Language,
}

/// What a [`Confirmation`] is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    /// The last try of this PIN.
    LastTry(PinKind),
    /// Signatures with the password that was given a moment ago.
    Sign {
        /// So many.
        count: usize,
        /// The hash function's name.
        hash_function: &'static str,
        /// How the first hash begins.
        hash_start: [u8; 4],
    },
    /// A web page is to get the authentication certificate: it names nobody, but a page can know
    /// the card again by it.
    ReadAuthenticationCertificate,
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

    /// Asks a person to agree; `false` if they do not.
    fn confirm<'a>(
        &'a self,
        confirmation: &'a Confirmation,
    ) -> BoxFuture<'a, Result<bool, PromptError>>;
}

impl PinQuestion {
    /// Who asks, what for, for which PIN, and how many tries are left.
    #[must_use]
    pub fn description(&self) -> String {
        let mut lines = self.asker.lines(self.language);
        lines.push(match self.purpose {
            Purpose::Authenticate => self.language.text("prompt-purpose-authenticate", &[]),
            Purpose::Sign(count) => {
                let count = count.to_string();
                self.language
                    .text("prompt-purpose-sign", &[("count", &count)])
            }
            Purpose::ReadSignatureCertificate => {
                self.language.text("prompt-purpose-certificate", &[])
            }
            Purpose::ReadAuthenticationCertificate => {
                self.language.text("prompt-purpose-identify", &[])
            }
        });
        lines.push(String::new());
        lines.push(self.of_pin("prompt-pin"));
        lines.push(self.of_pin("prompt-tries-left"));
        lines.join("\n")
    }

    /// What to say of the PIN typed before, if it was wrong.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        self.was_wrong.then(|| self.of_pin("prompt-wrong"))
    }

    /// What to say of a PIN that cannot be right.
    #[must_use]
    pub fn impossible(&self) -> String {
        self.of_pin("prompt-impossible")
    }

    /// The label of the entry field.
    #[must_use]
    pub fn field(&self) -> String {
        self.of_pin("prompt-field")
    }

    /// A message that each PIN has its own form of.
    fn of_pin(&self, message: &str) -> String {
        let tries = self.tries_left.to_string();
        self.language
            .text(&of_pin(message, self.pin), &[("tries", &tries)])
    }
}

impl Confirmation {
    /// Who asks, and what agreeing means.
    #[must_use]
    pub fn description(&self) -> String {
        let mut lines = self.asker.lines(self.language);
        match self.subject {
            Subject::LastTry(pin) => {
                lines.push(String::new());
                lines.push(self.language.text(&of_pin("prompt-pin", pin), &[]));
                lines.push(self.language.text(&of_pin("prompt-last-try", pin), &[]));
            }
            Subject::Sign {
                count,
                hash_function,
                hash_start,
            } => {
                let (count, hash) = (count.to_string(), hex(hash_start));
                let arguments = [
                    ("count", count.as_str()),
                    ("function", hash_function),
                    ("hash", &hash),
                ];
                lines.push(self.language.text("prompt-purpose-sign-held", &arguments));
                lines.push(self.language.text("prompt-hash", &arguments));
                lines.push(self.language.text("prompt-held", &[]));
            }
            Subject::ReadAuthenticationCertificate => {
                lines.push(self.language.text("prompt-purpose-identify", &[]));
            }
        }
        lines.join("\n")
    }

    /// The labels of the button that agrees and of the one that does not.
    #[must_use]
    pub fn buttons(&self) -> [String; 2] {
        let ids = match self.subject {
            Subject::LastTry(_) => ["prompt-last-try-ok", "prompt-last-try-cancel"],
            Subject::Sign { .. } => ["prompt-sign", "prompt-cancel"],
            Subject::ReadAuthenticationCertificate => ["prompt-ok", "prompt-cancel"],
        };
        ids.map(|id| self.language.text(id, &[]))
    }
}

/// As people compare it: groups of four digits.
fn hex([a, b, c, d]: [u8; 4]) -> String {
    format!("{a:02x}{b:02x} {c:02x}{d:02x}")
}

fn of_pin(message: &str, pin: PinKind) -> String {
    let pin = match pin {
        PinKind::UserAuthentication => "authentication",
        PinKind::DigitalSignature => "signature",
    };
    format!("{message}-{pin}")
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
            first_use: false,
        }
    }

    fn for_the_first_time(mut asker: Asker) -> Asker {
        if let Asker::Website { first_use, .. } = &mut asker {
            *first_use = true;
        }
        asker
    }

    #[test]
    fn a_first_use_is_told_in_one_line() {
        let known = website("https://example.jp", "https://example.jp");
        let new = for_the_first_time(known.clone());
        for language in Language::ALL {
            let known = question(known.clone(), language).description();
            let new = question(new.clone(), language).description();
            assert_eq!(new.lines().count(), known.lines().count() + 1, "{new}");
            assert!(
                new.contains(&language.text("prompt-first-use", &[])),
                "{new}"
            );
        }
    }

    #[test]
    fn a_signature_is_agreed_to_with_its_number_hash_function_and_hash() {
        let confirmation = Confirmation {
            asker: website("https://example.jp", "https://example.jp"),
            subject: Subject::Sign {
                count: 3,
                hash_function: "SHA-384",
                hash_start: [0x00, 0x1F, 0xA2, 0xFF],
            },
            language: Language::English,
        };
        let text = confirmation.description();
        for part in ["https://example.jp", "(3)", "SHA-384", "001f a2ff"] {
            assert!(text.contains(part), "{part}: {text}");
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
    fn the_longest_question_fits_an_assuan_line() {
        let wide = "漢".repeat(300);
        for language in Language::ALL {
            for asker in [
                for_the_first_time(website(&"a".repeat(255), &wide)),
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
                        Purpose::ReadAuthenticationCertificate,
                    ] {
                        let question = PinQuestion {
                            pin,
                            purpose,
                            ..question(asker.clone(), language)
                        };
                        let sign = Subject::Sign {
                            count: 16,
                            hash_function: "SHA-256",
                            hash_start: [0xFF; 4],
                        };
                        let confirmations = [Subject::LastTry(pin), sign].map(|subject| {
                            let confirmation = Confirmation {
                                asker: asker.clone(),
                                subject,
                                language,
                            };
                            confirmation.description()
                        });
                        for text in [question.description()].into_iter().chain(confirmations) {
                            // A line break is written %0A.
                            let bytes = text.len() + 2 * text.matches('\n').count();
                            assert!(
                                bytes < 1000 - "SETDESC ".len(),
                                "{language:?}, {bytes} bytes: {text}"
                            );
                        }
                    }
                }
            }
        }
    }
}
