//! The words a person reads, in the languages of those who live in Japan (Fluent, `daemon/locales/`).

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Not a language tag at all, whatever language it might have meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it is not a BCP 47 language tag")]
pub struct NotATag;

/// One list of the languages; everything that must know all of them is made of it.
macro_rules! languages {
    ($($(#[$attribute:meta])* $variant:ident = $tag:literal $(+ $cli:literal)?,)*) => {
        /// A language that a person is asked and answered in.
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        pub enum Language {
            $($(#[$attribute])* $variant,)*
        }

        impl Language {
            /// Every language, the choice where nothing else is known first.
            pub const ALL: [Self; [$($tag),*].len()] = [$(Self::$variant),*];

            /// The BCP 47 tag.
            #[must_use]
            pub const fn tag(self) -> &'static str {
                match self {
                    $(Self::$variant => $tag,)*
                }
            }

            /// The messages of this language alone, read when the first is asked for.
            fn bundle(self) -> &'static FluentBundle<FluentResource> {
                match self {
                    $(Self::$variant => {
                        static BUNDLE: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
                        BUNDLE.get_or_init(|| bundle(self))
                    })*
                }
            }

            /// What errors and windows say, and what the command line says where it speaks this language.
            fn sources(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[
                        include_str!(concat!("../locales/", $tag, "/errors.ftl")),
                        include_str!(concat!("../locales/", $tag, "/prompt.ftl")),
                        $(include_str!(concat!("../locales/", $tag, "/", $cli)),)?
                    ],)*
                }
            }
        }
    };
}

