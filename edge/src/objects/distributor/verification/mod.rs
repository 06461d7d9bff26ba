//! Whether everything that is stored fits together, read behind the back of all that is in memory.

pub(super) mod chain;
pub(super) mod consistency;
