//! What a call goes on with once another object has replied. It stays in memory; the shell is
//! given a number to come back with.

use std::collections::VecDeque;

use super::random;

/// So many calls wait at once at most; a caller who went away may leave one behind, and the
/// oldest gives way.
const MOST: usize = 10_000;

/// The calls that wait, by number.
pub(crate) struct Waiting<T> {
    next: Option<u64>,
    calls: VecDeque<(u64, Box<T>)>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { next: None, calls: VecDeque::new() }
    }
}

impl<T> Waiting<T> {
    /// Keeps what a call goes on with; its number.
    pub(crate) fn keep(&mut self, then: T) -> u64 {
        // Numbers begin anywhere, so that one of before a trap is not taken for one of after it.
        let number = self.next.unwrap_or_else(|| random::bits().unwrap_or_default() >> 1);
        self.next = Some(number.wrapping_add(1));
        if self.calls.len() >= MOST {
            self.calls.pop_front();
        }
        self.calls.push_back((number, Box::new(then)));
        number
    }

    /// What a call goes on with, once.
    pub(crate) fn take(&mut self, number: &str) -> Option<T> {
        let number: u64 = number.parse().ok()?;
        let place = self.calls.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.calls.remove(place).map(|(_, then)| *then)
    }
}
