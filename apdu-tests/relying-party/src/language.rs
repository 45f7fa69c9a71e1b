//! The two languages, and how a browser's wish is read.

use crate::texts::{ENGLISH, JAPANESE, Texts};

/// A language that every page speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Language {
    /// 日本語
    Japanese,
    /// English
    English,
}

impl Language {
    /// Both languages, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Japanese, Self::English];

    /// The BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }

    /// The language's name for itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Japanese => "日本語",
            Self::English => "English",
        }
    }

    /// Every text of the site in this language.
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Self::Japanese => &JAPANESE,
            Self::English => &ENGLISH,
        }
    }

    /// The language of a tag such as `ja` or `en-GB`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The better of the two for an `Accept-Language` header (RFC 9110 section 12.5.4). People who read neither are
    /// likelier to manage with English; a browser that says nothing gets Japanese.
    #[must_use]
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let Some(header) = accept_language else {
            return Self::Japanese;
        };
        let mut best = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::from_tag) else {
                continue;
            };
            let quality = parts
                .find_map(|parameter| parameter.trim().strip_prefix("q="))
                .map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0));
            let better = best.is_none_or(|(_, highest)| quality > highest);
            if quality > 0.0 && better {
                best = Some((language, quality));
            }
        }
        best.map_or(Self::English, |(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_quality_wins() {
        for (header, language) in [
            ("ja", Language::Japanese),
            ("ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", Language::Japanese),
            ("en-US,en;q=0.9,ja;q=0.8", Language::English),
            ("en;q=0.5, JA;q=0.6", Language::Japanese),
            ("zh-CN,zh;q=0.9,ja;q=0.3", Language::Japanese),
            ("ja;q=0, en;q=0.1", Language::English),
            ("vi", Language::English),
            ("", Language::English),
            ("ja;q=x, en;q=0.1", Language::English),
        ] {
            assert_eq!(Language::negotiate(Some(header)), language, "{header}");
        }
        assert_eq!(Language::negotiate(None), Language::Japanese);
    }

    #[test]
    fn a_tag_is_known_by_its_primary_language() {
        assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
        assert_eq!(Language::from_tag("jav"), None);
        assert_eq!(Language::from_tag(""), None);
    }
}
