//! Messages that the entries of the chain make.

use serde_json::Value;
use universal_wallet_core::audit::chain::Content;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::keys;
use universal_wallet_core::keys::model::Usage;
use universal_wallet_core::operations::cash_outs::{self, Wanted};
use universal_wallet_core::operations::create::{Created, MerchantLookup};
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::operations::lifecycle;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::store::Store;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::messages::{Message, Source, message_id};
use universal_wallet_sdk::Amount;
use uuid::Uuid;

use super::{BODY, CHECKER, MAKER, World};
use crate::support::{DAY_MS, caller, create, input, minted, person, user};

const PHONE: &str = "+2348031234567";

impl World {
    /// Messages of all entries from a number on, and numbers of those that wait for an arrival.
    pub(super) fn messages(&self, from: u64) -> (Vec<Message>, Vec<u64>) {
        let source = Source { store: &self.store, usage: &|_| Ok(Usage::default()) };
        let (mut messages, mut awaited) = (Vec::new(), Vec::new());
        for number in from..=self.store.head().number {
            let entry = self.store.entry(number).unwrap();
            let content = Content::read(&entry.text).unwrap();
            let made = source.of_entry(entry.hash, &content).unwrap();
            for message in &made.messages {
                assert_eq!(
                    source.again(entry.hash, &content, message.kind).unwrap().as_ref(),
                    Some(message),
                    "the same again"
                );
                assert_eq!(message.body().unwrap(), message.body().unwrap());
            }
            messages.extend(made.messages);
            awaited.extend(made.awaits.map(|_| entry.number));
        }
        (messages, awaited)
    }

    /// Type and status of each message from an entry on.
    pub(super) fn told(&self, from: u64) -> Vec<(&'static str, String)> {
        let text = |message: &Message| {
            let status = &message.data["status"];
            status.as_str().unwrap_or("-").to_owned()
        };
        self.messages(from).0.iter().map(|message| (message.kind.as_str(), text(message))).collect()
    }

    pub(super) fn next(&self) -> u64 {
        self.store.head().number + 1
    }

    pub(super) fn top_up(&mut self) {
        let body = input(r#"{"amount":"1000.00","reference":"deposit 7"}"#, Some("t"));
        self.run(|store, moment| move_float(store, moment, FloatMovement::TopUp, &body)).unwrap();
    }

    /// A key that makes operations up to 5.00 without a checker.
    pub(super) fn key(&mut self) -> Requester {
        let (maker, distributor) = (caller(&self.store, user(MAKER)), self.store.profile().id);
        let body = input(
            r#"{"label":"Till","permissions":["perform-operations"],"maxTransactionAmount":"50",
                "maxDailyVolume":"90","autoApproveLimit":"5"}"#,
            None,
        );
        let key = self.run(|store, moment| keys::lifecycle::request(store, moment, &maker, &body)).unwrap().key;
        self.approve(CHECKER, key.approval).unwrap();
        let id = key.id.to_string();
        let claimed = self.run(|store, moment| {
            keys::lifecycle::claim(store, moment, &maker, &id, &input("", None), || Ok(minted(distributor, 1)))
        });
        Requester::Key(std::rc::Rc::new(claimed.unwrap().1))
    }

