//! Deliveries as people see them: the log, a test, the same message again.

use serde_json::json;
use universal_wallet_core::error::{Code, InternalError, Outcome, Refusal};
use universal_wallet_core::id::{DeliveryID, DistributorID, MessageID};
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::numbered_id::Numbering;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_sdk::Timestamp;

use super::state::WebhookState;
use super::store::Stored;
use crate::messages::to_webhook::{Delivery, DeliveryPage, DeliveryState, Ownership};
use crate::platform::random;

/// Maximum number of tests and repeats that wait for their first attempt.
const MAX_OF_PEOPLE: usize = 20;

/// The ID of a delivery, which contains its number.
fn delivery_id(owner: Ownership, delivery: &Stored) -> DeliveryID {
    DeliveryID::from_uuid(numbering(owner).uuid(delivery.number, delivery.at, 0))
}

/// Each endpoint numbers its deliveries.
fn numbering(owner: Ownership) -> Numbering {
    Numbering::new(DistributorID::from_uuid(owner.webhook.uuid()))
}

fn view(owner: Ownership, delivery: Stored) -> Delivery {
    Delivery {
        id: delivery_id(owner, &delivery),
        message: delivery.message,
        kind: delivery.kind,
        next_attempt_at: delivery.next.filter(|_| delivery.state == DeliveryState::Waiting),
        attempts: delivery.attempts,
        state: delivery.state,
    }
}

impl WebhookState {
    /// Keeps a secret for its claim.
    pub(super) fn keep(&mut self, of: Ownership, secret: &Secret, now: Timestamp) -> Outcome<()> {
        self.store.belong_to(of)?;
        Ok(self.store.keep(secret, now)?)
    }

    /// A page of deliveries, newest first.
    pub(super) fn page(&self, before: Option<u64>, limit: u32) -> Outcome<DeliveryPage> {
        let Some(owner) = self.store.owner else { return Ok(DeliveryPage { items: Vec::new(), last: None }) };
        let mut rows = self.store.page(before.unwrap_or(1 << 52), limit + 1)?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().map(|delivery| delivery.number).filter(|_| more);
        Ok(DeliveryPage { items: rows.into_iter().map(|delivery| view(owner, delivery)).collect(), last })
    }

    /// Sends a test message.
    pub(super) fn test(&mut self, of: Ownership, now: Timestamp) -> Outcome<Delivery> {
        self.store.belong_to(of)?;
        let body = json!({ "type": EventType::WebhookTest, "timestamp": now, "data": { "webhookID": of.webhook } });
        let message = MessageID::from_uuid(random::uuid()?);
        self.send_for_person(of, (0, EventType::WebhookTest, message), Some(json_text::write(&body)?), now)
    }

    /// Sends the message of a delivery again, as a delivery of its own.
    pub(super) fn resend(&mut self, of: Ownership, delivery: DeliveryID, now: Timestamp) -> Outcome<Delivery> {
        self.store.belong_to(of)?;
        let number = numbering(of).number(delivery.uuid()).ok_or_else(Refusal::not_found)?;
        let found = self.store.delivery(number)?.filter(|found| delivery_id(of, found) == delivery);
        let Stored { entry, kind, message, body, .. } = found.ok_or_else(Refusal::not_found)?;
        self.send_for_person(of, (entry, kind, message), body, now)
    }

    fn send_for_person(
        &mut self,
        of: Ownership,
        (entry, kind, message): (u64, EventType, MessageID),
        body: Option<String>,
        now: Timestamp,
    ) -> Outcome<Delivery> {
        if self.store.waiting_of_people()? >= MAX_OF_PEOPLE {
            let sentence = format!("{MAX_OF_PEOPLE} tests and repeats wait already; wait until they were sent.");
            return Err(Refusal::new(Code::RateLimited, sentence).retry_after(5).into());
        }
        let (state, next, attempts) = (DeliveryState::Waiting, Some(now), Vec::new());
        let mut made = [Stored { number: 0, entry, kind, message, at: now, state, next, attempts, body }];
        let db = self.store.db.clone();
        db.atomically(|| self.store.put(&mut made))?;
        self.poke(of)?;
        let [made] = made;
        if made.number == 0 {
            return Err(InternalError::new("a delivery without a number").into());
        }
        Ok(view(of, made))
    }
}
