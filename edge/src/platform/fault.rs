//! Faults that tests cause, in a build of their own: a call that holds `panic=PLACE` somewhere
//! panics there. The places are `worker`, `object` (before anything is written), `write` (in the
//! middle of a transaction, after its writes, or before its only one), `written` (after a write that is a statement by
//! itself) and `memory` (with a static in use, so that this memory is of no use to any later call).

use std::cell::RefCell;

thread_local! {
    static CALL: RefCell<String> = const { RefCell::new(String::new()) };
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
