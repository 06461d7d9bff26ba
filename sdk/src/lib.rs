//! Typed client for the Universal Wallet distributor API.
//!
//! The types in this crate are the ones the server itself uses, so the two cannot drift apart.

mod amount;
pub mod id;
pub mod key;
mod phone;
mod short_code;
mod timestamp;
pub mod wire;

pub use amount::{Amount, AmountError};
pub use phone::{Phone, PhoneError};
pub use short_code::{ShortCode, ShortCodeError};
pub use timestamp::{Timestamp, TimestampError};

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod base_url;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
mod environment;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod idempotency_key;
#[cfg(feature = "client")]
pub mod request;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
mod transport;

#[cfg(feature = "client")]
pub use client::{Client, ClientBuilder};
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyError};
pub use rust_decimal::Decimal;
