//! Verification that all stored data is consistent, read from storage and not from memory.

pub(super) mod chain;
pub(super) mod consistency;
