//! The chain: every change of a distributor is an entry that carries the hash of the one before,
//! the running balances, and the digest of each state that it made.

use std::string::String;
use std::vec::Vec;

use serde::{Deserialize, Serialize};
use universal_wallet::{Amount, Timestamp};

use crate::digest::Digest;
use crate::document;
use crate::people::Actor;
use crate::refusal::Fault;
use serde_json::Value;

/// A total of many amounts, in minor units; it only grows, so it may pass [`Amount::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Total(i128);

impl Total {
    /// The total after an amount was added; sums of amounts below 10^17 cannot overflow 127 bits.
    #[must_use]
    pub fn plus(self, amount: Amount) -> Self {
        Self(self.0 + i128::from(amount.minor()))
    }

    /// The total after an amount was taken away.
    #[must_use]
    pub fn minus(self, amount: Amount) -> Self {
        Self(self.0 - i128::from(amount.minor()))
    }

    /// The total after so many minor units more, or less where negative.
    #[must_use]
    pub fn plus_minor(self, minor: i64) -> Self {
        Self(self.0 + i128::from(minor))
    }

    /// The difference of two totals.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// In minor units.
    pub const fn minor(self) -> i128 {
        self.0
    }
}

impl core::fmt::Display for Total {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Total {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Total".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A total of many amounts, which may pass the largest balance.",
            "pattern": r"^-?[0-9]+\.[0-9]{2}$",
        })
    }
}

impl Serialize for Total {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Total {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: String = text.chars().filter(|c| *c != '.').collect();
        digits.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// The distributor's float, as the last entry left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// All of the float.
    #[serde(rename = "b")]
    pub balance: Amount,
    /// What pending cash-ins hold of it.
    #[serde(rename = "h")]
    pub held: Amount,
    /// Top-ups less redemptions.
    #[serde(rename = "i")]
    pub issued: Total,
    /// Cash-ins taken from the float, on their way or arrived.
    #[serde(rename = "c")]
    pub charged: Total,
    /// Cash-outs given to the float.
    #[serde(rename = "o")]
    pub cashed_out: Total,
}

impl Book {
    /// What is free to be spent. An entry never leaves more held than there is.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).unwrap_or(Amount::ZERO)
    }
}

/// The last entry of a chain: what the next one follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 before the first.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
    /// When it was made: the object's clock never runs backwards past it.
    pub at: Timestamp,
    /// The balances that it left.
    pub book: Book,
}

impl Default for Head {
    fn default() -> Self {
        Self { number: 0, hash: Digest::ZERO, at: Timestamp::from_unix_ms(0), book: Book::default() }
    }
}

/// What an entry says; its JSON text is what is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content<D = Value> {
    /// Its number, from 1.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// What happened, such as `api-key.requested`.
    pub kind: String,
    /// Who did it.
    pub actor: Actor,
    /// The ID of what it happened to.
    pub subject: String,
    /// What a reader wants to know of it.
    pub details: D,
    /// The balances that it leaves.
    pub book: Book,
    /// The states that it made: ID and digest of each.
    pub states: Vec<(String, String)>,
}

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// The JSON text of its [`Content`].
    pub text: String,
    /// SHA-256 of the hash before it and its text.
    pub hash: Digest,
}

/// The hash of an entry: SHA-256 of the 32 bytes of the hash before it, then its text.
pub fn hash(before: &Digest, text: &str) -> Digest {
    Digest::of(&[before.bytes(), text.as_bytes()])
}

impl Head {
    /// The entry that follows, and the head that it makes.
    pub fn follow(&self, content: &Content<impl Serialize>) -> Result<(Entry, Self), Fault> {
        let text = document::write(content)?;
        let hash = hash(&self.hash, &text);
        let head = Self { number: content.n, hash, at: content.at, book: content.book };
        Ok((Entry { number: content.n, text, hash }, head))
    }

    /// The head that a stored entry is.
    pub fn of(entry: &Entry) -> Result<Self, Fault> {
        let content: Content = document::read(&entry.text)?;
        Ok(Self { number: entry.number, hash: entry.hash, at: content.at, book: content.book })
    }
}

/// What a state is known by in the chain.
pub fn state_digest(document: &str) -> String {
    Digest::of(&[document.as_bytes()]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_may_pass_the_largest_balance_and_is_read_as_it_is_written() {
        let mut total = Total::default();
        for _ in 0..1000 {
            total = total.plus(Amount::MAX);
        }
        let text = serde_json::to_string(&total).unwrap();
        assert_eq!(text, "\"999999999999999990.00\"");
        assert_eq!(serde_json::from_str::<Total>(&text).unwrap(), total);
    }
}
