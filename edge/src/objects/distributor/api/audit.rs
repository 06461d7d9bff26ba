//! The audit log: listed, and verified against the stored states and the head that the issuer keeps.

use std::cell::Cell;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;
use universal_wallet_core::audit::chain::Content;
use universal_wallet_core::audit::verify::{Anchor, Verification};
use universal_wallet_core::error::{Code, Outcome, Refusal};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::model::Actor;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Timestamp;

use super::lists::{Cursors, page};
use super::member::for_verifying_member;
use crate::calls::executor::turn;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::{Query, wrong};
use crate::messages::call::Call;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_issuer::ToIssuer;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::entries::StoredEntry;
use crate::objects::distributor::verification::{chain, consistency};

/// The entry at which a verification starts.
fn first_entry(call: &Call) -> Outcome<u64> {
    match Query::of(call.route, &call.query)?.get("from") {
        None => Ok(1),
        Some(text) => match text.parse() {
            Ok(from) if (1..=1_u64 << 52).contains(&from) => Ok(from),
            _ => Err(wrong("from", "must be the number of an entry, from 1").into()),
        },
    }
}

/// Maximum number of verifications of a distributor at a time.
const MAX_VERIFICATIONS: u32 = 4;

/// Time for which the issuer's answer about the head of the chain is remembered.
const ANCHOR_MS: i64 = 5_000;

/// The head of the chain as the issuer keeps it, or kept it a few seconds ago.
async fn anchor(state: &Shared<DistributorState>, call: &Call) -> Outcome<Option<Anchor>> {
    let known = state.step_on(|state, _| state.kept_anchor.filter(|(at, _)| state.is_fresh(*at, ANCHOR_MS)));
    if let Some((_, anchor)) = known {
        return Ok(anchor);
    }
    let anchor = objects::issuer().ask(&ToIssuer::AnchorOf { distributor: call.distributor }).await?;
    state.step_on(|state, _| state.kept_anchor = Some((state.clock, anchor)));
    Ok(anchor)
}

/// A running verification, one of few.
struct Running(Rc<Cell<u32>>);

impl Running {
    /// Counts a verification until it ends, or refuses one too many.
    fn begin(state: &DistributorState) -> Outcome<Self> {
        let running = state.verifications.clone();
        if running.get() >= MAX_VERIFICATIONS {
            let message = format!("{MAX_VERIFICATIONS} verifications run already; wait until one of them has ended.");
            return Err(Refusal::new(Code::RateLimited, message).retry_after(1).into());
        }
        running.set(running.get() + 1);
        Ok(Self(running))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// `GET /audit/verify`.
pub(super) async fn verify(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let (first, _running) = for_verifying_member(state, from, |state, caller, _| {
        caller.may(&[])?;
        Ok((first_entry(call)?, Running::begin(state)?))
    })?;
    let mut verification = Verification::new(anchor(state, call).await?, first);
    loop {
        let verify =
            |state: &mut DistributorState, _: &Caller, _| Ok(chain::verify_slice(&state.store, &mut verification)?);
        if let Some(verified) = for_verifying_member(state, from, verify)? {
            return Ok(Answer::json(200, &verified)?);
        }
        turn().await;
    }
}

/// `GET /issuer/v1/distributors/{distributorID}/verify`.
pub(super) async fn verify_all(state: &Shared<DistributorState>, call: &Call) -> Outcome<Answer> {
    let (first, _running) = state.step(|state, _| Outcome::Ok((first_entry(call)?, Running::begin(state)?)))?;
    let mut verification = Verification::new(anchor(state, call).await?, first);
    loop {
        let verified = state.step(|state, now| {
            state.settle_for_verification(now);
            Outcome::Ok(match chain::verify_slice(&state.store, &mut verification)? {
                Some(verified) => Some(consistency::check(&state.store, verified, first)?),
                None => None,
            })
        })?;
        if let Some(checked) = verified {
            return Ok(Answer::json(200, &checked)?);
        }
        turn().await;
    }
}

impl DistributorState {
    /// `GET /audit`: the chain, newest first. `hash` covers the previous hash and `text`.
    pub(super) fn list_audit(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "audit");
        let before = cursors.read(&query)?.unwrap_or(1 << 52);
        let entries = self.store.entries_before(before, u64::from(limit) + 2)?;
        let more = entries.len() > limit as usize;
        let mut items = Vec::new();
        for (place, entry) in entries.iter().enumerate().take(limit as usize) {
            items.push(self.audit_item(entry, entries.get(place + 1))?);
        }
        let last = entries.get(limit as usize - 1).filter(|entry| more && entry.number > 1);
        page(items, last.map(|entry| cursors.make(entry.number)))
    }

    fn audit_item(&self, entry: &StoredEntry, before: Option<&StoredEntry>) -> Outcome<AuditItem> {
        let Content { at, kind, actor, subject, details, .. } = self.store.content(entry)?;
        Ok(AuditItem {
            sequence_number: entry.number,
            at,
            kind,
            actor,
            subject,
            details,
            hash: entry.hash,
            previous_hash: before.map_or(Digest::ZERO, |before| before.hash),
            text: entry.text()?,
        })
    }
}

/// An entry of the chain.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "AuditEntry"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditItem {
    /// Number of the entry, from 1.
    sequence_number: u64,
    /// Time of the entry.
    at: Timestamp,
    /// Kind of the event, such as `api-key.requested`.
    kind: String,
    /// Actor who caused the event.
    actor: Actor,
    /// ID of the key, request, operation or user that the event concerns.
    subject: String,
    /// Details of the event.
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    details: Value,
    /// Hex SHA-256 of the 32 bytes of `previousHash` and of `text`.
    #[cfg_attr(test, schemars(with = "String"))]
    hash: Digest,
    /// Hash of the previous entry.
    #[cfg_attr(test, schemars(with = "String"))]
    previous_hash: Digest,
    /// Text that the hash covers, after the previous hash.
    text: String,
}
