//! Who asks, as a browser names it.

use std::fmt;

use url::{Host, Url};

use super::{ErrorCode, Failure};

/// The most characters of an origin; Web eID's limit, and longer than any DNS name with scheme and port.
pub const MAX_ORIGIN_LEN: usize = 255;

/// An origin in the browser's ASCII form (HTML Standard, "serialization of an origin"): lower-case scheme
/// and host, IDN as punycode, no default port, no trailing slash. It is kept exactly as given, because a
/// signature covers these bytes.
///
/// Its scheme is `https`, or `http` on this machine ([`Origin::is_developer`]).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin {
    ascii: String,
    unicode: String,
    developer: bool,
}

impl Origin {
    /// Parses the ASCII form.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] if the text is anything but the exact ASCII form of an origin,
    /// [`ErrorCode::OriginRefused`] if its scheme is neither `https` nor `http` on this machine; both
    /// with the field `origin`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.len() > MAX_ORIGIN_LEN {
            return Err(malformed(format!(
                "an origin has at most {MAX_ORIGIN_LEN} characters"
            )));
        }
        let url = Url::parse(text).map_err(|error| malformed(format!("not an origin: {error}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refused("only https pages may ask"));
        }
        // One comparison finds path, query, user info, upper case, default port, trailing slash,
        // Unicode hosts and numbers that stand for an IPv4 address.
        if url.origin().ascii_serialization() != text {
            return Err(malformed(
                "an origin is scheme, host and port in the browser's own form, and nothing more",
            ));
        }
        let Some(host) = url.host() else {
            return Err(malformed("an origin has a host"));
        };
        if let Host::Domain(name) = host
            && (name.ends_with('.') || name.contains("..") || name.starts_with('.'))
        {
            return Err(malformed("the host has an empty label"));
        }
        let developer = url.scheme() == "http";
        if developer && !is_this_machine(&host) {
            return Err(refused("http is accepted from this machine only"));
        }
        Ok(Self {
            ascii: text.to_owned(),
            unicode: unicode_form(&url, &host),
            developer,
        })
    }

    /// The ASCII form, exactly as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.ascii
    }

    /// `http://localhost`, `http://127.0.0.1` or `http://[::1]` with any port: refused unless the settings
    /// allow developers' origins.
    #[must_use]
    pub fn is_developer(&self) -> bool {
        self.developer
    }

    /// The form for people, with an IDN in its own script; the same as [`Origin::as_str`] for other hosts.
    /// Where the two differ, show both: some letters of different scripts look the same.
    #[must_use]
    pub fn display_unicode(&self) -> &str {
        &self.unicode
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ascii)
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => *address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == std::net::Ipv6Addr::LOCALHOST,
    }
}

