//! Every change of the storage that bypasses the rules is detected.

use std::rc::Rc;

use serde_json::json;
use universal_wallet_core::audit::verify::{Anchor, verify};
use universal_wallet_core::operations::create::Created;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Amount;

use super::{cash_in, key, office};
use crate::support::START;
use crate::support::memory::MemoryStore;

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

#[test]
fn every_entry_that_is_changed_removed_or_moved_is_found() {
    let store = some_history();
    let numbers: Vec<u64> = store.entries.keys().copied().collect();
    for number in &numbers {
        let mut changed = store.clone();
        let entry = Rc::make_mut(changed.entries.get_mut(number).unwrap());
        entry.text = entry.text.replacen("2026", "2025", 1);
        assert_ne!(entry.text, store.entries[number].text);
        assert!(!is_valid(&changed), "entry {number} was changed");
        // Recomputing the entry's own hash does not make the next entry, or the head, follow from it.
        let before = if *number == 1 {
            universal_wallet_core::text::digest::Digest::ZERO
        } else {
            store.entries[&(number - 1)].hash
        };
        let entry = Rc::make_mut(changed.entries.get_mut(number).unwrap());
        entry.hash = universal_wallet_core::audit::chain::hash(&before, &entry.text);
        let anchor = Anchor { number: store.head().number, hash: store.head().hash, at: START };
        let verified = verify(&changed, changed.head(), Some(anchor), 1).unwrap();
        assert!(!verified.valid, "entry {number} was forged");
        let mut removed = store.clone();
        removed.entries.remove(number);
        assert!(!is_valid(&removed), "entry {number} was removed");
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
    for number in store.operations.keys() {
        let mut changed = store.clone();
        let row = changed.operations.get_mut(number).unwrap();
        row.state = row.state.replace("pending", "completed");
        assert!(!is_valid(&changed), "operation {number} was changed");
    }
}
