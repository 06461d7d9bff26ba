//! HTTP transports: reqwest natively, the platform's fetch on wasm32. Both offer the same
//! names.

#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub(crate) use fetch::{Incoming, Instant, Transport, sleep, within};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::{Incoming, Instant, Transport, sleep, within};
