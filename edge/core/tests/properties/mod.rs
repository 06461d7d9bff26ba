//! Properties: arithmetic near the maximum balance, limits, the edge of a day, digests, tampering.

mod evidence;

use proptest::prelude::*;
use serde_json::{Value, json};
use universal_wallet_core::approvals::model::{ApprovalKind, digest};
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Error};
use universal_wallet_core::id::{ApprovalID, DistributorID, KeyID};
use universal_wallet_core::operations::create::{Created, MerchantLookup, prepare};
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::operations::limits::MAX_PENDING;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::model::{Person, Role};
use universal_wallet_core::store::Store;
use universal_wallet_core::total::Total;
use universal_wallet_core::{approvals, keys, operations};
use universal_wallet_sdk::{Amount, Timestamp};
use uuid::Uuid;

use crate::support::memory::MemoryStore;
use crate::support::{DAY_MS, START, caller, create, distributor, input, member, minted, run, user};

pub(crate) const PHONE: &str = "+2348031234567";

pub(crate) fn at(now: Timestamp) -> Moment {
    Moment { now, random: 7 }
}

/// A distributor with a maker, a checker and some float.
pub(crate) fn office(float: Amount) -> MemoryStore {
    let mut store = distributor(1, START, [member(1, &[Role::Maker]), member(2, &[Role::Checker])]);
    let body = input(json!({ "amount": float, "reference": "bank" }).to_string(), Some("float"));
    run(&mut store, |store| move_float(store, at(START), FloatMovement::TopUp, &body)).unwrap();
    store
}

/// A claimed key with these limits.
pub(crate) fn key(store: &mut MemoryStore, limits: &Value, now: Timestamp) -> KeyID {
    let mut body = json!({ "label": "Till", "permissions": ["perform-operations"] });
    body.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
    let (maker, checker) = (caller(store, user(1)), caller(store, user(2)));
    let body = input(body.to_string(), None);
    let key = run(store, |store| keys::lifecycle::request(store, at(now), &maker, &body)).unwrap().key;
    let digest = store.approval(key.approval).unwrap().unwrap().digest;
    let approve = input(json!({ "digest": digest }).to_string(), None);
    let (id, half) = (key.approval.to_string(), HalfDigest::of("second"));
    run(store, |store| approvals::decide::approve(store, now, &checker, &id, &approve, half)).unwrap();
    let mint = || Ok(minted(DistributorID::from_uuid(Uuid::from_u128(1)), 5));
    let id = key.id.to_string();
    run(store, |store| keys::lifecycle::claim(store, at(now), &maker, &id, &input("", None), mint)).unwrap();
    key.id
}

/// A cash-in by a key.
pub(crate) fn cash_in(store: &mut MemoryStore, key: KeyID, amount: Amount, now: Timestamp) -> Result<Created, Code> {
    let requester = Requester::Key(store.key(key).unwrap().unwrap());
    let body = json!({ "operationType": "cash-in", "amount": amount, "phoneTo": PHONE });
    let body = input(body.to_string(), None);
    run(store, |store| create(store, at(now), &requester, &body, MerchantLookup::NotYet))
}

