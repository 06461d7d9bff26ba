//! Every change of the storage that bypasses the rules is detected.

use std::rc::Rc;

use serde_json::json;
use universal_wallet_core::approvals;
use universal_wallet_core::approvals::model::ApprovalStatus;
use universal_wallet_core::audit::chain::hash;
use universal_wallet_core::audit::verify::{Anchor, MAX_ENTRIES, SLICE, Verification, verify};
use universal_wallet_core::id::{ApprovalID, OperationID};
use universal_wallet_core::operations::create::Created;
use universal_wallet_core::operations::lifecycle;
use universal_wallet_core::operations::model::{
    Destination, Direction, FloatEntry, OperationDecision, OperationStatus,
};
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Amount;

use super::{cash_in, key, office};
use crate::support::memory::MemoryStore;
use crate::support::row::Row;
use crate::support::{START, caller, input, run, user};

fn is_valid(store: &MemoryStore) -> bool {
    verify(store, store.head(), None, 1).unwrap().valid
}

fn amount() -> Amount {
    Amount::from_minor(500).unwrap()
}

fn some_history() -> MemoryStore {
    let mut store = office(Amount::from_minor(1_000_000).unwrap());
    let till = key(&mut store, &json!({}), START);
    for _ in 0..3 {
        assert!(matches!(cash_in(&mut store, till, amount(), START), Ok(Created::New(_))));
    }
    assert!(is_valid(&store));
    store
}

/// The same, and operations that were approved, rejected and returned, or wait.
fn decided_history() -> MemoryStore {
    let mut store = some_history();
    let automatic =
        json!({ "maxTransactionAmount": "100.00", "maxDailyVolume": "1000.00", "autoApproveLimit": "100.00" });
    for limits in [json!({}), automatic] {
        let till = key(&mut store, &limits, START);
        for decision in ["approve", "reject", "return", "wait"] {
            let Ok(Created::New(operation)) = cash_in(&mut store, till, amount(), START) else { panic!("a new one") };
            if let Some(id) = operation.facts.approval.filter(|_| decision != "wait") {
                let approval = store.approval(id).unwrap().unwrap();
                let body = input(json!({ "digest": approval.digest }).to_string(), None);
                let no = input(json!({ "reason": "no" }).to_string(), None);
                let checker = caller(&store, user(2));
                let decided = run(&mut store, |store| match decision {
                    "reject" => approvals::decide::reject(store, START, &checker, &id.to_string(), &no),
                    _ => approvals::decide::approve(
                        store,
                        START,
                        &checker,
                        &id.to_string(),
                        &body,
                        HalfDigest::of("second"),
                    ),
                });
                assert_eq!(store.approval(id).unwrap().map(|it| it.view()), decided.ok().map(|it| it.approval.view()));
            }
            match decision {
                "approve" => _ = lifecycle::arrived(&mut store, START, operation.facts.id).unwrap(),
                "return" => _ = lifecycle::returned(&mut store, START, operation.facts.id).unwrap(),
                _ => {}
            }
        }
    }
    assert!(is_valid(&store));
    store
}

#[test]
fn every_entry_that_is_changed_removed_or_moved_is_found() {
    let store = some_history();
    for number in 1..=store.head().number {
        let before = if number == 1 { Digest::ZERO } else { store.entry(number - 1).unwrap().hash };
        let mut changed = store.clone();
        if let Some(entry) = changed.entries.get_mut(&number) {
            let entry = Rc::make_mut(entry);
            entry.text = entry.text.replacen("0.00", "1.00", 1);
            assert_ne!(entry.text, store.entries[&number].text);
        } else {
            changed.operations.get_mut(&number).unwrap().operation.facts.amount = Amount::from_minor(499).unwrap();
        }
        assert!(!is_valid(&changed), "entry {number} was changed");
        // Recomputing the entry's own hash does not make the next entry, or the head, follow from it.
        let forged = hash(&before, &changed.entry(number).unwrap().text);
        match changed.entries.get_mut(&number) {
            Some(entry) => Rc::make_mut(entry).hash = forged,
            None => changed.operations.get_mut(&number).unwrap().hash = forged,
        }
        let anchor = Anchor { number: store.head().number, hash: store.head().hash, at: START };
        let verified = verify(&changed, changed.head(), Some(anchor), 1).unwrap();
        assert!(!verified.valid, "entry {number} was forged");
        let mut removed = store.clone();
        removed.entries.remove(&number);
        removed.operations.remove(&number);
        assert!(!is_valid(&removed), "entry {number} was removed");
    }
}