    pub(super) fn cash_in(&mut self, requester: &Requester, amount: &str) -> OperationID {
        let body = format!(r#"{{"operationType":"cash-in","amount":"{amount}","phoneTo":"{PHONE}"}}"#);
        let made =
            self.run(|store, moment| create(store, moment, requester, &input(body, None), MerchantLookup::NotYet));
        let Ok(Created::New(operation)) = made else { panic!("{made:?}") };
        operation.facts.id
    }

    fn open_request(&mut self, number: u128) -> OperationID {
        let id = OperationID::from_uuid(Uuid::from_u128(number));
        let (from, amount) = (PHONE.parse().unwrap(), Amount::from_minor(10_000).unwrap());
        let wanted = Wanted { id, from, amount, memo: None, announcement: 1 };
        self.run(|store, moment| cash_outs::open(store, moment.now, wanted)).unwrap().unwrap();
        id
    }
}

#[test]
fn a_cash_in_within_the_limit_tells_of_its_arrival_once_it_arrived() {
    let mut world = World::new();
    world.top_up();
    let key = world.key();
    let from = world.next();
    let id = world.cash_in(&key, "5");
    assert_eq!(
        world.told(from),
        [("operation.created", "processing".into()), ("operation.processing", "processing".into())]
    );
    assert_eq!(world.messages(from).1, [from], "the arrival is awaited");
    world.now = world.now.plus_ms(7);
    let now = world.now;
    lifecycle::arrived(&mut world.store, now, id).unwrap();
    assert_eq!(
        world.told(from),
        [
            ("operation.created", "processing".into()),
            ("operation.processing", "processing".into()),
            ("operation.completed", "completed".into()),
        ]
    );
    let (messages, awaited) = world.messages(from);
    assert!(awaited.is_empty());
    let last = messages.last().unwrap();
    assert_eq!((last.entry, last.at), (from, now), "the same entry, at the time of the arrival");
    let operation = world.store.operation(id).unwrap().unwrap();
    assert_eq!(last.data, serde_json::to_value(operation.view(world.store.profile().id)).unwrap());
    // The first messages still tell the state that the entry left.
    assert_eq!(messages[0].data["sequenceNumber"], from);
    assert_eq!(messages[0].data["walletOperationID"], Value::Null);
}

#[test]
fn an_operation_that_waits_tells_each_step() {
    let mut world = World::new();
    world.top_up();
    let key = world.key();
    let from = world.next();
    let (approved, rejected, lapsed) = (world.cash_in(&key, "6"), world.cash_in(&key, "7"), world.cash_in(&key, "8"));
    let approval = |world: &World, id| world.store.operation(id).unwrap().unwrap().facts.approval.unwrap();
    world.approve(CHECKER, approval(&world, approved)).unwrap();
    let (checker, no) = (caller(&world.store, user(CHECKER)), input(r#"{"reason":"unknown"}"#, None));
    let id = approval(&world, rejected).to_string();
    world
        .run(|store, moment| universal_wallet_core::approvals::decide::reject(store, moment.now, &checker, &id, &no))
        .unwrap();
    let now = world.now;
    lifecycle::returned(&mut world.store, now, approved).unwrap();
    world.wait(DAY_MS);
    let told = world.told(from);
    let asked = [("approval.requested", "pending".to_owned()), ("operation.created", "pending".to_owned())];
    let mut expected = [asked.clone(), asked.clone(), asked].concat();
    expected.extend([
        ("approval.decided", "approved".into()),
        ("operation.processing", "processing".into()),
        ("approval.decided", "rejected".into()),
        ("operation.rejected", "rejected".into()),
        ("operation.failed", "failed".into()),
        ("approval.decided", "expired".into()),
        ("operation.expired", "expired".into()),
    ]);
    assert_eq!(told, expected);
    let messages = world.messages(from).0;
    let rejected = messages.iter().find(|message| message.kind == EventType::OperationRejected).unwrap();
    assert_eq!((&rejected.data["lastError"], &rejected.data["amount"]), (&"unknown".into(), &"7.00".into()));
    assert!(world.store.operation(lapsed).unwrap().is_some());
}

#[test]
fn a_cash_out_that_is_tried_again_tells_of_each_attempt_with_its_own_facts() {
    let mut world = World::new();
    let from = world.next();
    let id = world.open_request(77);
    let maker = person(&world.store, MAKER);
    let put = |world: &mut World, reference: &str| {
        let body = format!(r#"{{"cashOutFulfillmentType":"bank-transfer","transactionID":"{reference}"}}"#);
        let id = id.to_string();
        world
            .run(|store, moment| cash_outs::process(store, moment, &maker, &id, &input(body, None)))
            .map(|_| world.store.operation(id.parse().unwrap()).unwrap().unwrap().facts.approval.unwrap())
            .unwrap()
    };
    let first = put(&mut world, "one");
    let (checker, no) = (caller(&world.store, user(CHECKER)), input(r#"{"reason":"no"}"#, None));
    world
        .run(|store, moment| {
            universal_wallet_core::approvals::decide::reject(store, moment.now, &checker, &first.to_string(), &no)
        })
        .unwrap();
    let second = put(&mut world, "two");
    world.approve(CHECKER, second).unwrap();
    let now = world.now;
    lifecycle::arrived(&mut world.store, now, id).unwrap();
    let messages = world.messages(from).0;
    let of: Vec<_> = messages
        .iter()
        .filter(|message| message.kind.as_str().starts_with("operation."))
        .map(|message| (message.kind.as_str(), message.data["cashOutFulfillmentID"].as_str().unwrap()))
        .collect();
    assert_eq!(
        of,
        [
            ("operation.created", "one"),
            ("operation.rejected", "one"),
            ("operation.created", "two"),
            ("operation.processing", "two"),
            ("operation.completed", "two"),
        ]
    );
    assert_eq!(
        (messages[0].kind, &messages[0].data["operationID"]),
        (EventType::CashOutRequested, &id.to_string().into())
    );
}

#[test]
fn requests_keys_and_float_movements_tell_the_object_of_the_api() {
    let mut world = World::new();
    let from = world.next();
    world.top_up();
    let Requester::Key(key) = world.key() else { panic!("a key") };
    let cancelled = world.open_request(5);
    let now = world.now;
    cash_outs::cancel(&mut world.store, now, cancelled).unwrap();
    world.open_request(6);
    world.wait(DAY_MS);
    world.request(MAKER, BODY).unwrap();
    let (admin, id) = (caller(&world.store, user(super::MAKER)), key.id.to_string());
    world
        .run(|store, moment| keys::lifecycle::revoke_by_member(store, moment.now, &admin, &id, &input("", None)))
        .unwrap();
    let (messages, _) = world.messages(from);
    let kinds: Vec<&str> = messages.iter().map(|message| message.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "float.topped-up",
            "approval.requested",
            "approval.decided",
            "api-key.issued",
            "cash-out.requested",
            "cash-out.cancelled",
            "cash-out.requested",
            "cash-out.expired",
            "approval.requested",
            "api-key.revoked",
        ]
    );
    assert_eq!(messages[0].data["reference"], "deposit 7");
    assert_eq!(messages[0].data["balance"], "1000.00");
    assert_eq!(messages[1].data["decidedBy"], Value::Null);
    assert_eq!(messages[2].data["status"], "approved");
    assert_eq!(messages[3].data["keyID"], key.id.to_string());
    assert_eq!(messages[8].data["subject"]["url"], "https://hooks.example.com/uw");
    let text = messages.iter().map(|message| message.body().unwrap()).collect::<String>();
    assert!(!text.contains(&key.digest.unwrap().to_string()), "no digest of a secret leaves");
}

#[test]
fn a_message_has_one_id_in_every_attempt_and_no_other_message_has_it() {
    let mut world = World::new();
    world.top_up();
    world.key();
    let source = Source { store: &world.store, usage: &|_| Ok(Usage::default()) };
    let mut seen = std::collections::BTreeSet::new();
    for entry in 1..100 {
        for kind in EventType::ALL {
            assert_eq!(message_id(&source, entry, *kind), message_id(&source, entry, *kind));
            assert!(seen.insert(message_id(&source, entry, *kind)));
        }
    }
    let other = crate::support::distributor(2, world.now, []);
    let other = Source { store: &other, usage: &|_| Ok(Usage::default()) };
    assert!(!seen.contains(&message_id(&other, 1, EventType::OperationCreated)));
}
