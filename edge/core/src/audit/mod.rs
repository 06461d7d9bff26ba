//! The audit chain: hash-linked entries, their construction and their verification.

pub mod chain;
pub mod created;
pub mod entry_builder;
pub mod reader;
pub mod verify;
