//! Endpoints in the exploration: data leaves only where two persons agreed, to the endpoint, to each secret, and to
//! every end of its being disabled.

use std::collections::BTreeMap;

use universal_wallet_core::approvals::model::{Approval, ApprovalKind};
use universal_wallet_core::id::{ApprovalID, WebhookID};
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::webhooks::model::{Endpoint, EndpointStatus};
use universal_wallet_core::webhooks::{endpoints, requests};

use super::persons::Acting;
use super::state::State;
use super::step::login;
use crate::support::input;

const BODY: &str = r#"{"url":"https://hooks.example.com","events":["operation.completed"]}"#;

#[derive(Clone, Copy, Debug)]
pub(crate) enum WebhookStep {
    Ask,
    Rotate(WebhookID),
    Claim(WebhookID),
    Disable(WebhookID),
    Enable(WebhookID),
}

/// Facts about the endpoints, beside what is stored.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Happened {
    /// The agreement that each secret was claimed by.
    secrets: BTreeMap<String, ApprovalID>,
    /// Times that each endpoint was disabled, and the agreements that ended it.
    disabled: BTreeMap<WebhookID, (usize, usize)>,
    /// How often the endpoint was disabled when each request to enable it was made.
    asked_after: BTreeMap<ApprovalID, usize>,
}

fn endpoint_of(approval: &Approval) -> WebhookID {
    approval.subject_text("webhookID").unwrap().parse().unwrap()
}

impl State {
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        self.store.webhooks.values().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    /// Steps of a person about endpoints; at most two endpoints.
    pub(crate) fn webhook_steps(&self) -> Vec<WebhookStep> {
        let endpoints = self.endpoints();
        let mut steps: Vec<WebhookStep> = (endpoints.len() < 2).then_some(WebhookStep::Ask).into_iter().collect();
        for endpoint in &endpoints {
            let id = endpoint.id;
            steps.push(WebhookStep::Claim(id));
            if matches!(endpoint.status, EndpointStatus::Active | EndpointStatus::Disabled) {
                steps.extend([WebhookStep::Rotate(id), WebhookStep::Disable(id), WebhookStep::Enable(id)]);
            }
        }
        steps
    }

    /// Adds an endpoint that sends: the first person requested and claimed it, the second approved.
    pub(crate) fn with_webhook(mut self) -> Self {
        self.webhooks = Some(Happened::default());
        assert!(self.take_webhook(login(1), WebhookStep::Ask));
        let approval = self.papers().pending().next().unwrap().id;
        assert!(self.take(&super::step::Step::Approve(login(2), approval)));
        let id = self.endpoints()[0].id;
        assert!(self.take_webhook(login(1), WebhookStep::Claim(id)));
        self
    }

    pub(crate) fn take_webhook(&mut self, actor: Acting, step: WebhookStep) -> bool {
        let (caller, nothing) = (self.caller(actor), input("", None));
        match step {
            WebhookStep::Ask => {
                let body = input(BODY, None);
                let asked = self.run(|store, moment| requests::request(store, moment, &caller, &body, false));
                self.note(actor, asked.map(|asked| asked.endpoint.approval))
            }
            WebhookStep::Rotate(id) => {
                let asked =
                    self.run(|store, moment| requests::rotate(store, moment, &caller, &id.to_string(), &nothing));
                self.note(actor, asked.map(|asked| asked.approval.id))
            }
            WebhookStep::Enable(id) => {
                let asked =
                    self.run(|store, moment| requests::enable(store, moment, &caller, &id.to_string(), &nothing));
                if let (Some(asked), Some(happened)) = (&asked, &mut self.webhooks) {
                    let times = happened.disabled.get(&id).map_or(0, |(times, _)| *times);
                    happened.asked_after.insert(asked.approval.id, times);
                }
                self.note(actor, asked.map(|asked| asked.approval.id))
            }
            WebhookStep::Claim(id) => self.claim_secret(actor, id),
            WebhookStep::Disable(id) => {
                let reason = input(r#"{"reason":"r"}"#, None);
                let disabled =
                    self.run(|store, moment| endpoints::disable(store, moment.now, &caller, &id.to_string(), &reason));
                if let (Some(_), Some(happened)) = (&disabled, &mut self.webhooks) {
                    happened.disabled.entry(id).or_default().0 += 1;
                }
                disabled.is_some()
            }
        }
    }

    fn claim_secret(&mut self, actor: Acting, id: WebhookID) -> bool {
        let caller = self.caller(actor);
        let before = self.store.webhook(id).unwrap().unwrap();
        let digest = Digest::of(&[&self.store.writes.to_be_bytes()]);
        let claimed = self.run(|store, moment| {
            endpoints::claim(store, moment.now, &caller, &id.to_string(), &input("", None), digest)
        });
        if claimed.is_some() {
            let approval = before.rotation.as_ref().map_or(before.approval, |rotation| rotation.approval);
            assert_eq!(self.asked[&approval].acting.user, actor.user, "a secret of another person's request");
            self.webhooks.as_mut().unwrap().secrets.insert(digest.to_string(), approval);
        }
        claimed.is_some()
    }

    /// Notes an agreement about an endpoint.
    pub(crate) fn agree_webhook(&mut self, approval: &Approval) {
        let Some(happened) = &mut self.webhooks else { return };
        if approval.kind == ApprovalKind::EnableWebhook {
            let (times, ended) = happened.disabled.get_mut(&endpoint_of(approval)).unwrap();
            assert_eq!(happened.asked_after[&approval.id], *times, "an agreement that is older than the disabling");
            *ended += 1;
        }
    }

    /// Panics if data may leave although fewer than two persons agreed.
    pub(crate) fn webhooks_must_be_agreed(&self) {
        let Some(happened) = &self.webhooks else { return };
        for endpoint in self.endpoints() {
            let sends = endpoint.status == EndpointStatus::Active;
            if sends || endpoint.status == EndpointStatus::Approved {
                assert!(self.two_agreed(endpoint.approval), "an endpoint of one person: {endpoint:?}");
            }
            let (times, ended) = happened.disabled.get(&endpoint.id).copied().unwrap_or_default();
            assert!(!sends || times == ended, "enabled by one person: {endpoint:?}");
            assert!(!sends || endpoint.claimed_at.is_some(), "a secret that nobody knows: {endpoint:?}");
            for secret in &endpoint.secrets {
                assert!(
                    self.two_agreed(happened.secrets[&secret.digest.to_string()]),
                    "a secret of one person: {endpoint:?}"
                );
            }
        }
    }
}
