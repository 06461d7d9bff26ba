//! The chain: every change of a distributor is an entry that carries the hash of the previous entry, the running
//! balances, and the digest of each state that it writes. This file alone knows how an entry is spelt and hashed;
//! docs/CHAIN.md specifies it for others.

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use universal_wallet_sdk::{Amount, Timestamp};

use crate::error::InternalError;
use crate::id::UserID;
use crate::people::model::{Actor, Person};
use crate::text::digest::Digest;
use crate::text::json_text;
use crate::total::Total;

/// The distributor's float after the last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Whole balance of the float: `issued` minus `charged` plus `cashed_out`.
    pub balance: Amount,
    /// Part of the balance held by pending cash-ins.
    pub held: Amount,
    /// Top-ups minus redemptions.
    pub issued: Total,
    /// Cash-ins taken from the float, in transit or arrived.
    pub charged: Total,
    /// Cash-outs added to the float.
    pub cashed_out: Total,
}

impl Book {
    /// The book with these totals, from which the balance follows; `None` if that is no amount.
    pub fn of(held: Amount, issued: Total, charged: Total, cashed_out: Total) -> Option<Self> {
        let balance = issued.minor().checked_sub(charged.minor())?.checked_add(cashed_out.minor())?;
        let balance = Amount::from_minor(balance.try_into().ok()?)?;
        Some(Self { balance, held, issued, charged, cashed_out })
    }

    /// Balance minus holds; no entry leaves holds above the balance.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).unwrap_or(Amount::ZERO)
    }
}

/// Spelt as `[held, issued, charged, cashedOut]`; the balance follows from these.
impl Serialize for Book {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.held, self.issued, self.charged, self.cashed_out).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Book {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (held, issued, charged, cashed_out) = Deserialize::deserialize(deserializer)?;
        Self::of(held, issued, charged, cashed_out).ok_or_else(|| de::Error::custom("totals that leave no balance"))
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

/// States that an entry writes: ID and digest of each; an operation by its number and its status in the chain.
pub type States = Vec<(String, String)>;

/// Kind of the entries that make an operation.
pub const OPERATION_CREATED: &str = "operation.created";

/// Content of an entry, typed. `D` is the type of the details.
#[derive(Clone, Debug, PartialEq)]
pub struct Content<D = Value> {
    /// Number of the entry, from 1.
    pub number: u64,
    /// Time of the entry.
    pub at: Timestamp,
    /// Kind of the event, such as `api-key.requested`.
    pub kind: String,
    /// Actor who caused the event. A key's label is empty in a content that was read: the key's own entries have it.
    pub actor: Actor,
    /// ID of the key, request, operation or user that the event concerns.
    pub subject: String,
    /// Details for a reader of the audit log.
    pub details: D,
    /// Balances after the entry.
    pub book: Book,
    /// States that the entry writes.
    pub states: States,
}

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number of the entry.
    pub number: u64,
    /// The text of its [`Content`].
    pub text: String,
    /// SHA-256 of the previous hash and the text.
    pub hash: Digest,
}

/// The hash of an entry: SHA-256 of the 32 bytes of the previous hash, then the entry's text.
pub fn hash(before: &Digest, text: &str) -> Digest {
    Digest::of(&[before.bytes(), text.as_bytes()])
}

/// Spelling of an actor: a person as `[id, name]`, all others as one word. A key has no label here: its own entries
/// tell the label.
struct SpeltActor<'a>(&'a Actor);

impl Serialize for SpeltActor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Actor::User(person) => {
                let mut pair = serializer.serialize_seq(Some(2))?;
                pair.serialize_element(&person.id)?;
                pair.serialize_element(&person.name)?;
                pair.end()
            }
            Actor::Key { id, .. } => id.serialize(serializer),
            Actor::Issuer => "issuer".serialize(serializer),
            Actor::System => "system".serialize(serializer),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadActor {
    Person(UserID, String),
    Word(String),
}

impl ReadActor {
    fn actor(self) -> Result<Actor, InternalError> {
        match self {
            Self::Person(id, name) => Ok(Actor::User(Person { id, name })),
            Self::Word(word) if word == "issuer" => Ok(Actor::Issuer),
            Self::Word(word) if word == "system" => Ok(Actor::System),
            Self::Word(word) => {
                let id = word.parse().map_err(|_| InternalError::new("an entry of an unknown actor"))?;
                Ok(Actor::Key { id, name: String::new() })
            }
        }
    }
}

impl<D: Serialize> Content<D> {
    /// The text that the hash covers: a JSON array of the members in order, without blanks, the time in milliseconds
    /// since 1970.
    pub fn text(&self) -> Result<String, InternalError> {
        let Self { number, at, kind, actor, subject, details, book, states } = self;
        json_text::write(&(number, at.unix_ms(), kind, SpeltActor(actor), subject, details, book, states))
    }

    /// The same content with other details.
    pub fn with_details<E>(self, details: E) -> Content<E> {
        let Self { number, at, kind, actor, subject, book, states, .. } = self;
        Content { number, at, kind, actor, subject, details, book, states }
    }
}

impl Content {
    /// Reads the text of an entry.
    pub fn read(text: &str) -> Result<Self, InternalError> {
        type Read = (u64, i64, String, ReadActor, String, Value, Book, States);
        let (number, at, kind, actor, subject, details, book, states): Read = json_text::read(text)?;
        let (at, actor) = (Timestamp::from_unix_ms(at), actor.actor()?);
        Ok(Self { number, at, kind, actor, subject, details, book, states })
    }
}

impl Head {
    /// Makes the next entry and the head after it.
    pub fn follow(&self, content: &Content<impl Serialize>) -> Result<(Entry, Self), InternalError> {
        let text = content.text()?;
        let hash = hash(&self.hash, &text);
        let head = Self { number: content.number, hash, at: content.at, book: content.book };
        Ok((Entry { number: content.number, text, hash }, head))
    }

    /// The head after a stored entry.
    pub fn of(entry: &Entry) -> Result<Self, InternalError> {
        let content = Content::read(&entry.text)?;
        Ok(Self { number: entry.number, hash: entry.hash, at: content.at, book: content.book })
    }
}

/// Digest of a state, as chain entries record it.
pub fn state_digest(document: &str) -> String {
    Digest::of(&[document.as_bytes()]).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_entry_is_read_as_it_is_spelt() {
        let many = (0..1000).fold(Total::default(), |sum, _| sum.plus(Amount::MAX));
        let person = Person { id: UserID::from_uuid(Uuid::from_u128(7)), name: "Ada \"É\"".into() };
        for actor in [Actor::User(person), Actor::Issuer, Actor::System] {
            let content = Content {
                number: 7,
                at: Timestamp::from_unix_ms(1_764_000_000_123),
                kind: "float.topped-up".into(),
                actor,
                subject: "op_7".into(),
                details: json!({ "amount": "1.00" }),
                // Beyond 64 bits.
                book: Book::of(Amount::ZERO, many, many, Total::default()).unwrap(),
                states: vec![("7".into(), "pending".into())],
            };
            assert_eq!(Content::read(&content.text().unwrap()).unwrap(), content);
        }
    }

    #[test]
    fn a_text_whose_balance_is_no_amount_is_not_an_entry() {
        let text = r#"[1,0,"x","system","y",{},["0.00","1.00","2.00","0.00"],[]]"#;
        assert!(Content::read(text).is_err());
        assert!(Content::read(&text.replace("2.00", "1.00")).is_ok());
        assert!(Content::read(&text.replace("system", "somebody")).is_err());
    }
}
