use crate::language::{Language, harmless};

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
        /// It is known that the site has not used the card before.
        first_use: bool,
    },
    /// A program of this machine; the origin is what it claims.
    Program {
        /// The program's path, or what is known of it.
        program: String,
        /// The origin it names, if any.
        origin: Option<String>,
    },
}

impl Asker {
    /// What the window says of it, line by line.
    pub(super) fn lines(&self, language: Language) -> Vec<String> {
        let line = |id, name, value: &str| language.text(id, &[(name, &shown(value))]);
        match self {
            Self::Website {
                ascii,
                unicode,
                browser,
                first_use,
            } => {
                let mut lines = vec![line("prompt-website", "origin", unicode)];
                if ascii != unicode {
                    lines.push(line("prompt-website-ascii", "origin", ascii));
                }
                lines.push(line("prompt-browser", "program", browser));
                if *first_use {
                    lines.push(language.text("prompt-first-use", &[]));
                }
                lines
            }
            Self::Program { program, origin } => {
                let mut lines = vec![line("prompt-program", "program", program)];
                if let Some(origin) = origin {
                    lines.push(line("prompt-program-origin", "origin", origin));
                }
                lines
            }
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
            character => harmless(character),
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

    #[test]
    fn the_end_of_a_long_name_is_shown_and_nothing_that_turns_or_breaks_lines() {
        let long = format!("https://{}.evil.example", "login.go.jp.".repeat(20));
        let text = shown(&long);
        assert!(text.starts_with('…') && text.ends_with(".evil.example"));
        assert_eq!(
            shown("a\u{202E}b\nc<b>"),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}b\u{FFFD}"
        );
        assert_eq!(
            shown("\u{2028}\u{2029}\u{061C}\u{FEFF}"),
            "\u{FFFD}".repeat(4)
        );
    }
}
