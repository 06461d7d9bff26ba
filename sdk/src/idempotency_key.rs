//! Idempotency keys, under which a write is done at most once.

use core::fmt;
use core::str::FromStr;

use uuid::Uuid;

/// A name under which the server does a write at most once, for ever.
///
/// A repeated write with the same key returns the operation that the first one made; another
/// write with that key is refused. So make the key and **store it with the sale before the first
/// call**: whatever then happens, a crash, a power cut, an answer that never came, the call can be
/// made again with the stored key and the money moves once. A key that was made only in memory is
/// lost with the process, and nobody can tell any more whether the money moved.
///
/// ```
/// use universal_wallet_sdk::IdempotencyKey;
///
/// let key: IdempotencyKey = "till-7/sale-10482".parse()?;
/// assert_eq!(key.as_str(), "till-7/sale-10482");
/// assert_ne!(IdempotencyKey::random(), IdempotencyKey::random());
/// assert!("two words".parse::<IdempotencyKey>().is_err());
/// # Ok::<(), universal_wallet_sdk::IdempotencyKeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A new unique key: a random UUID. See the [example](Self).
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// The key's text, to be stored. See the [example](Self).
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        // The header may carry the key quoted, so a quote or an escape inside would be ambiguous.
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if plain && (1..=255).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(IdempotencyKeyError) }
    }
}

/// The error of parsing an [`IdempotencyKey`]. See the [example](IdempotencyKey).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdempotencyKeyError;

impl fmt::Display for IdempotencyKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an idempotency key is 1 to 255 visible ASCII characters without blanks, quotes and backslashes")
    }
}

impl core::error::Error for IdempotencyKeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_visible_ascii_without_quotes_is_a_key() {
        for bad in ["", "a b", "a\nb", "\u{7f}", "é", "\"a\"", "a\\b", &"a".repeat(256)] {
            assert_eq!(bad.parse::<IdempotencyKey>(), Err(IdempotencyKeyError), "{bad:?}");
        }
        for good in ["1", "till-7/sale-10482", &"~".repeat(255)] {
            assert_eq!(good.parse::<IdempotencyKey>().unwrap().as_str(), good);
        }
    }
}
