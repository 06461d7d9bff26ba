//! What a call brings along: its body and its `Idempotency-Key`, each refused only when its turn
//! in the order of checks comes.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Outcome, Refusal};
use crate::text::body::{Body, MAX_BODY};
use crate::text::digest::Digest;

/// A request's body and idempotency key, as they came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Input {
    /// The body's text, or why there is none to read.
    pub body: Result<String, Unread>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unread {
    /// It is longer than [`MAX_BODY`].
    TooLarge,
    /// It is not UTF-8 text, or did not arrive whole.
    Broken,
    /// It is not sent as JSON.
    NotJson,
}

impl Unread {
    fn refusal(self) -> Refusal {
        match self {
            Self::TooLarge => Refusal::new(Code::BodyTooLarge, format!("A body has at most {MAX_BODY} bytes.")),
            Self::Broken => Refusal::new(Code::InvalidJson, "The body is not UTF-8 text, or did not arrive whole."),
            Self::NotJson => Refusal::new(
                Code::UnsupportedMediaType,
                "Send the body as JSON, with the header Content-Type: application/json.",
            ),
        }
    }
}

/// An `Idempotency-Key` in its scope, and what it was sent with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Whose: a line of keys, a person, or the issuer's route.
    pub scope: String,
    /// 1 to 255 visible ASCII characters.
    pub value: String,
    /// Digest of route and body, by their values.
    pub request: Digest,
}

impl Input {
    fn text(&self) -> Outcome<&str> {
        self.body.as_deref().map_err(|why| why.refusal().into())
    }

    /// The body, which the route needs.
    pub fn object(&self) -> Outcome<Body> {
        Ok(Body::parse(self.text()?)?)
    }

    /// The body of a route that needs none.
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

    /// The idempotency key in its scope, with the digest of what is asked for.
    pub fn idempotency(&self, scope: &str, route: &str, values: &str) -> Outcome<Option<Idempotency>> {
        Ok(self.idempotency_key()?.map(|value| Idempotency {
            scope: scope.into(),
            value,
            request: Digest::of(&[route.as_bytes(), b"\0", values.as_bytes()]),
        }))
    }
}

/// Refuses a key that was used for something else.
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

/// A body that holds a reason of at most 256 characters and nothing else.
pub fn read_reason(input: &Input, required: bool) -> Outcome<Option<String>> {
    let mut body = if required { input.object()? } else { input.optional_object()? };
    let before = body.mistakes();
    let reason = body.line("reason", 256).map(|reason| reason.trim().to_string()).filter(|reason| !reason.is_empty());
    if required && reason.is_none() && body.mistakes() == before {
        body.error("reason", "is required");
    }
    body.finish()?;
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

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
