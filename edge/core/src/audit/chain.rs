//! The chain: every change of a distributor is an entry that carries the hash of the one before,
//! the running balances, and the digest of each state that it made.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use universal_wallet::{Amount, Timestamp};

use crate::error::InternalError;
use crate::people::model::Actor;
use crate::text::digest::Digest;
use crate::text::json_text;
use crate::total::Total;

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
    pub fn follow(&self, content: &Content<impl Serialize>) -> Result<(Entry, Self), InternalError> {
        let text = json_text::write(content)?;
        let hash = hash(&self.hash, &text);
        let head = Self { number: content.n, hash, at: content.at, book: content.book };
        Ok((Entry { number: content.n, text, hash }, head))
    }

    /// The head that a stored entry is.
    pub fn of(entry: &Entry) -> Result<Self, InternalError> {
        let content: Content = json_text::read(&entry.text)?;
        Ok(Self { number: entry.number, hash: entry.hash, at: content.at, book: content.book })
    }
}

/// What a state is known by in the chain.
pub fn state_digest(document: &str) -> String {
    Digest::of(&[document.as_bytes()]).to_string()
}
