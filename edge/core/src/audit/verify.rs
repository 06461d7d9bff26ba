//! Verification of the chain: every entry follows from the previous one, and every stored state is the one that its
//! last entry vouches for.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use universal_wallet_sdk::Timestamp;

use crate::audit::chain::{Content, Entry, Head, OPERATION_CREATED, hash};
use crate::error::InternalError;
use crate::operations::decision;
use crate::operations::model::{Operation, OperationDecision, OperationStatus};
use crate::text::digest::Digest;

/// Maximum number of entries that one call verifies.
pub const MAX_ENTRIES: usize = 1_000;
/// Number of entries verified at a stretch; between two slices a busy object serves other calls.
pub const SLICE: usize = 20;

/// Head of a chain as the Issuer keeps it, out of reach of anybody who can change the distributor's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Number of the head entry.
    pub number: u64,
    /// Hash of the head entry.
    pub hash: Digest,
    /// Time at which the Issuer kept it.
    pub at: Timestamp,
}

/// A stored state as the verifier sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Number of the chain entry that last changed the state, by the state's own account.
    pub entry: u64,
    /// Digest by which chain entries identify the state.
    pub digest: String,
}

/// The storage as a verifier reads it, bypassing everything kept in memory.
pub trait Evidence {
    /// Entries in order from a number on, up to a maximum count.
    fn entries(&self, from: u64, most: usize) -> Result<Vec<Entry>, InternalError>;
    /// The document with this ID.
    fn stored(&self, id: &str) -> Result<Option<Stored>, InternalError>;
    /// The operation that the entry with this number made.
    fn operation(&self, number: u64) -> Result<Option<Operation>, InternalError>;
    /// Number of an entry in this range that a stored state names as the one that made it, although the entry is missing
    /// from the chain or concerns another subject.
    fn unvouched(&self, range: Range<u64>) -> Result<Option<u64>, InternalError>;
}

/// Result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// True if all verified entries and states hold.
    pub valid: bool,
    /// Number of entries in the chain.
    pub entries: u64,
    /// Hash of the last entry.
    pub head: String,
    /// Number of entries when the issuer last kept the chain's head; null if it never did.
    pub anchored_entries: Option<u64>,
    /// Time at which the issuer last kept the chain's head.
    pub anchored_at: Option<Timestamp>,
    /// The first entry that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
    /// Entry number from which to continue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_from: Option<u64>,
}

/// A verification of up to [`MAX_ENTRIES`] entries, a slice at a time. Entries that are appended meanwhile are verified
/// too, as far as the maximum allows.
#[derive(Debug)]
pub struct Verification {
    anchor: Option<Anchor>,
    next: u64,
    left: usize,
    /// Hash of the entry before `next`, once read.
    before: Option<Digest>,
}

impl Verification {
    /// A verification that starts at an entry.
    pub fn new(anchor: Option<Anchor>, from: u64) -> Self {
        let next = from.max(1);
        Self { anchor, next, left: MAX_ENTRIES, before: (next == 1).then_some(Digest::ZERO) }
    }

    /// Verifies the next slice. The result comes with the last one: at the first broken entry, at the end of the chain,
    /// or at the maximum.
    pub fn slice(&mut self, evidence: &dyn Evidence, head: Head) -> Result<Option<Verified>, InternalError> {
        let first = self.next;
        let mut before = match self.before {
            Some(hash) => hash,
            None => match evidence.entries(first - 1, 1)?.first() {
                Some(entry) if entry.number == first - 1 => entry.hash,
                _ => Digest::ZERO,
            },
        };
        let wanted = self.left.min(SLICE);
        let page = evidence.entries(first, wanted)?;
        let at_end = page.is_empty();
        for entry in page {
            if !entry_holds(evidence, &entry, self.next, &before, self.anchor)? {
                return Ok(Some(self.verified(head, Some(self.next), false)));
            }
            before = entry.hash;
            self.next += 1;
            self.left -= 1;
        }
        self.before = Some(before);
        let next = self.next;
        if at_end && (next <= head.number || self.anchor.is_some_and(|anchor| anchor.number >= next)) {
            return Ok(Some(self.verified(head, Some(next), true)));
        }
        // Rows before the first entry and beyond the last one are looked for too.
        let range = if first == 1 { 0 } else { first }..if at_end { u64::MAX } else { next };
        let broken = evidence.unvouched(range)?;
        let done = broken.is_some() || at_end || self.left == 0;
        Ok(done.then(|| self.verified(head, broken, at_end)))
    }