/// A change of an operation's row, by the name of what it changes.
type Tamper = (&'static str, fn(&mut Row));

#[test]
fn every_fact_of_an_operation_that_is_changed_is_found() {
    let store = decided_history();
    let changes: [Tamper; 18] = [
        ("amount", |row| row.operation.facts.amount = Amount::from_minor(1).unwrap()),
        ("memo", |row| row.operation.facts.memo = Some("another".into())),
        ("direction", |row| {
            let to = Destination::Phone("+2348030000000".parse().unwrap());
            row.operation.facts.direction = Direction::CashIn { to };
        }),
        ("ID", |row| row.operation.facts.id = OperationID::from_uuid(uuid::Uuid::from_u128(1))),
        ("key", |row| row.operation.facts.key = None),
        ("time", |row| row.operation.facts.created_at = START.plus_ms(-1)),
        ("whether it was asked for", |row| {
            let asked = &mut row.operation.facts.approval;
            *asked = asked.is_none().then_some(ApprovalID::from_uuid(uuid::Uuid::from_u128(1)));
        }),
        ("held", |row| row.book.held = Amount::from_minor(row.book.held.minor() + 1).unwrap()),
        ("issued", |row| row.book.issued = row.book.issued.plus_minor(1)),
        ("charged", |row| row.book.charged = row.book.charged.plus_minor(1)),
        ("cashed out", |row| row.book.cashed_out = row.book.cashed_out.plus_minor(1)),
        ("other states", |row| row.states.push(("request:op_1".into(), "x".into()))),
        ("status", |row| {
            let status = &mut row.operation.state.status;
            *status = match status {
                OperationStatus::Pending => OperationStatus::Processing,
                OperationStatus::Rejected => OperationStatus::Expired,
                _ => OperationStatus::Rejected,
            };
        }),
        ("last entry", |row| row.operation.state.entry += 1),
        ("error", |row| {
            let error = &mut row.operation.state.error;
            *error = error.is_none().then(|| "wrong".into());
        }),
        ("last change", |row| row.operation.state.updated_at = row.operation.state.updated_at.plus_ms(-1)),
        ("decision", |row| {
            let decision = &mut row.operation.state.decision;
            let entry = row.operation.state.entry;
            *decision = decision.is_none().then_some(OperationDecision { entry, status: ApprovalStatus::Withdrawn });
        }),
        ("entry that moved the float", |row| {
            let state = &mut row.operation.state;
            let (number, hash) = (state.entry, row.hash);
            state.float = state.float.is_none().then_some(FloatEntry { number, hash });
        }),
    ];
    for number in store.operations.keys() {
        for (name, change) in &changes {
            let mut changed = store.clone();
            change(changed.operations.get_mut(number).unwrap());
            assert!(!is_valid(&changed), "{name} of operation {number} was changed");
        }
    }
    let numbers: Vec<u64> = store.operations.keys().copied().collect();
    for pair in numbers.windows(2) {
        let mut exchanged = store.clone();
        let (first, second) = (store.operations[&pair[0]].clone(), store.operations[&pair[1]].clone());
        exchanged.operations.insert(pair[0], second);
        exchanged.operations.insert(pair[1], first);
        assert!(!is_valid(&exchanged), "operations {pair:?} were exchanged");
    }
}

#[test]
fn every_document_that_is_changed_or_removed_is_found() {
    let store = some_history();
    let altered = |text: &Rc<str>| -> Rc<str> { text.replacen("2026", "2025", 1).into() };
    for id in store.keys.keys() {
        let mut changed = store.clone();
        changed.keys.insert(*id, altered(&store.keys[id]));
        assert!(!is_valid(&changed), "{id} was changed");
        changed.keys.remove(id);
        assert!(!is_valid(&changed), "{id} was removed");
    }
    for id in store.approvals.keys() {
        let mut changed = store.clone();
        changed.approvals.insert(*id, altered(&store.approvals[id]));
        assert!(!is_valid(&changed), "{id} was changed");
    }
    for (id, (member, text)) in &store.members {
        let mut changed = store.clone();
        changed
            .members
            .insert(*id, (member.clone(), text.replace("maker", "admin").replace("checker", "admin").into()));
        assert!(!is_valid(&changed), "{id} was changed");
    }
}

#[test]
fn a_call_verifies_a_thousand_entries_and_says_where_to_continue() {
    let mut store = office(Amount::from_minor(1_000_000).unwrap());
    let till = key(&mut store, &json!({}), START);
    let entries = u64::try_from(MAX_ENTRIES).unwrap();
    while store.head().number < entries {
        assert!(matches!(cash_in(&mut store, till, Amount::from_minor(1).unwrap(), START), Ok(Created::New(_))));
    }
    let whole = verify(&store, store.head(), None, 1).unwrap();
    assert_eq!((whole.valid, whole.next_from), (true, Some(entries + 1)), "the thousandth, and nothing said of more");
    let rest = verify(&store, store.head(), None, entries + 1).unwrap();
    assert_eq!((rest.valid, rest.next_from), (true, None));
    // A tail that is cut behind the thousandth entry is found by the call that starts there.
    let mut cut = store.clone();
    assert!(matches!(cash_in(&mut store, till, Amount::from_minor(1).unwrap(), START), Ok(Created::New(_))));
    cut.entries.clone_from(&store.entries);
    cut.entries.remove(&(entries + 1));
    let head = store.head();
    assert_eq!(verify(&cut, head, None, 1).unwrap().next_from, Some(entries + 1));
    assert_eq!(verify(&cut, head, None, entries + 1).unwrap().broken_at, Some(entries + 1));
}

#[test]
fn entries_that_come_between_two_slices_are_verified_too() {
    let mut store = some_history();
    let till = key(&mut store, &json!({}), START);
    let spend = |store: &mut MemoryStore| {
        for _ in 0..SLICE {
            assert!(matches!(cash_in(store, till, Amount::from_minor(1).unwrap(), START), Ok(Created::New(_))));
        }
    };
    spend(&mut store);
    let mut verification = Verification::new(None, 1);
    let mut slices = 0;
    let verified = loop {
        slices += 1;
        match verification.slice(&store, store.head()).unwrap() {
            Some(verified) => break verified,
            None => {
                if slices < 4 {
                    spend(&mut store);
                }
            }
        }
    };
    assert!(verified.valid && slices > 4, "{slices} slices");
    assert_eq!(verified.entries, store.head().number);
}
