//! An operation as a row: its own first entry, whose text is spelt anew.

use universal_wallet_core::audit::chain::{Book, Entry, States};
use universal_wallet_core::audit::created;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::text::digest::Digest;

/// An operation's row: the operation, and what else its first entry tells.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) operation: Operation,
    pub(crate) hash: Digest,
    pub(crate) book: Book,
    pub(crate) states: States,
    pub(crate) superseded: bool,
}

impl Row {
    /// The first entry, spelt anew.
    pub(crate) fn entry(&self) -> Entry {
        let text = created::text(&self.operation, self.book, self.states.clone()).unwrap();
        Entry { number: self.operation.number, text, hash: self.hash }
    }
}
