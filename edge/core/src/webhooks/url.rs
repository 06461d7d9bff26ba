//! Addresses that messages may be sent to: `https`, a public host name, and nothing that could lead elsewhere.
//!
//! A URL is read by a grammar that is narrower than the platform's, so no spelling exists that this module and the
//! platform understand differently.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Maximum length of a URL, in characters.
pub const MAX_URL: usize = 2048;

/// Host names of a machine or a private network (RFC 6761, RFC 6762, RFC 8375, RFC 7686, and the reserved `internal`).
const PRIVATE: [&str; 7] = ["localhost", "local", "internal", "home.arpa", "onion", "localdomain", "invalid"];

/// The URL of an endpoint: scheme and host in lower case, otherwise as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointUrl(String);

/// Reason why messages may not be sent to a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// The URL is longer than [`MAX_URL`].
    TooLong,
    /// The URL has a blank, a backslash or another character that a URL writes in percent-encoding.
    Character,
    /// The scheme is not `https`.
    Scheme,
    /// The URL has a user name or a password.
    Credentials,
    /// The URL has a fragment.
    Fragment,
    /// The URL has another port than 443.
    Port,
    /// The host is an IP address in some spelling.
    Address,
    /// The host is not a public name.
    Host,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "must have at most 2048 characters",
            Self::Character => "must have visible ASCII characters only; write others in percent-encoding or punycode",
            Self::Scheme => "must begin with https://",
            Self::Credentials => "must not hold a user name or a password; messages are signed instead",
            Self::Fragment => "must not have a fragment (#)",
            Self::Port => "must not name another port than 443",
            Self::Address => "must have a host name, not an IP address",
            Self::Host => "must have a public host name, such as hooks.example.com, without a trailing dot",
        })
    }
}

/// Removes a prefix, in any case.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

