//! A request in the shell's text form.

use std::net::IpAddr;

use universal_wallet_core::error::{Code, Outcome, refuse};
use universal_wallet_core::text::input::{Input, Unread};
use universal_wallet_core::text::ip::client_address;

use crate::http::answer::{Origin, Scheme};

/// An HTTP request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) origin: Origin,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// Query without the question mark.
    pub(crate) query: &'a str,
    /// Scheme and authority of the URL.
    pub(crate) site: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) ip: Option<&'a str>,
    pub(crate) cookie: Option<&'a str>,
    pub(crate) origin_header: Option<&'a str>,
    pub(crate) fetch_site: Option<&'a str>,
    pub(crate) upgrade: Option<&'a str>,
    /// The person for whom the calling page was drawn.
    pub(crate) person: Option<&'a str>,
    /// The body, once it has been read.
    body: Option<Result<&'a str, Unread>>,
}

/// Splits an ASCII text in two, the second part starting at the first matching byte.
fn cut(text: &str, at: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.bytes().position(at).unwrap_or(text.len()))
}

impl<'a> Request<'a> {
    /// Parses the shell's form: method, URL, then one line each for the headers Authorization, CF-Connecting-IP,
    /// Content-Type, Idempotency-Key, Cookie, Origin, Sec-Fetch-Site, Upgrade and X-UW-Person. A line begins with `=`
    /// if the header was sent; trailing lines may be missing. The body is present once it has been read.
    pub(crate) fn parse(text: &'a str, body: Option<Result<&'a str, Unread>>, request_id: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let method = lines.next()?;
        let url = lines.next()?;
        let after_scheme = url.bytes().position(|byte| byte == b':')? + "://".len();
        let (host, rest) = cut(url.get(after_scheme..)?, |byte| matches!(byte, b'/' | b'?' | b'#'))?;
        let site = url.get(..after_scheme + host.len())?;
        let (rest, _) = cut(rest, |byte| byte == b'#')?;
        let (path, query) = cut(rest, |byte| byte == b'?')?;
        let query = query.get(1..).unwrap_or_default();
        let mut header = || lines.next().and_then(|line| line.strip_prefix('='));
        Some(Self {
            origin: Origin { request_id: request_id.into(), scheme: Scheme::Session },
            method,
            path,
            query,
            site,
            authorization: header(),
            ip: header(),
            content_type: header(),
            idempotency_key: header(),
            cookie: header(),
            origin_header: header(),
            fetch_site: header(),
            upgrade: header(),
            person: header(),
            body,
        })
    }

    /// The method, shortened to a form that is safe to repeat in an answer.
    pub(crate) fn shown_method(&self) -> String {
        self.method.chars().filter(char::is_ascii_alphabetic).take(16).collect()
    }

    /// True if requests of this method have a body.
    pub(crate) fn has_body(&self) -> bool {
        matches!(self.method, "POST" | "PUT" | "PATCH" | "DELETE")
    }

    /// True if the request asks for a WebSocket.
    pub(crate) fn is_socket(&self) -> bool {
        self.upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
    }

    /// The token of a Bearer header, with the scheme in any case.
    pub(crate) fn bearer(&self) -> Option<&'a str> {
        let header = self.authorization?.trim();
        // Repeated headers arrive joined by a comma, which no token contains.
        if header.contains(',') {
            return Some(header);
        }
        let (scheme, token) = header.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// The client's address; only the platform's own header counts.
    pub(crate) fn client(&self) -> Option<IpAddr> {
        client_address(self.ip)
    }

    /// Body and idempotency key; `None` while the body still has to be read.
    pub(crate) fn input(&self) -> Option<Input> {
        if !self.has_body() {
            return Some(Input { body: Ok(String::new()), idempotency_key: None });
        }
        let body = match self.body? {
            Ok(text) if text.is_empty() || self.is_json() => Ok(text.to_owned()),
            Ok(_) => Err(Unread::NotJson),
            Err(why) => Err(why),
        };
        Some(Input { body, idempotency_key: self.idempotency_key.map(str::to_owned) })
    }

    fn is_json(&self) -> bool {
        let kind = self.content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/json")
    }

    /// Refuses a request that, by the browser's headers, comes from another site's page.
    pub(crate) fn refuse_cross_site(&self) -> Outcome<()> {
        if self.is_cross_site() {
            return refuse(
                Code::CrossSiteRequest,
                "This request came from another site's page and was not carried out.",
            );
        }
        Ok(())
    }

    /// True if the browser's headers say that the request comes from another site's page.
    fn is_cross_site(&self) -> bool {
        self.origin_header.is_some_and(|origin| origin != self.site)
            || self.fetch_site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[&str]) -> String {
        lines.join("\n")
    }

    fn request(text: &str) -> Request<'_> {
        Request::parse(text, None, "id").unwrap()
    }

    #[test]
    fn the_url_is_taken_apart_and_absent_headers_are_told_from_empty_ones() {
        let text = text(&["GET", "http://127.0.0.1:8787/healthz?a=b", "", "=203.0.113.7", "=", "=k"]);
        let request = request(&text);
        assert_eq!((request.path, request.query), ("/healthz", "a=b"));
        assert_eq!(request.site, "http://127.0.0.1:8787");
        assert_eq!((request.authorization, request.content_type), (None, Some("")));
        assert_eq!(request.cookie, None);
    }

    #[test]
    fn a_bearer_token_has_its_scheme_in_any_case() {
        let token =
            |header: &str| request(&text(&["GET", "http://h/", &format!("={header}")])).bearer().map(str::to_owned);
        assert_eq!(token("bEaReR abc"), Some("abc".into()));
        for none in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(token(none), None, "{none:?}");
        }
        assert!(token("Bearer a, Bearer b").is_some() && token("Basic a, Bearer b").is_some());
    }

    #[test]
    fn another_sites_page_is_recognised() {
        let cross = |origin: &str, site: &str| {
            request(&text(&["POST", "https://h/admin/v1/session", "", "", "", "", "", origin, site])).is_cross_site()
        };
        assert!(!cross("", "") && !cross("=https://h", "=same-origin") && !cross("", "=none"));
        assert!(cross("=https://evil.example", "") && cross("=null", "") && cross("", "=same-site"));
        assert!(cross("=http://h", ""));
    }
}
