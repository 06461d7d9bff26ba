//! Input of a call: its body and its `Idempotency-Key`, each checked only at its place in the order of checks.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use crate::error::{Code, Outcome, Refusal};
use crate::text::body::{Body, MAX_BODY};
use crate::text::digest::Digest;

/// A request's body and idempotency key, as received.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    /// Text of the body, or the reason why it is unreadable.
    pub body: Result<String, Unread>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
}

/// Reason why a body is unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unread {
    /// The body is longer than [`MAX_BODY`].
    TooLarge,
    /// The body is not UTF-8 text, or did not arrive completely.
    Broken,
    /// The content type is not JSON, or the body is compressed.
    NotJson,
}

/// A body may hold a password, also one of a call that is dropped while it waits.
impl Drop for Input {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Input {
    fn wipe(&mut self) {
        if let Ok(text) = &mut self.body {
            text.zeroize();
        }
    }
}

impl Unread {
    fn refusal(self) -> Refusal {
        match self {
            Self::TooLarge => Refusal::new(Code::BodyTooLarge, format!("A body has at most {MAX_BODY} bytes.")),
            Self::Broken => Refusal::new(Code::InvalidJson, "The body is not UTF-8 text, or did not arrive whole."),
            Self::NotJson => Refusal::new(
                Code::UnsupportedMediaType,
                "Send the body as JSON, uncompressed, with the header Content-Type: application/json.",
            ),
        }
    }
}

/// An `Idempotency-Key` with its scope and the digest of its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Scope: a line of keys, a person, or an issuer route.
    pub scope: String,
    /// The key: 1 to 255 visible ASCII characters.
    pub value: String,
    /// Digest of route and body values.
    pub request: Digest,
}

impl Idempotency {
    /// Place of the key in the index: 16 bytes of the digest of scope and value.
    pub fn place(&self) -> [u8; 16] {
        Digest::of(&[self.scope.as_bytes(), b"\0", self.value.as_bytes()]).first()
    }
}

/// Digest of a request: its route and the values of its body.
pub fn request_digest(route: &str, values: &str) -> Digest {
    Digest::of(&[route.as_bytes(), b"\0", values.as_bytes()])
}

impl Input {
    fn text(&self) -> Outcome<&str> {
        self.body.as_deref().map_err(|why| why.refusal().into())
    }

    /// The required body.
    pub fn object(&self) -> Outcome<Body> {
        Ok(Body::parse(self.text()?)?)
    }

    /// The optional body.
    pub fn optional_object(&self) -> Outcome<Body> {
        Ok(Body::parse_optional(self.text()?)?)
    }

    /// The idempotency key, quoted or bare.
    pub fn idempotency_key(&self) -> Outcome<Option<String>> {
        let Some(header) = self.idempotency_key.as_deref() else { return Ok(None) };
        let bare = header.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(header);
        if (1..=255).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Some(bare.into()));
        }
        Err(Refusal::field(
            Code::InvalidRequest,
            "Idempotency-Key",
            "must have 1 to 255 visible ASCII characters, quoted or bare",
        )
        .into())
    }

    /// The idempotency key with its scope and the digest of the request.
    pub fn idempotency(&self, scope: &str, route: &str, values: &str) -> Outcome<Option<Idempotency>> {
        Ok(self.idempotency_key()?.map(|value| Idempotency {
            scope: scope.into(),
            value,
            request: request_digest(route, values),
        }))
    }
}

/// Refuses an idempotency key that was used for another request.
pub fn must_be_same(remembered: &Digest, asked: &Digest) -> Outcome<()> {
    if remembered == asked {
        return Ok(());
    }
    Err(Refusal::new(
        Code::IdempotencyKeyReused,
        "This Idempotency-Key was used for another request; use a new one for a new request.",
    )
    .into())
}

/// Reads a body whose only member is a reason of at most 256 characters.
pub fn read_reason(input: &Input, required: bool) -> Outcome<Option<String>> {
    let mut body = if required { input.object()? } else { input.optional_object()? };
    let reason = if required { body.title("reason", 256) } else { body.remark("reason", 256) };
    body.finish()?;
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_wiped_where_its_call_is_dropped() {
        let mut input = Input { body: Ok("{\"password\":\"correct horse\"}".into()), idempotency_key: None };
        input.wipe();
        assert_eq!(input.body.as_deref(), Ok(""));
    }

    #[test]
    fn an_idempotency_key_is_visible_ascii_quoted_or_bare() {
        let key =
            |header: &str| Input { body: Ok(String::new()), idempotency_key: Some(header.into()) }.idempotency_key();
        assert_eq!(key("\"abc\"").unwrap().as_deref(), Some("abc"));
        assert_eq!(key("abc").unwrap(), key("\"abc\"").unwrap());
        assert!(key(&"x".repeat(255)).is_ok());
        for bad in ["", "\"\"", " ", "a b", "é", "a\tb", &"x".repeat(256)] {
            assert!(key(bad).is_err(), "{bad:?}");
        }
    }
}
