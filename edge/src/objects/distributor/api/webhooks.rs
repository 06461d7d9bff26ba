//! Endpoints: requested, listed, claimed, rotated, disabled, enabled, tested. The log of deliveries and the secrets are
//! the endpoint's own object's, so these calls ask it before or after the decision.

use serde::Serialize;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Outcome, Refusal, refuse};
use universal_wallet_core::id::WebhookID;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::responses::ApprovalView;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_core::webhooks::endpoints;
use universal_wallet_core::webhooks::model::{Endpoint, EndpointStatus, EndpointView};
use universal_wallet_core::webhooks::requests::{self, Asked};
use universal_wallet_core::webhooks::signing::{make_secret, secret_digest};
use universal_wallet_sdk::Timestamp;

use super::approvals::{idempotency, remember};
use super::lists::{Cursors, page};
use super::member::for_member;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_webhook::{Delivery, DeliveryPage, Ownership, ToWebhook};
use crate::objects::distributor::state::DistributorState;
use crate::platform::config::config;
use crate::platform::random;

/// A claimed secret, shown only in this answer.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ClaimedWebhookSecret"))]
pub(crate) struct ClaimedSecret<'a> {
    /// The secret that signs messages.
    #[cfg_attr(test, schemars(regex(pattern = "^whsec_[0-9A-Za-z+/]{43}=$")))]
    secret: &'a str,
    /// The endpoint.
    webhook: EndpointView,
}

/// A request about an existing endpoint.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WebhookRequested {
    /// ID of the endpoint.
    #[serde(rename = "webhookID")]
    webhook_id: WebhookID,
    #[serde(flatten)]
    approval: ApprovalView,
}

/// The endpoint in a path, and the delivery after it.
fn parts(call: &Call) -> (&str, Option<&str>) {
    match call.subject.split_once('/') {
        Some((endpoint, delivery)) => (endpoint, Some(delivery)),
        None => (&call.subject, None),
    }
}

/// `POST /webhooks/{webhookID}/claim`: makes the secret and answers it. The endpoint's object keeps it first; it signs
/// once the claim is recorded, so of two claims at once only the recorded one's secret does.
pub(super) async fn claim(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let endpoint = for_member(state, from, |state, caller, now| {
        endpoints::claimable(&state.store, now, caller, &call.subject, &call.input)
    })?;
    let secret = make_secret(&random::bytes()?);
    let of = Ownership { distributor: call.distributor, webhook: endpoint.id };
    objects::webhook(endpoint.id).ask::<()>(&ToWebhook::Keep { of, secret: secret.clone() }).await?;
    for_member(state, from, |state, caller, now| {
        let digest = secret_digest(&secret);
        let endpoint = state.write(|store| endpoints::claim(store, now, caller, &call.subject, &call.input, digest))?;
        let claimed = ClaimedSecret { secret: secret.expose(), webhook: state.endpoint_view(&endpoint)? };
        Ok(Answer::json(200, &claimed)?)
    })
}

/// `GET /webhooks/{webhookID}/deliveries`.
pub(super) async fn deliveries(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let list = format!("deliveries\0{}", call.subject);
    let (endpoint, before, limit) = for_member(state, from, |state, caller, _| {
        let endpoint = state.store.find_webhook(&call.subject)?;
        caller.may(&[])?;
        let query = Query::of(call.route, &call.query)?;
        Ok((endpoint, Cursors::new(&state.store, &list).read(&query)?, query.limit()?))
    })?;
    let found: DeliveryPage = objects::webhook(endpoint.id).ask(&ToWebhook::Deliveries { before, limit }).await?;
    for_member(state, from, |state, _, _| {
        page(found.items, found.last.map(|last| Cursors::new(&state.store, &list).make(last)))
    })
}

