//! All that touches the platform: storage, randomness, the steps that the shell carries out.

pub(crate) mod answer;
pub(crate) mod calls;
pub(crate) mod clock;
pub(crate) mod config;
pub(crate) mod db;
#[cfg(feature = "faults")]
pub(crate) mod fault;
pub(crate) mod percent;
pub(crate) mod random;
pub(crate) mod schema;
pub(crate) mod step;
mod values;
pub(crate) mod waiting;
