//! Endpoints' objects: told that there may be something to send, and answered when they ask for it. The distributor
//! never waits for them, and stores nothing for them with a cash-in.

use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::id::WebhookID;
use universal_wallet_core::store::Store;
use universal_wallet_core::webhooks::endpoints;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::messages::{Message, Source, message_id};
use universal_wallet_core::webhooks::model::{Endpoint, EndpointStatus};
use universal_wallet_sdk::Timestamp;

use super::state::DistributorState;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::to_distributor::{ReadyMessage, Target, Work};
use crate::messages::to_webhook::{Ownership, ToWebhook};
use crate::platform::log::report;

/// Maximum number of entries that one answer reads.
const MAX_ENTRIES: u64 = 200;
/// Number of messages from which an answer reads no further entry.
const MAX_MESSAGES: usize = 50;
/// Maximum number of operations on their way whose arrival an endpoint awaits; beyond, it reads no further.
const MAX_AWAITED: usize = 1000;
/// Calls that tell objects, to run beside the call that made the news.
pub(super) fn tell(state: &Shared<DistributorState>) -> Vec<impl Future<Output = String> + 'static> {
    let due = state.step_on(|state, _| state.senders_due());
    let distributor = if due.is_empty() { None } else { Some(state.step_on(|state, _| state.store.profile().id)) };
    due.into_iter()
        .zip(distributor.into_iter().cycle())
        .map(|(webhook, distributor)| {
            let state = state.clone();
            async move {
                let message = ToWebhook::Poke { of: Ownership { distributor, webhook } };
                if objects::webhook(webhook).ask::<()>(&message).await.is_err() {
                    state.step(|state, _| state.senders.could_not_be_told(webhook, state.clock.unix_ms()));
                }
                DONE.into()
            }
        })
        .collect()
}

impl DistributorState {
    fn senders_due(&mut self) -> Vec<WebhookID> {
        if std::mem::take(&mut self.store.senders_changed) {
            match self.store.live_webhooks() {
                Ok(live) => {
                    let active = live.iter().filter(|endpoint| endpoint.status == EndpointStatus::Active);
                    let active: Vec<WebhookID> = active.map(|endpoint| endpoint.id).collect();
                    self.senders.follow(&active);
                }
                Err(fault) => report(&fault),
            }
        }
        if self.senders.is_empty() {
            return Vec::new();
        }
        let (head, now) = (self.store.head().number, self.clock.unix_ms());
        self.senders.due(head, now)
    }

    /// Answers an endpoint's object.
    pub(super) fn work(
        &mut self,
        id: WebhookID,
        again: &[(u64, EventType)],
        from: Option<u64>,
        awaited: Vec<(u64, u64)>,
    ) -> Outcome<Work> {
        let next = from.unwrap_or_default();
        let mut work = Work { target: None, again: Vec::new(), fresh: Vec::new(), next, awaited, caught_up: true };
        let endpoint = self.store.webhook(id)?.filter(|endpoint| endpoint.status == EndpointStatus::Active);
        let Some(endpoint) = endpoint else { return Ok(work) };
        let usage = |key: &_| self.usage(key, self.store.head().at);
        let source = Source { store: &self.store, usage: &usage };
        work.target = Some(Target {
            url: endpoint.settings.url.clone(),
            secrets: endpoint.secrets.clone(),
            enabled_at: endpoint.enabled_at,
        });
        for (entry, kind) in again {
            let message = self.message_again(&source, *entry, *kind)?;
            work.again.push(message.map(|message| ready(&source, &message)).transpose()?);
        }
        if from.is_some() {
            self.fresh(&source, &endpoint, &mut work)?;
        }
        let rests = from.is_some() && work.fresh.is_empty() && work.caught_up;
        if rests {
            self.senders.rests(id);
        }
        Ok(work)
    }

    /// Adds the messages of entries from the next one on, and of awaited arrivals.
    fn fresh(&self, source: &Source<'_>, endpoint: &Endpoint, work: &mut Work) -> Result<(), InternalError> {
        let wanted = |kind: EventType| endpoint.settings.events.contains(&kind);
        let mut still = Vec::new();
        for (entry, operation) in std::mem::take(&mut work.awaited) {
            if work.fresh.len() >= MAX_MESSAGES || self.store.deliveries.contains_key(&operation) {
                still.push((entry, operation));
                work.caught_up &= work.fresh.len() < MAX_MESSAGES;
            } else if let Some(message) = self.message_again(source, entry, EventType::OperationCompleted)? {
                work.fresh.push(ready(source, &message)?);
            }
        }
        work.awaited = still;
        work.next = work.next.max(endpoint.starts_after + 1);
        for entry in self.store.entries_from(work.next, MAX_ENTRIES)? {
            if work.fresh.len() >= MAX_MESSAGES || work.awaited.len() >= MAX_AWAITED {
                break;
            }
            let made = source.of_entry(entry.hash, &self.store.content(&entry)?)?;
            for message in made.messages.iter().filter(|message| wanted(message.kind)) {
                work.fresh.push(ready(source, message)?);
            }
            if let Some(operation) = made.awaits.filter(|_| wanted(EventType::OperationCompleted)) {
                work.awaited.push((entry.number, operation));
            }
            work.next = entry.number + 1;
        }
        // Where too many arrivals are awaited, the first of them goes on.
        work.caught_up &= work.next > self.store.head().number || work.awaited.len() >= MAX_AWAITED;
        Ok(())
    }

    /// A message of an entry again.
    fn message_again(
        &self,
        source: &Source<'_>,
        entry: u64,
        kind: EventType,
    ) -> Result<Option<Message>, InternalError> {
        let Some(entry) = self.store.entry(entry)? else { return Ok(None) };
        source.again(entry.hash, &self.store.content(&entry)?, kind)
    }

    /// Records since when an endpoint's receiver fails, for people to see.
    pub(super) fn note_failing(&mut self, id: WebhookID, since: Option<Timestamp>) -> Outcome<()> {
        Ok(self.store.set_failing(id, since)?)
    }

    /// Disables an endpoint whose receiver is given up.
    pub(super) fn give_up(&mut self, id: WebhookID, reason: String, now: Timestamp) -> Outcome<()> {
        self.write(|store| {
            store.set_failing(id, Some(now))?;
            Ok(endpoints::give_up(store, now, id, reason)?)
        })
    }
}

/// A message as it is sent.
fn ready(source: &Source<'_>, message: &Message) -> Result<ReadyMessage, InternalError> {
    let Message { entry, kind, .. } = *message;
    Ok(ReadyMessage { entry, kind, id: message_id(source, entry, kind), body: message.body()? })
}
