//! The platform: storage, clock, randomness, variables, the log.

pub(crate) mod clock;
pub(crate) mod config;
#[cfg(feature = "fault_injection")]
pub(crate) mod fault_injection;
pub(crate) mod log;
pub(crate) mod migrations;
pub(crate) mod random;
pub(crate) mod signatures;
pub(crate) mod sockets;
pub(crate) mod sql_values;
pub(crate) mod storage;
