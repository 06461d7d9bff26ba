//! The audit chain: entries that carry the hash of the one before, how they are made, and how they are verified.

pub mod chain;
pub mod entry_builder;
pub mod verify;
