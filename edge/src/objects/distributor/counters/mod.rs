//! Counters in memory: usage of keys, their addresses, their rates. Losing the memory loses only a moment's usage.

pub(super) mod addresses;
pub(super) mod rates;
pub(super) mod usage;