impl EndpointUrl {
    /// Reads a URL. A demo also sends to a port of this machine, at `http://127.0.0.1`.
    pub fn parse(text: &str, demo: bool) -> Result<Self, UrlError> {
        if text.len() > MAX_URL {
            return Err(UrlError::TooLong);
        }
        if text.contains('#') {
            return Err(UrlError::Fragment);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)) {
            return Err(UrlError::Character);
        }
        if let Some(rest) = strip(text, "http://127.0.0.1").filter(|_| demo) {
            return Self::on_this_machine(rest);
        }
        let rest = strip(text, "https://").ok_or(UrlError::Scheme)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(UrlError::Credentials);
        }
        if authority.starts_with('[') {
            return Err(UrlError::Address);
        }
        let host = match authority.split_once(':') {
            Some((host, "443")) => host,
            Some(_) => return Err(UrlError::Port),
            None => authority,
        };
        let host = host.to_ascii_lowercase();
        must_be_public(&host)?;
        Ok(Self(format!("https://{host}{path}")))
    }

    /// The URL of a port on this machine, after its address.
    fn on_this_machine(rest: &str) -> Result<Self, UrlError> {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (port, path) = rest.split_at(end);
        let number: Option<u16> = match port.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            Some(_) => None,
            None if port.is_empty() => Some(80),
            None => return Err(UrlError::Host),
        };
        number.filter(|number| *number > 0).ok_or(UrlError::Port)?;
        Ok(Self(format!("http://127.0.0.1{port}{path}")))
    }

    /// Refuses a URL that this deployment may not send to: the rules may have changed since it was stored.
    pub fn must_be_allowed(&self, demo: bool) -> Result<(), UrlError> {
        Self::parse(&self.0, demo).map(drop)
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses a host that is not a name of the public network.
fn must_be_public(host: &str) -> Result<(), UrlError> {
    let labels: Vec<&str> = host.split('.').collect();
    let Some(last) = labels.last() else { return Err(UrlError::Host) };
    // A host whose last label is a number is an IPv4 address in one of its spellings (WHATWG URL, "ends in a number").
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if hexadecimal || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(UrlError::Address);
    }
    let fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let private = PRIVATE.iter().any(|name| host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')));
    if labels.len() < 2 || host.len() > 253 || !labels.iter().all(fits) || private {
        return Err(UrlError::Host);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> UrlError {
        EndpointUrl::parse(text, false).unwrap_err()
    }

    #[test]
    fn public_https_addresses_are_taken_in_normal_form() {
        for (typed, normal) in [
            ("https://hooks.example.com", "https://hooks.example.com"),
            ("HTTPS://Hooks.Example.COM:443/Path?a=B", "https://hooks.example.com/Path?a=B"),
            ("https://a.b.example:443", "https://a.b.example"),
            ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x"),
            ("https://example.com?x=1", "https://example.com?x=1"),
            ("https://1.example.com/%7B", "https://1.example.com/%7B"),
            ("https://example.com/@user", "https://example.com/@user"),
        ] {
            assert_eq!(EndpointUrl::parse(typed, false).unwrap().as_str(), normal);
        }
    }

    #[test]
    fn an_address_of_a_machine_is_refused_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "1.2.3.0x",
            "10.0.0.1",
            "0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[fd00::1]",
            "203.0.113.7",
            "a.1",
            "a.0x1F",
        ] {
            assert_eq!(refused(&format!("https://{host}/")), UrlError::Address, "{host}");
        }
    }

    #[test]
    fn a_host_without_a_public_name_is_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "a.localhost",
            "printer.local",
            "db.internal",
            "router.home.arpa",
            "example",
            "example.com.",
            ".example.com",
            "a..example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "",
            "%6c.example",
            &format!("{}.example", "a".repeat(64)),
        ] {
            assert_eq!(refused(&format!("https://{host}/")), UrlError::Host, "{host}");
        }
    }

    #[test]
    fn everything_else_that_could_lead_elsewhere_is_refused() {
        for (text, why) in [
            ("", UrlError::Scheme),
            ("example.com", UrlError::Scheme),
            ("http://example.com", UrlError::Scheme),
            ("ftp://example.com", UrlError::Scheme),
            ("https:/example.com", UrlError::Scheme),
            ("https:example.com", UrlError::Scheme),
            ("http://127.0.0.1:8080/", UrlError::Scheme),
            ("https://user@example.com", UrlError::Credentials),
            ("https://user:password@example.com", UrlError::Credentials),
            ("https://example.com:password@evil.example", UrlError::Credentials),
            ("https://example.com:8443", UrlError::Port),
            ("https://example.com:", UrlError::Port),
            ("https://example.com:0443", UrlError::Port),
            ("https://example.com/#part", UrlError::Fragment),
            ("https://example.com\\@evil.example", UrlError::Character),
            ("https://exa mple.com", UrlError::Character),
            ("https://example.com/\n", UrlError::Character),
            ("https://１２７.0.0.1/", UrlError::Character),
            ("https://ⅼocalhost/", UrlError::Character),
            ("https://bücher.example/", UrlError::Character),
        ] {
            assert_eq!(refused(text), why, "{text:?}");
        }
        let longest = format!("https://example.com/{}", "x".repeat(MAX_URL - 20));
        assert!(EndpointUrl::parse(&longest, false).is_ok());
        assert_eq!(refused(&format!("{longest}x")), UrlError::TooLong);
    }

    #[test]
    fn a_demo_sends_to_this_machine_and_nowhere_else_without_tls() {
        for (text, taken) in [
            ("http://127.0.0.1:8080/hook", true),
            ("http://127.0.0.1", true),
            ("http://127.0.0.1:1?x", true),
            ("http://127.0.0.1:0", false),
            ("http://127.0.0.1:65536", false),
            ("http://127.0.0.1:+80", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://127.0.0.1@evil.example", false),
            ("http://127.0.0.1:80@evil.example", false),
            ("http://127.0.0.10/", false),
            ("http://localhost:80", false),
            ("https://127.0.0.1:8080", false),
        ] {
            let read = EndpointUrl::parse(text, true);
            assert_eq!(read.is_ok(), taken, "{text}");
            if let Ok(url) = read {
                assert_eq!((url.as_str(), url.must_be_allowed(true)), (text, Ok(())));
                assert!(url.must_be_allowed(false).is_err(), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_read_as_itself(text in "https://[a-zA-Z0-9.:@-]{0,20}[/?a-z%]{0,9}", demo in any::<bool>()) {
            if let Ok(url) = EndpointUrl::parse(&text, demo) {
                prop_assert_eq!(EndpointUrl::parse(url.as_str(), demo), Ok(url));
            }
        }
    }
}
