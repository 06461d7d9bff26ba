//! Faults that tests inject, in a build of their own. A call that holds `panic=PLACE` somewhere panics there; the places:
//! `worker`; `object`, before anything is written; `write`, inside a transaction after its writes, or before its only
//! one; `written`, after a write that is a statement by itself; `resumed`, after an await; and `memory`, with a static in
//! use, so that this memory is of no use to any later call.

use std::cell::{Cell, RefCell};

thread_local! {
    static CALL: RefCell<String> = const { RefCell::new(String::new()) };
    static NEXT_VERSION: Cell<bool> = const { Cell::new(false) };
}

/// A call begins.
pub(crate) fn begin(call: &str) {
    CALL.with_borrow_mut(|known| {
        call.clone_into(known);
        assert!(!call.contains("panic=memory"), "a test wants a fault here: memory");
    });
}

/// Panics where the present call asks for it.
pub(crate) fn at(place: &str) {
    let wanted = CALL.with_borrow(|call| call.contains(&format!("panic={place}")));
    assert!(!wanted, "a test wants a fault here: {place}");
}

/// Whether this instance plays code of the next version: it writes messages of the version after this one.
pub(crate) fn plays_next_version() -> bool {
    NEXT_VERSION.get()
}

/// Makes this instance play code of the next version, or not.
pub(crate) fn play_next_version(plays: bool) {
    NEXT_VERSION.set(plays);
}
