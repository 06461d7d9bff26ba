//! Settings of a distributor: one person tightens, two loosen; a low float is noticed once per crossing.

use serde_json::json;
use universal_wallet_core::approvals;
use universal_wallet_core::approvals::model::ApprovalStatus;
use universal_wallet_core::audit::chain::Content;
use universal_wallet_core::audit::entry_builder::{FLOAT_LOW, Moment};
use universal_wallet_core::error::Code;
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::second_factor::proof::{Requirement, Standing};
use universal_wallet_core::settings::change;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use crate::support::memory::MemoryStore;
use crate::support::{START, caller, create, distributor, input, member, person, run, user};

fn house() -> MemoryStore {
    let roles = [Role::Admin, Role::Maker, Role::Checker];
    let mut store = distributor(1, START, [member(1, &roles), member(2, &roles), member(3, &[Role::Maker])]);
    move_money(&mut store, FloatMovement::TopUp, "1000.00", START).unwrap();
    store
}

fn move_money(store: &mut MemoryStore, movement: FloatMovement, amount: &str, now: Timestamp) -> Result<(), Code> {
    let number = store.head().number;
    let body = input(json!({ "amount": amount, "reference": "bank" }).to_string(), Some(&format!("move-{number}")));
    run(store, |store| move_float(store, Moment { now, random: 1 }, movement, &body)).map(|_| ())
}

fn set(store: &mut MemoryStore, number: u128, body: &str) -> Result<bool, Code> {
    let caller = caller(store, user(number));
    let moment = Moment { now: START, random: 2 };
    run(store, |store| change(store, moment, &caller, &input(body, None))).map(|approval| approval.is_some())
}

/// Times at which the chain noticed a low float.
fn noticed(store: &MemoryStore) -> Vec<i64> {
    let entries = (1..=store.head().number).filter_map(|number| store.entry(number));
    let contents = entries.map(|entry| Content::read(&entry.text).unwrap());
    let low = contents.filter(|content| content.kind == FLOAT_LOW);
    low.map(|content| content.at.unix_ms() - START.unix_ms()).collect()
}

#[test]
fn one_admin_requires_a_factor_and_two_make_it_optional() {
    let mut store = house();
    assert_eq!(set(&mut store, 3, r#"{"secondFactor":"required"}"#), Err(Code::RoleRequired));
    assert_eq!(set(&mut store, 1, r#"{"secondFactor":"required"}"#), Ok(false));
    assert_eq!(store.profile().second_factor, Requirement::Required);
    // The float is set at once, the factor waits for another person.
    assert_eq!(set(&mut store, 1, r#"{"secondFactor":"optional","lowFloat":"5.00"}"#), Ok(true));
    assert_eq!(store.profile().second_factor, Requirement::Required);
    assert_eq!(store.profile().low_float.unwrap().to_string(), "5.00");
    assert_eq!(set(&mut store, 2, r#"{"secondFactor":"optional"}"#), Err(Code::AlreadyExists));
    let request = store.all_approvals().pop().unwrap();
    let mut decide = |number: u128| {
        let (caller, half) = (caller(&store, user(number)), HalfDigest::of("second"));
        let body = input(json!({ "digest": request.digest }).to_string(), None);
        run(&mut store, |store| approvals::decide::approve(store, START, &caller, &request.id.to_string(), &body, half))
            .map(|_| ())
    };
    assert_eq!(decide(1), Err(Code::SelfApproval));
    assert_eq!(decide(2), Ok(()));
    assert_eq!(store.profile().second_factor, Requirement::Optional);
    assert_eq!(store.all_approvals().pop().unwrap().status, ApprovalStatus::Approved);
}

#[test]
fn settings_change_after_a_proof_only_and_bad_ones_do_not() {
    let mut store = house();
    for (standing, code) in
        [(Standing::MustProve, Code::SecondFactorRequired), (Standing::MustEnrol, Code::EnrolmentRequired)]
    {
        let caller =
            universal_wallet_core::people::caller::Caller { second_factor: standing, ..caller(&store, user(1)) };
        let body = input(r#"{"lowFloat":"1.00"}"#, None);
        let moment = Moment { now: START, random: 2 };
        let refused = run(&mut store, |store| change(store, moment, &caller, &body)).map(|_| ());
        assert_eq!(refused, Err(code));
    }
    for bad in [
        r#"{"secondFactor":"sometimes"}"#,
        r#"{"secondFactor":true}"#,
        r#"{"secondFactor":""}"#,
        r#"{"lowFloat":-1}"#,
        r#"{"more":1}"#,
        "[]",
    ] {
        assert!(set(&mut store, 1, bad).is_err(), "{bad}");
    }
    for bad in [r#"{"lowFloat":"-1"}"#, r#"{"lowFloat":"1.005"}"#, r#"{"lowFloat":"٥"}"#] {
        assert_eq!(set(&mut store, 1, bad), Err(Code::InvalidAmount), "{bad}");
    }
}

#[test]
fn a_low_float_is_noticed_once_per_crossing() {
    let mut store = house();
    let at = |ms: i64| START.plus_ms(ms);
    assert_eq!(set(&mut store, 1, r#"{"lowFloat":"500.00"}"#), Ok(false));
    // Exactly the amount is not low.
    move_money(&mut store, FloatMovement::Redemption, "500.00", at(1)).unwrap();
    assert_eq!(noticed(&store), [0; 0]);
    // A held amount is not available.
    let cash_in = |reference: &str| {
        input(r#"{"operationType":"cash-in","amount":"0.01","phoneTo":"+2348031234567"}"#, Some(reference))
    };
    for (ms, key) in [(2, "a"), (3, "b")] {
        let (maker, moment) = (person(&store, 3), Moment { now: at(ms), random: 4 });
        run(&mut store, |store| create(store, moment, &maker, &cash_in(key), MerchantLookup::NotYet)).unwrap();
    }
    assert_eq!(noticed(&store), [2]);
    assert_eq!(store.profile().low_since, Some(at(2)));
    move_money(&mut store, FloatMovement::TopUp, "100.00", at(4)).unwrap();
    assert!(!store.profile().is_low(store.head().book.available()));
    move_money(&mut store, FloatMovement::Redemption, "100.00", at(5)).unwrap();
    assert_eq!(noticed(&store), [2, 5]);
    // A higher limit is a crossing too, unless the float was low before.
    assert_eq!(set(&mut store, 1, r#"{"lowFloat":"600.00"}"#), Ok(false));
    assert_eq!(set(&mut store, 1, r#"{"lowFloat":null}"#), Ok(false));
    assert_eq!(noticed(&store), [2, 5]);
    assert_eq!(set(&mut store, 1, r#"{"lowFloat":"600.00"}"#), Ok(false));
    assert_eq!(noticed(&store).len(), 3);
}
