//! The storage as a verifier of the chain reads it.

use std::ops::Range;
use std::rc::Rc;

use serde_json::Value;
use universal_wallet_core::audit::chain::{Entry, state_digest};
use universal_wallet_core::audit::verify::{Evidence, Stored, verify};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::store::Store;

use super::memory::MemoryStore;

fn entry_of(document: &str) -> u64 {
    let value: Value = serde_json::from_str(document).unwrap();
    value["entry"].as_u64().unwrap()
}

impl MemoryStore {
    fn document(&self, id: &str) -> Option<&Rc<str>> {
        match id.split_once(['_', ':']).map(|(kind, _)| kind) {
            Some("key") => self.keys.get(&id.parse().ok()?),
            Some("whk") => self.webhooks.get(&id.parse().ok()?),
            Some("apr") => self.approvals.get(&id.parse().ok()?),
            Some("usr") => self.members.get(&id.parse().ok()?).map(|(_, text)| text),
            Some("request") => self.requests.get(&id.strip_prefix("request:")?.parse().ok()?),
            _ => Some(&self.profile.1),
        }
    }

    /// Panics unless the chain and every stored state hold.
    pub(crate) fn must_verify(&self) {
        let mut from = 1;
        loop {
            let verified = verify(self, self.head(), None, from).unwrap();
            assert!(verified.valid, "the chain is broken at {:?}", verified.broken_at);
            match verified.next_from {
                Some(next) => from = next,
                None => return,
            }
        }
    }
}

impl Evidence for MemoryStore {
    fn entries(&self, from: u64, most: usize) -> Result<Vec<Entry>, InternalError> {
        let entries = self.entries.range(from..).map(|(number, _)| *number).take(most);
        let operations = self.operations.range(from..).map(|(number, _)| *number).take(most);
        let mut numbers: Vec<u64> = entries.chain(operations).collect();
        numbers.sort_unstable();
        Ok(numbers.into_iter().take(most).filter_map(|number| self.entry(number)).collect())
    }

    fn stored(&self, id: &str) -> Result<Option<Stored>, InternalError> {
        Ok(self.document(id).map(|text| Stored { entry: entry_of(text), digest: state_digest(text) }))
    }

    fn operation(&self, number: u64) -> Result<Option<Operation>, InternalError> {
        Ok(self.operation_at(number))
    }

    /// Everything is looked at with the last slice, since documents in memory are not in the order of entries.
    fn unvouched(&self, range: Range<u64>) -> Result<Option<u64>, InternalError> {
        if range.end != u64::MAX {
            return Ok(None);
        }
        let vouched = |id: &str, entry: u64| self.entry(entry).is_some_and(|found| found.text.contains(id));
        let documents = self
            .keys
            .iter()
            .map(|(id, text)| (id.to_string(), entry_of(text)))
            .chain(self.webhooks.iter().map(|(id, text)| (id.to_string(), entry_of(text))))
            .chain(self.approvals.iter().map(|(id, text)| (id.to_string(), entry_of(text))))
            .chain(self.members.iter().map(|(id, (_, text))| (id.to_string(), entry_of(text))))
            .chain(self.requests.iter().map(|(id, text)| (id.to_string(), entry_of(text))));
        for (id, entry) in documents {
            if !vouched(&id, entry) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}
