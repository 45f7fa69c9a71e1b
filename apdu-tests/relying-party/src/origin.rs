//! The site's own origin, as browsers write it.

use url::{Host, Url};

/// Why a text is not the origin of a site that can work.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OriginError {
    /// Not a URL.
    #[error("it is not a URL such as https://example.jp")]
    Url(#[from] url::ParseError),
    /// A URL, but not written the way a browser writes its origin. Holds the browser's way.
    #[error("browsers write this origin {0}")]
    Spelling(String),
    /// Neither https, nor http on this machine.
    #[error(
        "it is neither https nor http on localhost, so browsers would not let the page use the card"
    )]
    Insecure,
}

/// An ASCII origin: scheme, host and, unless it is the scheme's own, port.
///
/// The card's token covers this text byte for byte, so it must be exactly what `location.origin` is in the browser:
/// lower case, no default port, no path and no trailing slash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SiteOrigin {
    text: String,
    https: bool,
}

impl SiteOrigin {
    /// Parses a configured origin.
    ///
    /// # Errors
    /// [`OriginError`], which says how a browser would write it.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text)?;
        let https = url.scheme() == "https";
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let plain_but_local = url.scheme() == "http" && local;
        if !https && !plain_but_local {
            return Err(OriginError::Insecure);
        }
        let origin = url.origin().ascii_serialization();
        if origin != text {
            return Err(OriginError::Spelling(origin));
        }
        Ok(Self {
            text: origin,
            https,
        })
    }

    /// The origin, such as `https://example.jp`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port as the `Host` header carries them.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text
            .split_once("://")
            .map_or("", |(_, authority)| authority)
    }

    /// Whether cookies can be confined to TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_only_as_browsers_write_it() {
        for text in [
            "https://example.jp",
            "https://example.jp:8443",
            "http://localhost:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(SiteOrigin::parse(text).unwrap().as_str(), text);
        }
        for (text, spelling) in [
            ("https://example.jp/", "https://example.jp"),
            ("https://Example.jp", "https://example.jp"),
            ("https://example.jp:443", "https://example.jp"),
            ("https://example.jp/login", "https://example.jp"),
            ("https://日本.jp", "https://xn--wgv71a.jp"),
        ] {
            assert_eq!(
                SiteOrigin::parse(text),
                Err(OriginError::Spelling(spelling.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn a_site_without_tls_is_on_this_machine() {
        for text in [
            "http://example.jp",
            "http://192.0.2.1",
            "ftp://localhost",
            "http://localhost.example.jp",
        ] {
            assert_eq!(
                SiteOrigin::parse(text),
                Err(OriginError::Insecure),
                "{text}"
            );
        }
        assert!(SiteOrigin::parse("http://127.0.0.1:1").is_ok());
        assert!(!SiteOrigin::parse("http://127.0.0.1:1").unwrap().is_https());
    }

    #[test]
    fn the_authority_is_what_the_host_header_carries() {
        assert_eq!(
            SiteOrigin::parse("http://localhost:8080")
                .unwrap()
                .authority(),
            "localhost:8080"
        );
        assert_eq!(
            SiteOrigin::parse("https://example.jp").unwrap().authority(),
            "example.jp"
        );
    }
}
