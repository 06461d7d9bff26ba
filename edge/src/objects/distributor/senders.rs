//! Objects of the active endpoints, as their distributor knows them: each is told of news once, until it has asked and
//! there was nothing for it.

use universal_wallet_core::id::WebhookID;

/// Delay before an object that could not be told is told again; doubled up to 64 times.
const RETRY_MS: i64 = 5_000;

/// An endpoint's object, as far as its distributor knows.
#[derive(Debug)]
struct Sender {
    id: WebhookID,
    /// True from being told until it asked and there was nothing for it.
    busy: bool,
    /// Time of telling it again, after it could not be told.
    retry_at: Option<i64>,
    /// Times that it could not be told, in a row.
    lost: u32,
}

/// Objects of the active endpoints.
#[derive(Debug, Default)]
pub(super) struct Senders {
    list: Vec<Sender>,
    /// Number of the last entry that the objects were told of.
    seen: u64,
    /// True if a cash-in arrived since, which makes no entry.
    arrived: bool,
}

impl Senders {
    /// Notes that a cash-in arrived.
    pub(super) fn note_arrival(&mut self) {
        self.arrived = true;
    }

    /// Follows the distributor's endpoints; one that became active is told at once.
    pub(super) fn follow(&mut self, active: &[WebhookID]) {
        self.list.retain(|sender| active.contains(&sender.id));
        for id in active {
            if !self.list.iter().any(|sender| sender.id == *id) {
                self.list.push(Sender { id: *id, busy: false, retry_at: Some(0), lost: 0 });
            }
        }
    }

    /// Objects to tell now.
    pub(super) fn due(&mut self, head: u64, now_ms: i64) -> Vec<WebhookID> {
        let news = head != self.seen || self.arrived;
        (self.seen, self.arrived) = (head, false);
        let due = self.list.iter_mut().filter(|sender| match sender.retry_at {
            Some(at) => at <= now_ms,
            None => news && !sender.busy,
        });
        due.map(|sender| {
            (sender.busy, sender.retry_at) = (true, None);
            sender.id
        })
        .collect()
    }

    fn find(&mut self, id: WebhookID) -> Option<&mut Sender> {
        self.list.iter_mut().find(|sender| sender.id == id)
    }

    pub(super) fn rests(&mut self, id: WebhookID) {
        if let Some(sender) = self.find(id) {
            (sender.busy, sender.lost) = (false, 0);
        }
    }

    pub(super) fn could_not_be_told(&mut self, id: WebhookID, now_ms: i64) {
        if let Some(sender) = self.find(id) {
            sender.retry_at = Some(now_ms + (RETRY_MS << sender.lost.min(6)));
            sender.lost = sender.lost.saturating_add(1);
        }
    }

    /// True if no endpoint is active.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Time of telling an object again.
    pub(super) fn retry_at(&self) -> Option<i64> {
        self.list.iter().filter_map(|sender| sender.retry_at).min()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ids(count: u128) -> Vec<WebhookID> {
        (1..=count).map(|number| WebhookID::from_uuid(Uuid::from_u128(number))).collect()
    }

    #[test]
    fn an_object_is_told_once_until_it_asked_and_there_was_nothing() {
        let (ids, mut senders) = (ids(2), Senders::default());
        senders.follow(&ids);
        assert_eq!(senders.due(7, 1000), ids, "an endpoint that became active is told");
        assert!(senders.due(8, 1000).is_empty(), "both are busy");
        senders.rests(ids[0]);
        assert!(senders.due(8, 1000).is_empty(), "no news");
        assert_eq!(senders.due(9, 1000), [ids[0]]);
        senders.rests(ids[0]);
        senders.note_arrival();
        assert_eq!(senders.due(9, 1000), [ids[0]], "an arrival makes no entry");
        senders.follow(&ids[..1]);
        assert!(senders.find(ids[1]).is_none(), "a disabled endpoint is told nothing");
    }

    #[test]
    fn an_object_that_could_not_be_told_is_told_again_without_news() {
        let (ids, mut senders) = (ids(1), Senders::default());
        senders.follow(&ids);
        let mut now = 0;
        for delay in [5_000, 10_000, 20_000] {
            assert_eq!(senders.due(1, now), ids);
            senders.could_not_be_told(ids[0], now);
            assert_eq!(senders.retry_at(), Some(now + delay));
            assert!(senders.due(2, now + delay - 1).is_empty());
            now += delay;
        }
        assert_eq!(senders.due(2, now), ids);
        assert_eq!(senders.retry_at(), None);
    }
}
