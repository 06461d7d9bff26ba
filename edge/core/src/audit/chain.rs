//! The chain: every change of a distributor is an entry that carries the hash of the previous entry, the running
//! balances, and the digest of each state that it writes.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::error::InternalError;
use crate::people::model::Actor;
use crate::text::digest::Digest;
use crate::text::json_text;
use crate::total::Total;

/// The distributor's float after the last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Whole balance of the float.
    #[serde(rename = "b")]
    pub balance: Amount,
    /// Part of the balance held by pending cash-ins.
    #[serde(rename = "h")]
    pub held: Amount,
    /// Top-ups minus redemptions.
    #[serde(rename = "i")]
    pub issued: Total,
    /// Cash-ins taken from the float, in transit or arrived.
    #[serde(rename = "c")]
    pub charged: Total,
    /// Cash-outs added to the float.
    #[serde(rename = "o")]
    pub cashed_out: Total,
}

impl Book {
    /// Balance minus holds; no entry leaves holds above the balance.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).unwrap_or(Amount::ZERO)
    }
}

/// The last entry of a chain, which the next entry follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the entry; 0 before the first.
    pub number: u64,
    /// Hash of the entry.
    pub hash: Digest,
    /// Time of the entry; the object's clock never runs back past it.
    pub at: Timestamp,
    /// Balances after the entry.
    pub book: Book,
}

impl Default for Head {
    fn default() -> Self {
        Self { number: 0, hash: Digest::ZERO, at: Timestamp::from_unix_ms(0), book: Book::default() }
    }
}

/// Content of an entry; the hash covers its JSON text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content<D = Value> {
    /// Number of the entry, from 1.
    pub n: u64,
    /// Time of the entry.
    pub at: Timestamp,
    /// Kind of the event, such as `api-key.requested`.
    pub kind: String,
    /// Actor who caused the event.
    pub actor: Actor,
    /// ID of the key, request, operation or user that the event concerns.
    pub subject: String,
    /// Details for a reader of the audit log.
    pub details: D,
    /// Balances after the entry.
    pub book: Book,
    /// States that the entry writes: ID and digest of each.
    pub states: Vec<(String, String)>,
}

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number of the entry.
    pub number: u64,
    /// The JSON text of its [`Content`].
    pub text: String,
    /// SHA-256 of the previous hash and the text.
    pub hash: Digest,
}

/// The hash of an entry: SHA-256 of the 32 bytes of the previous hash, then the entry's text.
pub fn hash(before: &Digest, text: &str) -> Digest {
    Digest::of(&[before.bytes(), text.as_bytes()])
}

impl Head {
    /// Makes the next entry and the head after it.
    pub fn follow(&self, content: &Content<impl Serialize>) -> Result<(Entry, Self), InternalError> {
        let text = json_text::write(content)?;
        let hash = hash(&self.hash, &text);
        let head = Self { number: content.n, hash, at: content.at, book: content.book };
        Ok((Entry { number: content.n, text, hash }, head))
    }

    /// The head after a stored entry.
    pub fn of(entry: &Entry) -> Result<Self, InternalError> {
        let content: Content = json_text::read(&entry.text)?;
        Ok(Self { number: entry.number, hash: entry.hash, at: content.at, book: content.book })
    }
}

/// Digest of a state, as chain entries record it.
pub fn state_digest(document: &str) -> String {
    Digest::of(&[document.as_bytes()]).to_string()
}
