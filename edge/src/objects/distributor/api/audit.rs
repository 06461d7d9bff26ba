//! The audit log: listed, and verified against the stored states and the head that the issuer keeps.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::operations::model::OperationDetails;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::text::digest::Digest;

use super::lists::{Cursors, page};
use super::member::for_member;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::{Query, wrong};
use crate::messages::call::Call;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_issuer::ToIssuer;
use crate::objects::distributor::state::DistributorState;
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

/// The head of the chain as the issuer keeps it.
async fn anchor(call: &Call) -> Outcome<Option<Anchor>> {
    objects::issuer().ask(&ToIssuer::AnchorOf { distributor: call.distributor }).await
}

/// `GET /audit/verify`.
pub(super) async fn verify(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let first = for_member(state, from, |_, caller, _| {
        caller.may(&[])?;
        first_entry(call)
    })
    .await?;
    let anchor = anchor(call).await?;
    for_member(state, from, |state, _, _| Ok(Answer::json(200, &chain::verify_from(&state.store, anchor, first)?)?))
        .await
}

/// `GET /issuer/v1/distributors/{distributorID}/verify`.
pub(super) async fn verify_all(state: &Shared<DistributorState>, call: &Call) -> Outcome<Answer> {
    let first = state.step(|state, now| {
        state.settle(now)?;
        state.store.note_arrivals()?;
        first_entry(call)
    })?;
    let anchor = anchor(call).await?;
    state.step(|state, _| Ok(Answer::json(200, &consistency::check(&state.store, anchor, first)?)?))
}

impl DistributorState {
    /// `GET /audit`: the chain, newest first. `hash` covers the previous hash and `text`.
    pub(super) fn list_audit(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "audit");
        let before = cursors.read(&query)?.unwrap_or(1 << 52);
        let rows: Vec<(u64, String, String)> = self.store.db.rows(
            "SELECT * FROM (SELECT n, text, hash FROM entries WHERE n < ?1 ORDER BY n DESC LIMIT ?2) UNION ALL \
             SELECT * FROM (SELECT n, text, hash FROM operations WHERE n < ?1 ORDER BY n DESC LIMIT ?2) \
             ORDER BY n DESC LIMIT ?2",
            (before, limit + 2),
        )?;
        let more = rows.len() > limit as usize;
        let mut items = Vec::new();
        for (place, (number, text, hash)) in rows.iter().enumerate().take(limit as usize) {
            items.push(audit_item(*number, text, hash, rows.get(place + 1).map(|(_, _, hash)| hash.as_str()))?);
        }
        let last = rows.get(limit as usize - 1).filter(|_| more);
        page(items, last.filter(|(number, ..)| *number > 1).map(|(number, ..)| cursors.make(*number)))
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
    #[cfg_attr(test, schemars(with = "universal_wallet_sdk::Timestamp"))]
    at: Value,
    /// Kind of the event, such as `api-key.requested`.
    #[cfg_attr(test, schemars(with = "String"))]
    kind: Value,
    /// Actor who caused the event.
    #[cfg_attr(test, schemars(with = "universal_wallet_core::people::model::Actor"))]
    actor: Value,
    /// ID of the key, request, operation or user that the event concerns.
    #[cfg_attr(test, schemars(with = "String"))]
    subject: Value,
    /// Details of the event.
    #[cfg_attr(test, schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    details: Value,
    /// Hex SHA-256 of the 32 bytes of `previousHash` and of `text`.
    hash: String,
    /// Hash of the previous entry.
    previous_hash: String,
    /// Text that the hash covers, after the previous hash.
    text: String,
}

/// An entry's text.
#[derive(Deserialize)]
struct Content {
    at: Value,
    kind: Value,
    actor: Value,
    subject: Value,
    details: Value,
}

fn audit_item(number: u64, text: &str, hash: &str, before: Option<&str>) -> Outcome<AuditItem> {
    let Content { at, kind, actor, subject, details } = serde_json::from_str(text)?;
    // An operation's first entry holds its facts in stored form; the answer uses the names of the rest of the API.
    let details = match OperationDetails::deserialize(&details) {
        Ok(facts) => facts.subject(),
        Err(_) => details,
    };
    let first = Digest::ZERO.to_string();
    Ok(AuditItem {
        sequence_number: number,
        at,
        kind,
        actor,
        subject,
        details,
        hash: hash.into(),
        previous_hash: before.unwrap_or(&first).into(),
        text: text.into(),
    })
}
