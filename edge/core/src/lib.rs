//! The rules of Universal Wallet Edge: keys, approvals, limits and the ledger.
//!
//! All decisions are made here, without clock, randomness or I/O. Time and random bits are arguments; storage is the
//! [`store::Store`] trait, which the Durable Object implements over SQLite.

pub mod approvals;
pub mod audit;
pub mod error;
pub mod id;
pub mod keys;
pub mod operations;
pub mod people;
pub mod provisioning;
pub mod responses;
pub mod room;
pub mod settings;
pub mod store;
pub mod text;
pub mod total;
pub mod wallet;
pub mod webhooks;
