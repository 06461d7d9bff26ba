//! Messages about something that comes near: a key's end, a low float.

use universal_wallet_core::error::Code;
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::{lifecycle, rotation, tightening};
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::settings;
use universal_wallet_core::store::Store;
use universal_wallet_core::webhooks::event::EventType;

use super::{ADMIN, CHECKER, MAKER, World};
use crate::support::{DAY_MS, HOUR_MS, caller, input, minted, user};

/// Lifetime of the keys here.
const YEAR_MS: i64 = 365 * DAY_MS;
const WEEK_MS: i64 = 7 * DAY_MS;

impl World {
    fn key_id(&mut self) -> KeyID {
        let Requester::Key(key) = self.key() else { panic!("a key") };
        key.id
    }

    /// Types of the messages about keys from an entry on.
    fn told_of_keys(&self, from: u64) -> Vec<&'static str> {
        let told = self.told(from).into_iter().map(|(kind, _)| kind);
        told.filter(|kind| kind.starts_with("api-key.")).collect()
    }

    fn tighten(&mut self, key: KeyID, body: &str) {
        let maker = caller(&self.store, user(MAKER));
        let body = input(body, None);
        self.run(|store, moment| tightening::tighten(store, moment.now, &maker, &key.to_string(), &body)).unwrap();
    }

    fn ends_at(&mut self, key: KeyID, ms: i64) {
        let end = self.now.plus_ms(ms);
        self.tighten(key, &format!(r#"{{"expiresAt":"{end}"}}"#));
    }
}

#[test]
fn a_keys_end_is_told_a_week_before() {
    let mut world = World::new();
    let id = world.key_id();
    let from = world.next();
    world.wait(YEAR_MS - WEEK_MS - 1);
    assert_eq!(world.told_of_keys(from), [""; 0]);
    world.wait(1);
    let (messages, _) = world.messages(from);
    assert_eq!(messages.iter().map(|message| message.kind).collect::<Vec<_>>(), [EventType::KeyExpiring]);
    assert_eq!((&messages[0].data["keyID"], &messages[0].data["status"]), (&id.to_string().into(), &"active".into()));
    world.wait(WEEK_MS);
    assert_eq!(world.told_of_keys(from), ["api-key.expiring", "api-key.expired"]);
    assert_eq!(world.store.deadlines().count(), 0);
    world.store.must_verify();
}

#[test]
fn the_notice_moves_with_the_end_and_comes_once() {
    let mut world = World::new();
    let id = world.key_id();
    let from = world.next();
    world.ends_at(id, 30 * DAY_MS);
    world.wait(30 * DAY_MS - WEEK_MS - 1);
    assert_eq!(world.told_of_keys(from), [""; 0]);
    world.wait(1);
    assert_eq!(world.told_of_keys(from), ["api-key.expiring"]);
    // Nearer than a week there is no second one, and none where nothing was asked in time.
    world.ends_at(id, DAY_MS);
    world.wait(DAY_MS);
    assert_eq!(world.told_of_keys(from), ["api-key.expiring", "api-key.expired"]);
    world.key_id();
    let from = world.next();
    world.wait(YEAR_MS + HOUR_MS);
    assert_eq!(world.told_of_keys(from), ["api-key.expired"], "over already");
}

#[test]
fn a_key_that_another_took_over_from_or_that_was_revoked_has_no_notice() {
    let mut world = World::new();
    let old = world.key_id();
    let maker = caller(&world.store, user(MAKER));
    let asked = world
        .run(|store, moment| {
            rotation::rotate(store, moment, &maker, &old.to_string(), &input(r#"{"overlapHours":168}"#, None))
        })
        .unwrap();
    world.approve(CHECKER, asked.key.approval).unwrap();
    let (id, distributor) = (asked.key.id, world.store.profile().id);
    world
        .run(|store, moment| {
            let mint = || Ok(minted(distributor, 2));
            lifecycle::claim(store, moment, &maker, &id.to_string(), &input("", None), mint)
        })
        .unwrap();
    let from = world.next();
    world.wait(WEEK_MS);
    assert_eq!(world.told_of_keys(from), ["api-key.expired"]);
    let reason = input("", None);
    world
        .run(|store, moment| lifecycle::revoke_by_member(store, moment.now, &maker, &id.to_string(), &reason))
        .unwrap();
    assert_eq!(world.store.deadlines().count(), 0);
    world.wait(YEAR_MS);
    assert_eq!(world.told_of_keys(from), ["api-key.expired", "api-key.revoked"]);
}

#[test]
fn a_low_float_is_told_once_each_time_it_falls() {
    let mut world = World::new();
    world.top_up();
    let key = world.key();
    let admin = caller(&world.store, user(ADMIN));
    let low = input(r#"{"lowFloat":"996.00"}"#, None);
    let set = world.run(|store, moment| settings::change(store, moment, &admin, &low));
    assert_eq!(set.map(drop), Ok::<(), Code>(()));
    let from = world.next();
    // Exactly the amount is not low.
    world.cash_in(&key, "4");
    assert!(world.told(from).iter().all(|(kind, _)| *kind != "float.low"));
    world.cash_in(&key, "3");
    world.cash_in(&key, "2");
    let (messages, _) = world.messages(from);
    let low: Vec<_> = messages.iter().filter(|message| message.kind == EventType::FloatLow).collect();
    let data = serde_json::json!({ "balance": "993.00", "available": "993.00", "held": "0.00", "currency": "NGN" });
    assert_eq!(low.iter().map(|message| &message.data).collect::<Vec<_>>(), [&data]);
    world.store.must_verify();
}
