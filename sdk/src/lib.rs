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