fn amounts() -> impl Strategy<Value = Amount> {
    let most = Amount::MAX.minor();
    prop_oneof![1..=1000_i64, most - 1000..=most, 1..=most].prop_map(|minor| Amount::from_minor(minor).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_float_is_exact_and_never_leaves_its_range(moves in prop::collection::vec((any::<bool>(), amounts()), 1..12)) {
        let mut store = distributor(1, START, []);
        let mut balance = 0_i128;
        for (place, (top_up, amount)) in moves.into_iter().enumerate() {
            let minor = i128::from(amount.minor());
            let (movement, after) =
                if top_up { (FloatMovement::TopUp, balance + minor) } else { (FloatMovement::Redemption, balance - minor) };
            let body = input(json!({ "amount": amount, "reference": "r" }).to_string(), Some(&place.to_string()));
            let result = run(&mut store, |store| move_float(store, at(START), movement, &body)).map(|_| ());
            let expected = if after < 0 {
                Err(Code::InsufficientBalance)
            } else if after > i128::from(Amount::MAX.minor()) {
                Err(Code::InvalidAmount)
            } else {
                balance = after;
                Ok(())
            };
            prop_assert_eq!(result, expected);
            prop_assert_eq!(i128::from(store.head().book.balance.minor()), balance);
            prop_assert_eq!(store.head().book.issued.minor(), balance);
        }
    }

    #[test]
    fn a_days_volume_is_spent_to_the_cent(limit in 2..=1_000_000_i64, parts in prop::collection::vec(1..=400_000_i64, 1..8)) {
        let amount = |minor| Amount::from_minor(minor).unwrap();
        let mut store = office(Amount::MAX);
        let till = key(&mut store, &json!({ "maxDailyVolume": amount(limit) }), START);
        let mut spent = 0;
        for part in parts {
            let result = cash_in(&mut store, till, amount(part), START).map(|_| ());
            let fits = spent + part <= limit;
            prop_assert_eq!(result, if fits { Ok(()) } else { Err(Code::DailyVolumeExceeded) });
            spent += if fits { part } else { 0 };
        }
        if spent < limit {
            prop_assert!(cash_in(&mut store, till, amount(limit - spent), START).is_ok(), "exactly the limit is allowed");
        }
        prop_assert_eq!(cash_in(&mut store, till, amount(1), START).map(|_| ()), Err(Code::DailyVolumeExceeded));
    }

    #[test]
    fn a_total_is_read_as_it_is_written(parts in prop::collection::vec((any::<bool>(), amounts()), 0..20)) {
        let total = parts.into_iter().fold(Total::default(), |total, (add, amount)| {
            if add { total.plus(amount) } else { total.minus(amount) }
        });
        let text = serde_json::to_string(&total).unwrap();
        prop_assert_eq!(serde_json::from_str::<Total>(&text).unwrap(), total);
    }

    #[test]
    fn a_digest_is_of_everything_that_is_agreed_to(
        names in prop::collection::btree_set("[a-zA-Z]{1,8}", 1..6),
        values in prop::collection::vec("\\PC{0,12}", 6),
        changed in any::<prop::sample::Index>(),
    ) {
        let subject = |names: &[&String], values: &[String]| -> Value {
            names.iter().zip(values).map(|(name, value)| ((*name).clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
        };
        let names: Vec<&String> = names.iter().collect();
        let digest_of = |approval, distributor, kind, maker, name: &str, subject: &Value| {
            let person = Person { id: user(maker), name: name.into() };
            let id = ApprovalID::from_uuid(Uuid::from_u128(approval));
            let distributor = DistributorID::from_uuid(Uuid::from_u128(distributor));
            digest(id, distributor, kind, &person, subject).unwrap()
        };
        let kind = ApprovalKind::IssueKey;
        let agreed = subject(&names, &values);
        let made = digest_of(1, 1, kind, 1, "A", &agreed);
        let reversed: Vec<&String> = names.iter().rev().copied().collect();
        let backwards: Vec<String> = values[..names.len()].iter().rev().cloned().collect();
        prop_assert_eq!(made, digest_of(1, 1, kind, 1, "B", &subject(&reversed, &backwards)), "order and names are no part");
        for other in [
            digest_of(2, 1, kind, 1, "A", &agreed),
            digest_of(1, 2, kind, 1, "A", &agreed),
            digest_of(1, 1, ApprovalKind::RotateKey, 1, "A", &agreed),
            digest_of(1, 1, kind, 2, "A", &agreed),
        ] {
            prop_assert_ne!(made, other);
        }
        let place = changed.index(names.len());
        let mut others = values.clone();
        others[place].push('.');
        prop_assert_ne!(made, digest_of(1, 1, kind, 1, "A", &subject(&names, &others)));
        let mut less = agreed.clone();
        if let Value::Object(members) = &mut less {
            members.remove(names[place]);
        }
        prop_assert_ne!(made, digest_of(1, 1, kind, 1, "A", &less));
    }
}

/// "Volume belongs for ever to the UTC day of `createdAt` […]; later approval doesn't move it,
/// giving back lowers that day only."
#[test]
fn a_day_ends_on_its_last_millisecond_and_gives_back_to_itself() {
    let midnight = Timestamp::start_of_day(START.utc_day() + 1);
    let amount = Amount::from_minor(10_000).unwrap();
    for (first, same_day) in [(-DAY_MS, true), (-1, true), (0, false), (1, false)] {
        let mut store = office(Amount::MAX);
        let till = key(&mut store, &json!({ "maxDailyVolume": amount }), START);
        let now = midnight.plus_ms(first).max(START);
        let Created::New(operation) = cash_in(&mut store, till, amount, now).unwrap() else { panic!("a new one") };
        let line = till;
        let (eve, day) = (midnight.utc_day() - 1, midnight.utc_day());
        let spent = |store: &MemoryStore| [eve, day].map(|day| store.volume(line, day).unwrap());
        let (none, some) = (Total::default(), Total::default().plus(amount));
        assert_eq!(spent(&store), if same_day { [some, none] } else { [none, some] }, "{first}");
        // The day's volume is used up in its last millisecond; one millisecond later the next day's is whole.
        let again = cash_in(&mut store, till, amount, midnight.plus_ms(if same_day { -1 } else { DAY_MS - 1 }));
        assert_eq!(again.map(|_| ()), Err(Code::DailyVolumeExceeded), "{first}");
        // A rejection on the next day gives the volume back to the day of creation.
        let later = midnight.plus_ms(if same_day { 0 } else { DAY_MS - 1 });
        let (checker, no) = (caller(&store, user(2)), input(r#"{"reason":"no"}"#, None));
        let id = operation.facts.approval.unwrap().to_string();
        assert!(cash_in(&mut store, till, amount, later).is_ok() || !same_day);
        run(&mut store, |store| approvals::decide::reject(store, later, &checker, &id, &no)).unwrap();
        assert_eq!(spent(&store), if same_day { [none, some] } else { [none, none] }, "{first}");
    }
}

#[test]
fn a_key_has_a_thousand_pending_operations_and_no_more() {
    let amount = Amount::from_minor(1).unwrap();
    let mut store = office(Amount::MAX);
    let till = key(&mut store, &json!({}), START);
    for _ in 0..MAX_PENDING {
        assert!(cash_in(&mut store, till, amount, START).is_ok());
    }
    assert_eq!(cash_in(&mut store, till, amount, START).map(|_| ()), Err(Code::RateLimited));
    let first = store.first_pending_of_key(till).unwrap().unwrap().facts.id.to_string();
    let owner = store.key(till).unwrap().unwrap();
    run(&mut store, |store| operations::lifecycle::withdraw_by_key(store, START, &owner, &first)).unwrap();
    assert!(cash_in(&mut store, till, amount, START).is_ok(), "one that ended makes room");
}

#[test]
fn a_line_of_keys_has_so_many_operations_given_back_in_a_day_and_no_more_made() {
    let midnight = Timestamp::start_of_day(START.utc_day() + 1);
    let amount = Amount::from_minor(100).unwrap();
    let mut store = office(Amount::MAX);
    store.max_given_back = 2;
    let (till, other) = (key(&mut store, &json!({}), START), key(&mut store, &json!({}), START));
    let withdrawn = |store: &mut MemoryStore, now: Timestamp| {
        let Created::New(operation) = cash_in(store, till, amount, now)? else { panic!("a new one") };
        let key = store.key(till).unwrap().unwrap();
        let id = operation.facts.id.to_string();
        run(store, |store| operations::lifecycle::withdraw_by_key(store, now, &key, &id)).map(|_| ())
    };
    let waits = cash_in(&mut store, till, amount, START).unwrap();
    assert_eq!(withdrawn(&mut store, START), Ok(()));
    assert_eq!(withdrawn(&mut store, START), Ok(()));
    assert_eq!(withdrawn(&mut store, START), Err(Code::RateLimited));
    let late = midnight.plus_ms(-1_500);
    let refusal = |store: &MemoryStore, now| {
        let maker = Requester::Key(store.key(till).unwrap().unwrap());
        let body = format!(r#"{{"operationType":"cash-in","amount":"{amount}","phoneTo":"+2348031234567"}}"#);
        match prepare(store, at(now), &maker, &input(body, None), MerchantLookup::NotYet) {
            Err(Error::Refusal(refusal)) => *refusal,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refusal(&store, late).retry_after_s, Some(2), "until midnight, rounded up");
    assert!(cash_in(&mut store, other, amount, late).is_ok(), "another line goes on");
    // Whatever waits can still be rejected, and the line's key revoked.
    let (checker, no) = (caller(&store, user(2)), input(r#"{"reason":"no"}"#, None));
    let Created::New(waits) = waits else { panic!("a new one") };
    let approval = waits.facts.approval.unwrap().to_string();
    run(&mut store, |store| approvals::decide::reject(store, late, &checker, &approval, &no)).unwrap();
    assert_eq!(withdrawn(&mut store, midnight), Ok(()), "a new day");
    assert!(cash_in(&mut store, till, amount, midnight).is_ok());
    run(&mut store, |store| {
        keys::lifecycle::revoke_by_member(store, midnight, &checker, &till.to_string(), &input("", None))
    })
    .unwrap();
    store.max_given_back = 0;
    assert_eq!(
        store.given_back(till, midnight.utc_day()).unwrap(),
        2,
        "the withdrawn one, and the one of the revoked key"
    );
}
