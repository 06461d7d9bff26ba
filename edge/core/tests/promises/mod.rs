//! Promises of the contract that span several commands.

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Code;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::cash_outs::Wanted;
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::operations::model::CashOutRequestStatus;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::store::Store;
use universal_wallet_core::{approvals, keys, operations};
use universal_wallet_sdk::{Amount, Timestamp};
use uuid::Uuid;

use crate::support::memory::MemoryStore;
use crate::support::{DAY_MS, HOUR_MS, START, caller, create, distributor, input, member, person, run, user};

const PHONE: &str = "+2348031234567";

fn moment(now: Timestamp) -> Moment {
    Moment { now, random: 1 }
}

fn two_people() -> MemoryStore {
    let mut store =
        distributor(1, START, [member(1, &[Role::Maker, Role::Checker]), member(2, &[Role::Maker, Role::Checker])]);
    let top_up = input(r#"{"amount":"1000.00","reference":"r"}"#, Some("t"));
    run(&mut store, |store| move_float(store, moment(START), FloatMovement::TopUp, &top_up)).unwrap();
    store
}

fn open_request(store: &mut MemoryStore, number: u128) -> OperationID {
    let id = OperationID::from_uuid(Uuid::from_u128(number));
    let wanted = Wanted {
        id,
        from: PHONE.parse().unwrap(),
        amount: Amount::from_minor(10_000).unwrap(),
        memo: None,
        announcement: 1,
    };
    run(store, |store| operations::cash_outs::open(store, START, wanted)).unwrap().unwrap();
    id
}

/// "Scopes: […] each signed-in user" and "another body → 422": one scope over all their calls.
#[test]
fn a_persons_idempotency_key_is_not_reused_on_another_route() {
    let mut store = two_people();
    let operation = input(format!(r#"{{"operationType":"cash-in","amount":"1","phoneTo":"{PHONE}"}}"#), Some("k"));
    let maker = person(&store, 1);
    run(&mut store, |store| create(store, moment(START), &maker, &operation, MerchantLookup::NotYet)).unwrap();
    let key = input(r#"{"label":"Till","permissions":["read-balance"]}"#, Some("k"));
    let maker = caller(&store, user(1));
    let result = run(&mut store, |store| keys::lifecycle::request(store, moment(START), &maker, &key));
    assert_eq!(result.map(|_| ()), Err(Code::IdempotencyKeyReused));
}

/// "Same key and equal body → the same […]; another body → 422": also if the first call was itself answered with the
/// current state of an object that another call made.
#[test]
fn an_idempotency_key_that_was_answered_200_is_never_free_again() {
    let mut store = two_people();
    let (first, second) = (open_request(&mut store, 1), open_request(&mut store, 2));
    let maker = person(&store, 1);
    let mut put = |id: OperationID, key: Option<&str>| {
        let body = input(r#"{"cashOutFulfillmentType":"cash"}"#, key);
        run(&mut store, |store| operations::cash_outs::process(store, moment(START), &maker, &id.to_string(), &body))
            .map(|_| ())
    };
    assert_eq!(put(first, Some("k")), Ok(()));
    assert_eq!(put(second, Some("k")), Err(Code::IdempotencyKeyReused));
}

/// "A repeated PUT stores nothing more, whatever its idempotency key."
#[test]
fn a_repeated_put_stores_nothing_more() {
    let mut store = two_people();
    let id = open_request(&mut store, 1).to_string();
    let maker = person(&store, 1);
    let mut writes = Vec::new();
    for key in [None, Some("a"), Some("b"), None] {
        let body = input(r#"{"cashOutFulfillmentType":"cash"}"#, key);
        run(&mut store, |store| operations::cash_outs::process(store, moment(START), &maker, &id, &body)).unwrap();
        writes.push(store.writes);
    }
    assert_eq!(writes[1..], [writes[0]; 3]);
}

/// "At `now ≥ expiresAt` keys, approvals, holds and claims are over in every answer and decision,
/// whether an alarm has run or not."
#[test]
fn a_request_that_was_put_back_ends_at_the_same_time_whether_an_alarm_ran_or_not() {
    let after_three_days = |alarm_at: &[i64]| {
        let mut store = two_people();
        let id = open_request(&mut store, 1);
        let maker = person(&store, 1);
        let body = input(r#"{"cashOutFulfillmentType":"cash"}"#, None);
        run(&mut store, |store| operations::cash_outs::process(store, moment(START), &maker, &id.to_string(), &body))
            .unwrap();
        for at in alarm_at.iter().chain(&[3 * DAY_MS]) {
            approvals::deadlines::settle(&mut store, START.plus_ms(*at)).unwrap();
        }
        store.request(id).unwrap().unwrap().status
    };
    assert_eq!(after_three_days(&[DAY_MS, DAY_MS + HOUR_MS]), CashOutRequestStatus::Expired);
    assert_eq!(after_three_days(&[]), CashOutRequestStatus::Expired);
}
