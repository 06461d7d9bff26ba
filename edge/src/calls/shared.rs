//! An object's state, as its calls share it. It is reached through a closure alone, so that no borrow outlives a
//! synchronous stretch: a decision is never spread over an await.

use std::cell::RefCell;
use std::rc::Rc;

use universal_wallet::Timestamp;

/// The state of an object that takes calls.
pub(crate) trait State {
    /// A synchronous stretch begins; the object's time.
    fn begin(&mut self) -> Timestamp;

    /// A synchronous stretch ends.
    fn end(&mut self, now: Timestamp);
}

/// A state that calls share.
#[derive(Debug)]
pub(crate) struct Shared<S>(Rc<RefCell<S>>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: State> Shared<S> {
    /// Shares a state.
    pub(crate) fn new(state: S) -> Self {
        Self(Rc::new(RefCell::new(state)))
    }

    /// A synchronous stretch after which the same event goes on with another one: the state does not end it.
    pub(crate) fn step_on<T>(&self, run: impl FnOnce(&mut S, Timestamp) -> T) -> T {
        let mut state = self.0.borrow_mut();
        let now = state.begin();
        run(&mut state, now)
    }

    /// One synchronous stretch on the state.
    pub(crate) fn step<T>(&self, run: impl FnOnce(&mut S, Timestamp) -> T) -> T {
        self.step_on(|state, now| {
            let result = run(state, now);
            state.end(now);
            result
        })
    }
}