/// `POST /webhooks/{webhookID}/test` and `POST /webhooks/{webhookID}/deliveries/{deliveryID}/resend`.
pub(super) async fn send(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Answer> {
    let (endpoint, delivery) = parts(call);
    let (endpoint, idempotency) = for_member(state, from, |state, caller, _| {
        let endpoint = state.store.find_webhook(endpoint)?;
        caller.may(&[Role::Maker, Role::Admin])?;
        caller.must_prove()?;
        call.input.optional_object()?.finish()?;
        let idempotency = idempotency(caller, call)?;
        if let Some(key) = &idempotency
            && let Some(done) = state.store.recall(key)?
        {
            return Ok((Err(done), idempotency));
        }
        if endpoint.status != EndpointStatus::Active {
            let status = endpoint.status.as_str();
            return refuse(Code::InvalidState, format!("This endpoint is {status}; only an active one sends."));
        }
        Ok((Ok(endpoint), idempotency))
    })?;
    let endpoint = match endpoint {
        Ok(endpoint) => endpoint,
        Err(done) => return Ok(Answer::json(201, &serde_json::from_str::<Delivery>(&done)?)?.replayed(true)),
    };
    let of = Ownership { distributor: call.distributor, webhook: endpoint.id };
    let message = match delivery {
        Some(delivery) => {
            let delivery = delivery.parse().map_err(|_| Refusal::not_found())?;
            ToWebhook::Resend { of, delivery }
        }
        None => ToWebhook::Test { of },
    };
    let made: Delivery = objects::webhook(endpoint.id).ask(&message).await?;
    for_member(state, from, |state, _, _| {
        if let Some(key) = &idempotency {
            let text = serde_json::to_string(&made)?;
            state.write(|store| Ok(store.remember(key, &text)?))?;
        }
        Ok(Answer::json(201, &made)?)
    })
}

impl DistributorState {
    /// An endpoint as the API answers it.
    pub(super) fn endpoint_view(&self, endpoint: &Endpoint) -> Outcome<EndpointView> {
        Ok(endpoint.view(self.store.failing_since(endpoint.id)?, self.store.head().at))
    }

    fn endpoint_answer(&self, status: u16, endpoint: &Endpoint) -> Outcome<Answer> {
        Ok(Answer::json(status, &self.endpoint_view(endpoint)?)?)
    }

    /// `POST /webhooks`.
    pub(super) fn request_webhook(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let (moment, demo) = (Moment { now, random: random::bits()? }, config()?.demo);
        let made = self.write(|store| requests::request(store, moment, caller, &call.input, demo))?;
        Ok(self.endpoint_answer(201, &made.endpoint)?.replayed(made.replayed))
    }

    /// `GET /webhooks`.
    pub(super) fn list_webhooks(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        caller.may(&[])?;
        let (endpoints, next) = self.list_documents::<Endpoint>(call, "webhooks", &[])?;
        let views: Outcome<Vec<EndpointView>> = endpoints.iter().map(|endpoint| self.endpoint_view(endpoint)).collect();
        page(views?, next)
    }

    /// `GET /webhooks/{webhookID}`.
    pub(super) fn get_webhook(&self, caller: &Caller, call: &Call) -> Outcome<Answer> {
        let endpoint = self.store.find_webhook(&call.subject)?;
        caller.may(&[])?;
        self.endpoint_answer(200, &endpoint)
    }

    /// `POST /webhooks/{webhookID}/rotate-secret`.
    pub(super) fn rotate_webhook(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let asked = self.write(|store| requests::rotate(store, moment, caller, &call.subject, &call.input))?;
        self.asked(&asked, call)
    }

    /// `POST /webhooks/{webhookID}/enable`.
    pub(super) fn enable_webhook(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let asked = self.write(|store| requests::enable(store, moment, caller, &call.subject, &call.input))?;
        self.asked(&asked, call)
    }

    fn asked(&self, asked: &Asked, call: &Call) -> Outcome<Answer> {
        let webhook_id = self.store.find_webhook(&call.subject)?.id;
        let body = WebhookRequested { webhook_id, approval: asked.approval.view() };
        Ok(Answer::json(201, &body)?.replayed(asked.replayed))
    }

    /// `POST /webhooks/{webhookID}/disable`.
    pub(super) fn disable_webhook(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let endpoint = self.store.find_webhook(&call.subject)?;
        caller.may(&[Role::Maker, Role::Checker, Role::Admin])?;
        caller.must_prove()?;
        let idempotency: Option<Idempotency> = idempotency(caller, call)?;
        if let Some(key) = &idempotency
            && self.store.recall(key)?.is_some()
        {
            return Ok(self.endpoint_answer(200, &endpoint)?.replayed(true));
        }
        let endpoint = self.write(|store| {
            let endpoint = endpoints::disable(store, now, caller, &call.subject, &call.input)?;
            remember(store, idempotency.as_ref(), &call.subject)?;
            // The person knows of it.
            store.set_failing(endpoint.id, None)?;
            Ok(endpoint)
        })?;
        self.endpoint_answer(200, &endpoint)
    }
}