languages! {
    /// English, and the choice where nothing else is known.
    #[default]
    English = "en" + "cli.ftl",
    /// Japanese.
    Japanese = "ja" + "cli.ftl",
    /// やさしい日本語: Japanese in short sentences and plain words, for those who are learning it.
    EasyJapanese = "ja-simple",
    /// Chinese in simplified characters.
    SimplifiedChinese = "zh-CN",
    /// Chinese in traditional characters.
    TraditionalChinese = "zh-TW",
    /// Korean.
    Korean = "ko",
    /// Vietnamese.
    Vietnamese = "vi",
    /// Nepali.
    Nepali = "ne",
    /// Indonesian.
    Indonesian = "id",
    /// Portuguese, as Brazil writes it.
    Portuguese = "pt-BR",
    /// Filipino.
    Filipino = "fil",
    /// Burmese.
    Burmese = "my",
    /// Thai.
    Thai = "th",
    /// Spanish.
    Spanish = "es",
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
        let known = |tag: &str| Self::parse(tag).ok().flatten();
        asked
            .and_then(known)
            .or_else(|| sys_locale::get_locale().as_deref().and_then(known))
            .unwrap_or_default()
    }

    /// Parses a BCP 47 tag or a POSIX locale (`zh_TW.UTF-8`); `None` for a language without messages.
    ///
    /// # Errors
    /// [`NotATag`] for what is neither.
    pub fn parse(tag: &str) -> Result<Option<Self>, NotATag> {
        let (name, _) = tag.split_once(['.', '@']).unwrap_or((tag, ""));
        // Extensions such as -u-ca-japanese begin with a subtag of one character; they name no language.
        let subtags: Vec<_> = name
            .split(['-', '_'])
            .take_while(|subtag| !matches!(subtag.as_bytes(), [one] if one.is_ascii_alphanumeric()))
            .collect();
        let identifier: LanguageIdentifier = subtags.join("-").parse().map_err(|_| NotATag)?;
        Ok(Self::of(&identifier))
    }

    fn of(identifier: &LanguageIdentifier) -> Option<Self> {
        let is_simple = || identifier.variants().any(|variant| variant == "simple");
        Some(match identifier.language.as_str() {
            "en" => Self::English,
            "ja" if is_simple() => Self::EasyJapanese,
            "ja" => Self::Japanese,
            "zh" => match (&identifier.script, &identifier.region) {
                (Some(script), _) if script.as_str() == "Hant" => Self::TraditionalChinese,
                (None, Some(region)) if ["TW", "HK", "MO"].contains(&region.as_str()) => {
                    Self::TraditionalChinese
                }
                _ => Self::SimplifiedChinese,
            },
            "ko" => Self::Korean,
            "vi" => Self::Vietnamese,
            "ne" => Self::Nepali,
            "id" => Self::Indonesian,
            "pt" => Self::Portuguese,
            "fil" | "tl" => Self::Filipino,
            "my" => Self::Burmese,
            "th" => Self::Thai,
            "es" => Self::Spanish,
            _ => return None,
        })
    }

    /// The tags of all languages, for the text of an error or a help.
    #[must_use]
    pub fn tags() -> String {
        Self::ALL.map(Self::tag).join(", ")
    }

    /// The language that says what this one has no words for: most speak no command line.
    fn fallback(self) -> Option<Self> {
        match self {
            Self::English => None,
            Self::EasyJapanese => Some(Self::Japanese),
            _ => Some(Self::English),
        }
    }

    /// What parts two sentences: a space, but nothing in the languages that write none.
    #[must_use]
    pub fn between_sentences(self) -> &'static str {
        match self {
            Self::Japanese
            | Self::EasyJapanese
            | Self::SimplifiedChinese
            | Self::TraditionalChinese => "",
            _ => " ",
        }
    }

    /// The message `id` with its `arguments` filled in; the id itself where the message is missing
    /// (a test keeps all languages complete).
    #[must_use]
    pub fn text(self, id: &str, arguments: &[(&str, &str)]) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            return match self.fallback() {
                Some(fallback) => fallback.text(id, arguments),
                None => id.to_owned(),
            };
        };
        let mut filled = FluentArgs::new();
        for (name, value) in arguments {
            filled.set(*name, *value);
        }
        bundle
            .format_pattern(pattern, Some(&filled), &mut Vec::new())
            .into_owned()
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
        let resource = match FluentResource::try_new((*source).to_owned()) {
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

    /// What a message says and the variables it uses.
    #[derive(Debug, Default)]
    struct Message {
        text: String,
        variables: Vec<String>,
    }

    /// By id, read from the text of the files: what one language says of its own.
    fn messages(language: Language) -> BTreeMap<String, Message> {
        let mut found = BTreeMap::<String, Message>::new();
        for source in language.sources() {
            FluentResource::try_new((*source).to_owned()).expect("a locale file must parse");
            let lines = source
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                let (id, text) = line
                    .split_once(" = ")
                    .unwrap_or_else(|| panic!("{language:?}: a message is one line: {line}"));
                let mut message = Message {
                    text: text.to_owned(),
                    ..Message::default()
                };
                for part in text.split("{ $").skip(1) {
                    let name = part.split([' ', '}']).next().unwrap_or_default();
                    message.variables.push(name.to_owned());
                }
                message.variables.sort();
                message.variables.dedup();
                assert!(
                    found.insert(id.to_owned(), message).is_none(),
                    "{language:?}: {id} stands twice"
                );
            }
        }
        found
    }

    #[test]
    fn all_languages_have_the_same_messages_with_the_same_variables() {
        let english = messages(Language::English);
        for language in Language::ALL {
            let speaks_command_line = language.sources().len() > 2;
            let translated = messages(language);
            let wanted = english
                .iter()
                .filter(|(id, _)| speaks_command_line || !id.starts_with("cli-"))
                .filter(|(id, _)| speaks_command_line || !id.starts_with("help"));
            for (id, message) in wanted.clone() {
                let own = translated
                    .get(id)
                    .unwrap_or_else(|| panic!("{language:?}: {id} is missing"));
                assert_eq!(own.variables, message.variables, "{language:?}: {id}");
            }
            assert_eq!(translated.len(), wanted.count(), "{language:?} has more");
        }
    }

    #[test]
    fn no_message_is_empty_or_was_left_in_english() {
        let english = messages(Language::English);
        for language in Language::ALL {
            for (id, message) in messages(language) {
                assert!(!message.text.trim().is_empty(), "{language:?}: {id}");
                let is_word = message.text != "OK" && !message.text.starts_with("{ $");
                assert!(
                    language == Language::English || !is_word || message.text != english[&id].text,
                    "{language:?}: {id} says the same as in English"
                );
            }
        }
    }

    #[test]
    fn the_callers_wish_comes_before_the_locale() {
        assert_eq!(Language::choose(Some("ja-JP")), Language::Japanese);
        assert_eq!(Language::choose(Some("EN")), Language::English);
    }

    #[test]
    fn every_language_is_known_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Ok(Some(language)));
        }
    }

    #[test]
    fn tags_and_locales_of_all_writings_are_read() {
        for (tag, language) in [
            ("ja_JP.UTF-8", Language::Japanese),
            ("JA-jp-u-ca-japanese", Language::Japanese),
            ("ja-JP-simple", Language::EasyJapanese),
            ("zh", Language::SimplifiedChinese),
            ("zh-Hans-HK", Language::SimplifiedChinese),
            ("zh_SG.GB2312", Language::SimplifiedChinese),
            ("zh-Hant", Language::TraditionalChinese),
            ("zh_HK.UTF-8", Language::TraditionalChinese),
            ("zh-MO", Language::TraditionalChinese),
            ("pt", Language::Portuguese),
            ("pt_PT@euro", Language::Portuguese),
            ("tl", Language::Filipino),
            ("fil_PH", Language::Filipino),
            ("es-419", Language::Spanish),
        ] {
            assert_eq!(Language::parse(tag), Ok(Some(language)), "{tag}");
        }
        for unknown in ["fr", "et-EE", "zu_ZA.UTF-8"] {
            assert_eq!(Language::parse(unknown), Ok(None), "{unknown}");
        }
        for wrong in ["", "C", "no tag!", "12", "ja-!"] {
            assert_eq!(Language::parse(wrong), Err(NotATag), "{wrong}");
        }
    }

    #[test]
    fn a_language_without_a_command_line_speaks_anothers() {
        let said = |language: Language| language.text("cli-no-card", &[]);
        assert_eq!(said(Language::Korean), said(Language::English));
        assert_eq!(said(Language::EasyJapanese), said(Language::Japanese));
        assert_eq!(
            Language::Thai.text("no-such-message", &[]),
            "no-such-message"
        );
    }
}
