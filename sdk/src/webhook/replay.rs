//! Messages that were handled already.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::timestamp::Timestamp;

/// Answers of a [`ReplayGuard`]. See the [example](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The message is the caller's to handle.
    New,
    /// Another call is handling the message: answer 503, so that it comes again.
    Running,
    /// The message was handled: answer 200 and do nothing.
    Done,
}

/// Memory of the messages that were handled, so that each is handled once.
///
/// The same message comes again after a lost answer, a time-out or a resend, perhaps days later and while the first is
/// still being handled. Claim it, handle it, and say `done`; or `release` it, and let it come again. Keep the memory with
/// the handling's effects, in one database transaction where there is one: [`InMemory`] forgets with the process.
#[expect(async_fn_in_trait, reason = "callers use their own type, whose futures are Send where its parts are")]
pub trait ReplayGuard {
    /// Failure of the memory.
    type Error;

    /// Claims a message for its handling. See the [example](super).
    async fn claim(&self, id: &str, now: Timestamp) -> Result<Claim, Self::Error>;

    /// Remembers that a claimed message was handled. See the [example](super).
    async fn done(&self, id: &str) -> Result<(), Self::Error>;

    /// Gives a claimed message back that could not be handled. See the [example](super).
    async fn release(&self, id: &str) -> Result<(), Self::Error>;
}

/// Number of messages that [`InMemory`] remembers.
const CAPACITY: usize = 100_000;
/// A claim older than this was left by a handler that failed, in milliseconds.
const LONGEST_HANDLING_MS: i64 = 60_000;

/// Remembers the last 100,000 messages, for as long as the process lives. See the [example](super).
#[derive(Debug, Default)]
pub struct InMemory(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    states: HashMap<String, State>,
    /// The oldest first.
    order: VecDeque<String>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Claimed(Timestamp),
    Done,
}

impl InMemory {
    /// An empty memory. See the [example](super).
    pub fn new() -> Self {
        Self::default()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReplayGuard for InMemory {
    type Error = Infallible;

    async fn claim(&self, id: &str, now: Timestamp) -> Result<Claim, Infallible> {
        let mut memory = self.memory();
        Ok(match memory.states.get_mut(id) {
            Some(State::Done) => Claim::Done,
            Some(State::Claimed(since)) if now.unix_ms() - since.unix_ms() < LONGEST_HANDLING_MS => Claim::Running,
            Some(state) => {
                *state = State::Claimed(now);
                Claim::New
            }
            None => {
                memory.remember(id, State::Claimed(now));
                Claim::New
            }
        })
    }

    async fn done(&self, id: &str) -> Result<(), Infallible> {
        let mut memory = self.memory();
        match memory.states.get_mut(id) {
            Some(state) => *state = State::Done,
            None => memory.remember(id, State::Done),
        }
        Ok(())
    }

    async fn release(&self, id: &str) -> Result<(), Infallible> {
        let mut memory = self.memory();
        if memory.states.remove(id).is_some() {
            memory.order.retain(|known| known != id);
        }
        Ok(())
    }
}

impl Memory {
    /// Remembers a message that is not known, and forgets the oldest beyond the capacity.
    fn remember(&mut self, id: &str, state: State) {
        self.order.push_back(id.to_owned());
        self.states.insert(id.to_owned(), state);
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.states.remove(&oldest);
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_unix_ms(1_795_630_070_000)
    }

    #[tokio::test]
    async fn a_message_is_handled_by_one_and_once() {
        let guard = InMemory::new();
        assert_eq!(guard.claim("msg_1", now()).await, Ok(Claim::New));
        assert_eq!(guard.claim("msg_1", now()).await, Ok(Claim::Running));
        assert_eq!(guard.claim("msg_2", now()).await, Ok(Claim::New));
        guard.done("msg_1").await.unwrap();
        assert_eq!(guard.claim("msg_1", now().plus_ms(i64::from(u32::MAX))).await, Ok(Claim::Done));
    }

    #[tokio::test]
    async fn a_message_whose_handling_failed_or_vanished_is_handled_again() {
        let guard = InMemory::new();
        guard.claim("msg_1", now()).await.unwrap();
        guard.release("msg_1").await.unwrap();
        assert_eq!(guard.claim("msg_1", now()).await, Ok(Claim::New));
        assert_eq!(guard.claim("msg_1", now().plus_ms(LONGEST_HANDLING_MS - 1)).await, Ok(Claim::Running));
        assert_eq!(guard.claim("msg_1", now().plus_ms(LONGEST_HANDLING_MS)).await, Ok(Claim::New));
    }

    #[tokio::test]
    async fn the_memory_has_an_end_and_forgets_the_oldest() {
        let guard = InMemory::new();
        for number in 0..=CAPACITY {
            guard.done(&format!("msg_{number}")).await.unwrap();
        }
        assert_eq!(guard.0.lock().unwrap().states.len(), CAPACITY);
        assert_eq!(guard.claim("msg_1", now()).await, Ok(Claim::Done));
        assert_eq!(guard.claim("msg_0", now()).await, Ok(Claim::New));
    }
}
