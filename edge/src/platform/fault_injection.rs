//! Faults injected by tests, in a separate build. A call that contains `panic=PLACE` panics at that place: `worker`;
//! `object`, before anything is written; `write`, inside a transaction after its writes, or before its only one;
//! `written`, after a write that is a statement by itself; `resumed`, after an await; and `memory`, with a static in
//! use, which makes this memory useless to any later call.

use std::cell::{Cell, RefCell};

thread_local! {
    static CALL: RefCell<String> = const { RefCell::new(String::new()) };
    static NEXT_VERSION: Cell<bool> = const { Cell::new(false) };
}

/// Begins a call.
pub(crate) fn begin(call: &str) {
    CALL.with_borrow_mut(|known| {
        call.clone_into(known);
        assert!(!call.contains("panic=memory"), "a test wants a fault here: memory");
    });
}

/// Panics if the current call asks for this place.
pub(crate) fn at(place: &str) {
    let wanted = CALL.with_borrow(|call| call.contains(&format!("panic={place}")));
    assert!(!wanted, "a test wants a fault here: {place}");
}

/// True if this instance plays code of the next version: it writes messages of the version after this one.
pub(crate) fn plays_next_version() -> bool {
    NEXT_VERSION.get()
}

/// Sets whether this instance plays code of the next version.
pub(crate) fn play_next_version(plays: bool) {
    NEXT_VERSION.set(plays);
}
