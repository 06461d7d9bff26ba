//! What a call goes on with once another object has replied. It stays in memory; the shell is
//! given a number to come back with.

use std::collections::BTreeMap;

use super::random;

/// So many calls wait at once at most; a caller who went away may leave one behind, and the
/// oldest gives way.
const MOST: usize = 10_000;

/// The calls that wait.
pub(crate) struct Waiting<T> {
    next: Option<u64>,
    calls: BTreeMap<u64, T>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { next: None, calls: BTreeMap::new() }
    }
}

impl<T> Waiting<T> {
    /// Keeps what a call goes on with; its number.
    pub(crate) fn keep(&mut self, then: T) -> u64 {
        // Numbers begin anywhere, so that one of before a trap is not taken for one of after it.
        let number = self.next.unwrap_or_else(|| random::bits().unwrap_or_default() >> 1);
        self.next = Some(number.wrapping_add(1));
        if self.calls.len() >= MOST {
            self.calls.pop_first();
        }
        self.calls.insert(number, then);
        number
    }

    /// What a call goes on with, once.
    pub(crate) fn take(&mut self, number: &str) -> Option<T> {
        self.calls.remove(&number.parse().ok()?)
    }
}