    fn verified(&self, head: Head, broken_at: Option<u64>, at_end: bool) -> Verified {
        Verified {
            valid: broken_at.is_none(),
            entries: head.number,
            head: head.hash.to_string(),
            anchored_entries: self.anchor.map(|anchor| anchor.number),
            anchored_at: self.anchor.map(|anchor| anchor.at),
            broken_at,
            next_from: (broken_at.is_none() && !at_end).then_some(self.next),
        }
    }
}

/// Verifies up to [`MAX_ENTRIES`] entries at one stretch, starting at a number.
pub fn verify(
    evidence: &dyn Evidence,
    head: Head,
    anchor: Option<Anchor>,
    from: u64,
) -> Result<Verified, InternalError> {
    let mut verification = Verification::new(anchor, from);
    loop {
        if let Some(verified) = verification.slice(evidence, head)? {
            return Ok(verified);
        }
    }
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
    let Ok(content) = Content::read(&entry.text) else { return Ok(false) };
    if content.number != number {
        return Ok(false);
    }
    for (id, digest) in &content.states {
        let holds = match id.parse() {
            Ok(made_by) => operation_holds(evidence, &content, &entry.hash, made_by, digest)?,
            Err(_) => match evidence.stored(id)? {
                Some(stored) if stored.entry == number => stored.digest == *digest,
                Some(stored) => stored.entry > number,
                None => false,
            },
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True for entries that change the float by an operation's amount.
fn moves_float(kind: &str, operation: &Operation) -> bool {
    match kind {
        OPERATION_CREATED => operation.facts.approval.is_none() && operation.facts.is_cash_in(),
        "operation.approved" => operation.facts.is_cash_in(),
        "operation.captured" | "operation.returned" => true,
        _ => false,
    }
}

/// Compares an operation with one of the entries about it, and at its first entry also with the entries that it names.
fn operation_holds(
    evidence: &dyn Evidence,
    content: &Content,
    hash: &Digest,
    made_by: u64,
    status: &str,
) -> Result<bool, InternalError> {
    let number = content.number;
    let Some(operation) = evidence.operation(made_by)? else { return Ok(false) };
    let state = &operation.state;
    if operation.facts.id.to_string() != content.subject || state.entry < number {
        return Ok(false);
    }
    if state.entry == number {
        // An arrival has no entry, and comes after the last one.
        let arrived = state.status == OperationStatus::Completed && operation.facts.is_cash_in();
        let in_time = state.updated_at == content.at || (arrived && state.updated_at > content.at);
        let why = content.details.get("reason").and_then(Value::as_str);
        if state.status.in_chain() != status || state.error.as_deref() != why || !in_time {
            return Ok(false);
        }
    }
    if moves_float(&content.kind, &operation)
        && !state.float.is_some_and(|float| float.number > number || (float.number == number && float.hash == *hash))
    {
        return Ok(false);
    }
    if let Some(status) = decision::status(content)
        && state.decision != Some(OperationDecision { entry: number, status })
    {
        return Ok(false);
    }
    if number != made_by {
        return Ok(true);
    }
    let named = |entry: u64, fits: &dyn Fn(&Content) -> bool| -> Result<bool, InternalError> {
        if entry == number {
            return Ok(fits(content));
        }
        let Some(entry) = evidence.entries(entry, 1)?.pop().filter(|found| found.number == entry) else {
            return Ok(false);
        };
        let content = Content::read(&entry.text);
        Ok(content
            .is_ok_and(|content| content.states.iter().any(|(id, _)| *id == made_by.to_string()) && fits(&content)))
    };
    Ok(named(state.entry, &|_| true)?
        && state
            .float
            .map_or(Ok(true), |float| named(float.number, &|content| moves_float(&content.kind, &operation)))?
        && state.decision.map_or(Ok(true), |made| named(made.entry, &|content| decision::status(content).is_some()))?)
}
