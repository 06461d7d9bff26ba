//! Approvals: listed, decided by another person, or withdrawn by their maker.

use serde::Serialize;
use serde_json::Value;
use universal_wallet_core::approvals::decide::{self, Decided};
use universal_wallet_core::approvals::model::{ApprovalKind, ApprovalStatus};
use universal_wallet_core::error::{InternalError, Outcome, Refusal};

use universal_wallet_core::operations::responses::OperationView;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::requests;
use universal_wallet_core::responses::{ApprovalView, KeyView, UserView};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::input::{Idempotency, Input};
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::model::EndpointView;
use universal_wallet_sdk::Timestamp;

use super::lists::{Cursors, page};
use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::objects::distributor::store::approvals::Order;

/// An approved request and the current state of its subject.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decision {
    /// The request.
    approval: ApprovalView,
    /// The key, for a request about a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyView>,
    /// The operation, for a request about an operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<OperationView>,
    /// The user, for a request about a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserView>,
    /// The endpoint, for a request about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<EndpointView>,
    /// Second half of a joining code or new password, shown only in this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_half: Option<String>,
}

/// Ends a request: rejects or withdraws it.
type End = fn(&mut dyn Store, Timestamp, &Caller, &str, &Input) -> Outcome<Decided>;

impl DistributorState {
    /// `GET /approvals`.
    pub(super) fn list_approvals(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let word = query.word("status", &ApprovalStatus::ALL.map(ApprovalStatus::as_str))?;
        let status = ApprovalStatus::ALL.into_iter().find(|status| Some(status.as_str()) == word);
        let words = query.words("kind", &ApprovalKind::ALL.map(ApprovalKind::as_str))?;
        let kinds: Vec<_> = ApprovalKind::ALL.into_iter().filter(|kind| words.contains(&kind.as_str())).collect();
        let order = match query.word("order", &["newest", "oldest"])? {
            Some("oldest") => Order::OldestFirst,
            _ => Order::NewestFirst,
        };
        let list = format!("approvals\0{kinds:?}\0{status:?}\0{order:?}");
        let cursors = Cursors::new(&self.store, &list);
        let after = cursors.read(&query)?;
        let mut found = self.store.approvals(order, after, limit + 1, &kinds, status)?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|(number, _)| cursors.make(*number));
        page(found.iter().map(|(_, approval)| approval.view()).collect(), next)
    }

    /// `GET /approvals/{approvalID}`.
    pub(super) fn get_approval(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        let approval = self.store.find_approval(&call.subject)?;
        caller.may(&[])?;
        Ok(Answer::json(200, &approval.view())?)
    }

    /// True if the same call took a decision before.
    pub(super) fn was_decided(&self, caller: &Caller, call: &Call) -> Outcome<bool> {
        match idempotency(caller, call)? {
            Some(key) => Ok(self.store.recall(&key)?.is_some()),
            None => Ok(false),
        }
    }

    /// Takes a decision; a repeated call returns `Err` with the subject of the first one.
    fn decide(
        &mut self,
        decision: impl FnOnce(&mut dyn Store, Timestamp, &Caller, &str, &Input) -> Outcome<Decided>,
        caller: &Caller,
        call: &Call,
        now: Timestamp,
    ) -> Outcome<Result<Decided, String>> {
        caller.may(&[])?;
        let idempotency = idempotency(caller, call)?;
        if let Some(key) = &idempotency
            && let Some(subject) = self.store.recall(key)?
        {
            return Ok(Err(subject));
        }
        if let Ok(id) = call.subject.parse() {
            self.deciding.refuse(id, now)?;
        }
        self.write(|store| {
            let decided = decision(store, now, caller, &call.subject, &call.input)?;
            remember(store, idempotency.as_ref(), &call.subject)?;
            Ok(Ok(decided))
        })
    }

    /// `POST /approvals/{approvalID}/approve`. The second half of a code is made here, once, and told in this answer only.
    pub(super) fn approve(
        &mut self,
        caller: &Caller,
        call: &Call,
        second: &Secret,
        now: Timestamp,
    ) -> Outcome<Handled> {
        let half = HalfDigest::of(second.expose());
        let approve = |store: &mut dyn Store, now: Timestamp, caller: &Caller, id: &str, input: &Input| {
            decide::approve(store, now, caller, id, input, half)
        };
        let decided = match self.decide(approve, caller, call, now)? {
            Ok(decided) => decided,
            Err(subject) => return Ok(Handled::Answer(self.decided(&subject, None)?.replayed(true))),
        };
        if decided.makes_code() {
            return Ok(Handled::Answer(self.decided(&call.subject, Some(second.expose()))?));
        }
        match decided.operation.and_then(|operation| self.attempt(operation.number)) {
            Some(attempt) => Ok(Handled::Deliver(attempt)),
            None => Ok(Handled::Answer(self.decided(&call.subject, None)?)),
        }
    }

    /// `POST /approvals/{approvalID}/reject`.
    pub(super) fn reject(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        self.end_request(decide::reject, caller, call, now)
    }

    /// `POST /approvals/{approvalID}/withdraw`.
    pub(super) fn withdraw(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        self.end_request(decide::withdraw, caller, call, now)
    }

    fn end_request(&mut self, decision: End, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        match self.decide(decision, caller, call, now)? {
            Ok(decided) => Ok(Answer::json(200, &decided.approval.view())?),
            Err(subject) => Ok(Answer::json(200, &self.store.find_approval(&subject)?.view())?.replayed(true)),
        }
    }

    /// The answer to an approval: the request and the current state of its subject.
    pub(super) fn decided(&self, approval: &str, half: Option<&str>) -> Outcome<Answer> {
        let approval = self.store.find_approval(approval)?;
        let subject = |name: &str| approval.subject_text(name).unwrap_or_default();
        let mut decision = Decision {
            approval: approval.view(),
            key: None,
            operation: None,
            user: None,
            webhook: None,
            password_half: None,
        };
        match approval.kind {
            ApprovalKind::IssueKey | ApprovalKind::RotateKey => {
                let key = self.store.find_key(subject("keyID"))?;
                decision.key = Some(key.view(&self.usage(&key, self.store.head().at)?));
            }
            ApprovalKind::Operation => {
                let id = subject("operationID").parse().ok();
                let id = id.ok_or_else(|| InternalError::new("a request about an operation that has no ID"))?;
                let operation = self.store.operation(id)?.ok_or_else(Refusal::not_found)?;
                decision.operation = Some(operation.view(self.store.profile().id));
            }
            ApprovalKind::ChangeSettings => {}
            ApprovalKind::CreateUser | ApprovalKind::GrantUser | ApprovalKind::ResetUser => {
                decision.user = self.store.member(requests::subject_user(&approval)?).map(|member| member.view());
            }
            ApprovalKind::CreateWebhook | ApprovalKind::RotateWebhook | ApprovalKind::EnableWebhook => {
                let endpoint = self.store.find_webhook(subject("webhookID"))?;
                decision.webhook = Some(self.endpoint_view(&endpoint)?);
            }
        }
        decision.password_half = half.map(str::to_owned);
        Ok(Answer::json(200, &decision)?)
    }
}

/// Remembers a call and its subject.
pub(super) fn remember(
    store: &mut dyn Store,
    idempotency: Option<&Idempotency>,
    subject: &str,
) -> Result<(), InternalError> {
    idempotency.map_or(Ok(()), |key| store.remember(key, subject))
}

/// The call's idempotency key in the person's scope.
pub(super) fn idempotency(caller: &Caller, call: &Call) -> Outcome<Option<Idempotency>> {
    let text = call.input.body.as_ref().map(String::as_str).unwrap_or_default();
    // Equal values are equal in any layout; invalid JSON and numbers are refused later.
    let values = serde_json::from_str::<Value>(text).ok().and_then(|value| json_text::write(&value).ok());
    let values = values.unwrap_or_else(|| text.to_owned());
    let route = format!("{} {}", call.route.id(), call.subject);
    call.input.idempotency(&caller.member.person.id.to_string(), &route, &values)
}
