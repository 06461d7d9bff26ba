//! State of an object, shared by its calls. Access is only through a closure, so no borrow outlives a synchronous
//! stretch and no decision spans an await.

use std::cell::RefCell;
use std::rc::Rc;

use universal_wallet_sdk::Timestamp;

/// State of an object that takes calls.
pub(crate) trait State {
    /// Begins a synchronous stretch and returns the object's time.
    fn begin(&mut self) -> Timestamp;

    /// Ends a synchronous stretch.
    fn end(&mut self, now: Timestamp);
}

/// A state shared by calls.
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

    /// Runs a synchronous stretch that another one of the same event follows: the state does not end it.
    pub(crate) fn step_on<T>(&self, run: impl FnOnce(&mut S, Timestamp) -> T) -> T {
        let mut state = self.0.borrow_mut();
        let now = state.begin();
        run(&mut state, now)
    }

    /// Runs one synchronous stretch on the state.
    pub(crate) fn step<T>(&self, run: impl FnOnce(&mut S, Timestamp) -> T) -> T {
        self.step_on(|state, now| {
            let result = run(state, now);
            state.end(now);
            result
        })
    }
}
