//! Counters in memory: usage of keys, their addresses, their rates. What is lost with the memory is a moment's usage.

pub(super) mod addresses;
pub(super) mod rates;
pub(super) mod usage;
