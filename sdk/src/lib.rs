#![cfg_attr(feature = "client", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "client"), doc = "The wire types of the Universal Wallet distributor API.")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(feature = "client"),
    allow(rustdoc::broken_intra_doc_links, reason = "the types' examples are those of the client")
)]

mod amount;
mod date;
pub mod id;
pub mod key;
#[cfg(any(feature = "client", feature = "webhook"))]
mod parse;
mod phone;
#[cfg(feature = "schema")]
mod schema;
mod short_code;
mod timestamp;
#[cfg(feature = "webhook")]
pub mod webhook;
pub mod wire;

pub use amount::{Amount, AmountError};
pub use date::{Date, DateError};
pub use phone::{Phone, PhoneError};
pub use rust_decimal::Decimal;
pub use short_code::{ShortCode, ShortCodeError};
pub use timestamp::{Timestamp, TimestampError};

#[cfg(feature = "client")]
mod answer;
#[cfg(feature = "client")]
mod attempt;
#[cfg(feature = "client")]
mod base_url;
#[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
mod blocking;
#[cfg(feature = "client")]
mod builder;
#[cfg(feature = "client")]
mod call;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod connection;
#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
mod environment;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod execute;
#[cfg(feature = "client")]
mod idempotency_key;
#[cfg(feature = "client")]
mod refusal;
#[cfg(feature = "client")]
pub mod request;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
mod transport;

#[cfg(feature = "client")]
pub use attempt::{Attempt, Outcome};
#[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
pub use blocking::Blocking;
#[cfg(feature = "client")]
pub use builder::ClientBuilder;
#[cfg(feature = "client")]
pub use client::Client;
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyError};
