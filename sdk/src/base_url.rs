//! The server's address, checked before a key is ever sent there.

use core::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;

/// The address of a server: scheme, host, port and the path before `/api`.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(String);

/// The error of parsing a base URL. It does not repeat the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BaseUrlError {
    Form,
    Extra,
    Insecure,
}

impl fmt::Display for BaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "the base URL is not of the form \"https://wallet.example\"",
            Self::Extra => "the base URL may have a host, a port and a path, but no user, no query and no fragment",
            Self::Insecure => {
                "the base URL is plain http, which would show the API key to the network: use https, or call \
                 allow_insecure_http() where the network is your own"
            }
        })
    }
}

impl core::error::Error for BaseUrlError {}

impl BaseUrl {
    /// Parses a base URL. Plain http is for loopback, unless the caller allows it.
    pub(crate) fn parse(text: &str, allow_insecure_http: bool) -> Result<Self, BaseUrlError> {
        // `Uri` drops a fragment silently.
        if text.contains('#') {
            return Err(BaseUrlError::Extra);
        }
        let uri: Uri = text.trim().parse().map_err(|_| BaseUrlError::Form)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(BaseUrlError::Form);
        };
        if authority.as_str().contains('@') || uri.query().is_some() {
            return Err(BaseUrlError::Extra);
        }
        let host = authority.host();
        let has_plain_port = authority.as_str() == host || authority.port().is_some_and(|port| port.as_u16() > 0);
        if host.is_empty() || !has_plain_port {
            return Err(BaseUrlError::Form);
        }
        match scheme {
            "https" => {}
            "http" if allow_insecure_http || is_loopback(host) => {}
            "http" => return Err(BaseUrlError::Insecure),
            _ => return Err(BaseUrlError::Form),
        }
        Ok(Self(format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/'))))
    }

    /// Whether the connection is encrypted.
    #[cfg(any(test, not(target_arch = "wasm32")))]
    pub(crate) fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || v6.is_some_and(|host| host.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_and_trailing_slashes_go() {
        for (text, base) in [
            ("https://wallet.example", "https://wallet.example"),
            ("https://wallet.example/", "https://wallet.example"),
            (" https://wallet.example:8443/v2/ ", "https://wallet.example:8443/v2"),
            ("HTTPS://wallet.example//", "https://wallet.example"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("http://127.9.9.9/", "http://127.9.9.9"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:8787/a", "http://[::1]:8787/a"),
        ] {
            assert_eq!(BaseUrl::parse(text, false).map(|base| base.to_string()), Ok(base.to_owned()), "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_loopback_only_unless_allowed() {
        for text in [
            "http://wallet.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://128.0.0.1",
            "http://[::2]",
            "http://0.0.0.0",
            "http://2130706433",
        ] {
            assert_eq!(BaseUrl::parse(text, false).err(), Some(BaseUrlError::Insecure), "{text}");
            assert!(BaseUrl::parse(text, true).is_ok_and(|base| !base.is_secure()), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_plain_base_url_is_refused() {
        for (text, error) in [
            ("", BaseUrlError::Form),
            ("wallet.example", BaseUrlError::Form),
            ("/api", BaseUrlError::Form),
            ("ftp://wallet.example", BaseUrlError::Form),
            ("https://", BaseUrlError::Form),
            ("https://:443", BaseUrlError::Form),
            ("https://wallet.example:0", BaseUrlError::Form),
            ("https://wallet.example:99999", BaseUrlError::Form),
            ("https://wallet.example:", BaseUrlError::Form),
            ("https://wallet example", BaseUrlError::Form),
            ("http://127.0.0.1\\@evil.example", BaseUrlError::Form),
            ("https://user:word@wallet.example", BaseUrlError::Extra),
            ("http://127.0.0.1@evil.example", BaseUrlError::Extra),
            ("https://wallet.example/?a=b", BaseUrlError::Extra),
            ("https://wallet.example/#a", BaseUrlError::Extra),
        ] {
            assert_eq!(BaseUrl::parse(text, true).err(), Some(error), "{text}");
        }
    }
}
