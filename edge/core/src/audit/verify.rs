//! Verifying the chain: every entry follows from the one before, and every stored state is the
//! one that its last entry vouches for.

use serde::{Deserialize, Serialize};
use universal_wallet::Timestamp;

use crate::audit::chain::{Content, Entry, Head, hash};
use crate::error::InternalError;
use crate::text::digest::Digest;
use crate::text::json_text;

/// How many entries one call looks at.
pub const MAX_ENTRIES: usize = 10_000;

/// What the Issuer keeps of a chain, beyond the reach of whoever changes the distributor's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Number of the entry that was the head.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
    /// When it was kept.
    pub at: Timestamp,
}

/// What is stored of a state now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Number of the entry that it says last changed it.
    pub entry: u64,
    /// What the chain knows it by.
    pub digest: String,
}

/// The storage as a verifier reads it, behind the back of all that is kept in memory.
pub trait Evidence {
    /// Entries from a number on, in order, at most so many.
    fn entries(&self, from: u64, most: usize) -> Result<Vec<Entry>, InternalError>;
    /// The state of that ID.
    fn stored(&self, id: &str) -> Result<Option<Stored>, InternalError>;
    /// An ID whose state says that an entry changed it which the chain does not have or which is
    /// about something else.
    fn unvouched(&self) -> Result<Option<u64>, InternalError>;
}

/// The result, as the API answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// Whether everything looked at holds.
    pub valid: bool,
    /// How many entries the chain has.
    pub entries: u64,
    /// The hash of the last.
    pub head: String,
    /// How many it had when the issuer last kept its head; null when never.
    pub anchored_entries: Option<u64>,
    /// When that was.
    pub anchored_at: Option<Timestamp>,
    /// The first entry that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_from: Option<u64>,
}

/// Verifies up to [`MAX_ENTRIES`] entries from a number on.
pub fn verify(
    evidence: &dyn Evidence,
    head: Head,
    anchor: Option<Anchor>,
    from: u64,
) -> Result<Verified, InternalError> {
    let from = from.max(1);
    let mut before = match from {
        1 => Digest::ZERO,
        _ => match evidence.entries(from - 1, 1)?.first() {
            Some(entry) if entry.number == from - 1 => entry.hash,
            _ => Digest::ZERO,
        },
    };
    let mut broken = None;
    let mut next = from;
    let mut left = MAX_ENTRIES;
    'pages: while left > 0 && broken.is_none() {
        let page = evidence.entries(next, left.min(500))?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            if !entry_holds(evidence, &entry, next, &before, anchor)? {
                broken = Some(next);
                break 'pages;
            }
            before = entry.hash;
            next += 1;
            left -= 1;
        }
    }
    let at_end = left > 0;
    if broken.is_none() && at_end {
        let cut = next.saturating_sub(1) < head.number || anchor.is_some_and(|anchor| anchor.number >= next);
        broken = if cut { Some(next) } else { evidence.unvouched()? };
    }
    Ok(Verified {
        valid: broken.is_none(),
        entries: head.number,
        head: head.hash.to_string(),
        anchored_entries: anchor.map(|anchor| anchor.number),
        anchored_at: anchor.map(|anchor| anchor.at),
        broken_at: broken,
        next_from: (broken.is_none() && !at_end).then_some(next),
    })
}

fn entry_holds(
    evidence: &dyn Evidence,
    entry: &Entry,
    number: u64,
    before: &Digest,
    anchor: Option<Anchor>,
) -> Result<bool, InternalError> {
    if entry.number != number || hash(before, &entry.text) != entry.hash {
        return Ok(false);
    }
    if anchor.is_some_and(|anchor| anchor.number == number && anchor.hash != entry.hash) {
        return Ok(false);
    }
    let Ok(content) = json_text::read::<Content>(&entry.text) else { return Ok(false) };
    if content.n != number {
        return Ok(false);
    }
    for (id, digest) in &content.states {
        let holds = match evidence.stored(id)? {
            Some(stored) if stored.entry == number => stored.digest == *digest,
            Some(stored) => stored.entry > number,
            None => false,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}
