//! The words a person reads, in Japanese and English (Fluent, `daemon/locales/`).

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language that every message exists in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English, and the choice where nothing else is known.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

/// The character as it may stand in a line of a person's window or terminal: U+FFFD in place of controls and of marks
/// that turn the direction of writing or cannot be seen.
#[must_use]
pub fn harmless(character: char) -> char {
    match character {
        '\u{061C}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' => char::REPLACEMENT_CHARACTER,
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

impl Language {
    /// Chooses by the caller's wish (a BCP 47 tag such as `ja` or `en-GB`), else by the locale.
    #[must_use]
    pub fn choose(asked: Option<&str>) -> Self {
        asked
            .and_then(Self::parse)
            .or_else(|| sys_locale::get_locale().as_deref().and_then(Self::parse))
            .unwrap_or_default()
    }

    /// Parses the primary subtag of a BCP 47 tag or POSIX locale; `None` for a language without messages.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.']).next()? {
            primary if primary.eq_ignore_ascii_case("ja") => Some(Self::Japanese),
            primary if primary.eq_ignore_ascii_case("en") => Some(Self::English),
            _ => None,
        }
    }

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// The message `id` with its `arguments` filled in; the id itself where the message is missing
    /// (a test keeps both languages complete).
    #[must_use]
    pub fn text(self, id: &str, arguments: &[(&str, &str)]) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let mut filled = FluentArgs::new();
        for (name, value) in arguments {
            filled.set(*name, *value);
        }
        bundle
            .format_pattern(pattern, Some(&filled), &mut Vec::new())
            .into_owned()
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static JAPANESE: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        match self {
            Self::English => ENGLISH.get_or_init(|| bundle(self)),
            Self::Japanese => JAPANESE.get_or_init(|| bundle(self)),
        }
    }

    fn sources(self) -> [&'static str; 3] {
        match self {
            Self::English => [
                include_str!("../locales/en/errors.ftl"),
                include_str!("../locales/en/prompt.ftl"),
                include_str!("../locales/en/cli.ftl"),
            ],
            Self::Japanese => [
                include_str!("../locales/ja/errors.ftl"),
                include_str!("../locales/ja/prompt.ftl"),
                include_str!("../locales/ja/cli.ftl"),
            ],
        }
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    // Only plural and number rules depend on the identifier; an empty one has neutral rules.
    let identifier = language
        .tag()
        .parse::<LanguageIdentifier>()
        .unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // The marks that isolate right-to-left text show as boxes in some pinentry programs.
    bundle.set_use_isolating(false);
    for source in language.sources() {
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Message id -> the variables it uses, read from the text of the files.
    fn messages(language: Language) -> BTreeMap<String, Vec<String>> {
        let mut found = BTreeMap::<String, Vec<String>>::new();
        for source in language.sources() {
            FluentResource::try_new(source.to_owned()).expect("a locale file must parse");
            let mut current = String::new();
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                if let Some((id, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                    assert!(
                        found.insert(id.to_owned(), Vec::new()).is_none(),
                        "{id} stands twice"
                    );
                    current = id.to_owned();
                }
                for part in line.split("{ $").skip(1) {
                    let name = part.split([' ', '}']).next().unwrap_or_default().to_owned();
                    let used = found.entry(current.clone()).or_default();
                    if !used.contains(&name) {
                        used.push(name);
                        used.sort();
                    }
                }
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_messages_with_the_same_variables() {
        assert_eq!(messages(Language::English), messages(Language::Japanese));
    }

    #[test]
    fn the_callers_wish_comes_before_the_locale() {
        assert_eq!(Language::choose(Some("ja-JP")), Language::Japanese);
        assert_eq!(Language::choose(Some("EN")), Language::English);
    }
}