fn unicode_form(url: &Url, host: &Host<&str>) -> String {
    let host = match host {
        Host::Domain(name) => match idna::domain_to_unicode(name) {
            (unicode, Ok(())) => unicode,
            // A name that breaks the rules is shown as it is written.
            (_, Err(_)) => (*name).to_owned(),
        },
        address => address.to_string(),
    };
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

fn malformed(detail: impl Into<String>) -> Failure {
    Failure::bad_field("origin", detail)
}

fn refused(detail: &str) -> Failure {
    Failure::new(ErrorCode::OriginRefused)
        .with_field("origin")
        .with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_exactly_as_given() {
        for text in [
            "https://example.go.jp",
            "https://example.go.jp:8443",
            "https://xn--wgv71a119e.jp",
            "https://192.0.2.1",
            "https://[2001:db8::1]:444",
            "https://localhost",
        ] {
            let origin = Origin::parse(text).expect(text);
            assert_eq!(origin.as_str(), text);
            assert!(!origin.is_developer(), "{text}");
        }
    }

    #[test]
    fn anything_but_the_exact_form_is_malformed() {
        let long = format!("https://{}.example", "a".repeat(250));
        for text in [
            "",
            "null",
            "example.go.jp",
            "https://",
            "https://example.go.jp/",
            "https://example.go.jp/login",
            "https://example.go.jp?x",
            "https://example.go.jp#x",
            "https://user@example.go.jp",
            "https://user:word@example.go.jp",
            "https://@example.go.jp",
            "https://Example.go.jp",
            "HTTPS://example.go.jp",
            "https://example.go.jp:443",
            "https://example.go.jp:",
            "https://example.go.jp:08443",
            "https://example.go.jp:65536",
            "https://example.go.jp.",
            "https://example..jp",
            "https://.example.jp",
            "https://日本語.jp",
            "https://XN--WGV71A119E.jp",
            "https://ｅｘａｍｐｌｅ.go.jp",
            "https://example。jp",
            "https://exam\u{ad}ple.jp",
            "https://exam\u{200d}ple.jp",
            "https://example.go.jp@other.example",
            "https://example.go.jp:443@other.example",
            "https://other.example\\@example.go.jp",
            "https://other.example/https://example.go.jp",
            "https://example.go.jp.:8443",
            "https://example.go.jp:0443",
            "https://example.go.jp:８443",
            "https://[::FFFF:192.0.2.1]",
            "https://[::ffff:192.0.2.1]",
            "https://[2001:db8:0::1]",
            "https://[fe80::1%25eth0]",
            "https://[::1].",
            "https://0300.0.2.1",
            "https://192.0.2.1.",
            "https://xn--.jp",
            "https://ex%61mple.jp",
            "https://example.go.jp\\x",
            " https://example.go.jp",
            "https://example.go.jp\n",
            "https://exa\tmple.go.jp",
            "https:example.go.jp",
            "https:///example.go.jp",
            "https://3221225985",
            "https://127.1",
            "https://[2001:DB8::1]",
            "https://[::1",
            "http://localhost:80",
            "http://localhost.",
            "http://localhost/",
            &long,
        ] {
            let failure = Origin::parse(text).expect_err(text);
            assert_eq!(failure.code(), ErrorCode::InvalidRequest, "{text}");
            assert_eq!(failure.field(), Some("origin"), "{text}");
        }
    }

    #[test]
    fn other_schemes_and_plain_http_are_refused() {
        for text in [
            "http://example.go.jp",
            "http://localhost.example.jp",
            "http://foo.localhost",
            "http://127.0.0.2",
            "http://[::2]",
            "http://0.0.0.0",
            "ftp://example.go.jp",
            "wss://example.go.jp",
            "file:///etc/passwd",
            "file://example.go.jp",
            "data:text/html,x",
            "data:,https://example.go.jp",
            "blob:https://example.go.jp",
            "filesystem:https://example.go.jp",
            "javascript:https://example.go.jp",
            "view-source:https://example.go.jp",
            "about:blank",
            "chrome-extension://kmbhegncnoikamoigmjkjpoehgbenimi",
        ] {
            let failure = Origin::parse(text).expect_err(text);
            assert_eq!(failure.code(), ErrorCode::OriginRefused, "{text}");
            assert_eq!(failure.field(), Some("origin"), "{text}");
        }
    }

    #[test]
    fn http_on_this_machine_is_a_developers_origin() {
        for text in [
            "http://localhost",
            "http://localhost:8080",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
        ] {
            assert!(Origin::parse(text).expect(text).is_developer(), "{text}");
        }
    }

    #[test]
    fn people_see_a_name_in_its_own_script() {
        let unicode = |text| {
            Origin::parse(text)
                .expect(text)
                .display_unicode()
                .to_owned()
        };
        assert_eq!(
            unicode("https://xn--wgv71a119e.jp:8443"),
            "https://日本語.jp:8443"
        );
        assert_eq!(unicode("https://example.go.jp"), "https://example.go.jp");
        assert_eq!(unicode("https://[2001:db8::1]"), "https://[2001:db8::1]");
    }
}
