//! The rules of Universal Wallet Edge: keys, approvals, limits and the ledger.
//!
//! Everything that decides is here, and nothing else: no clock, no randomness, no I/O. Time and
//! random bits are arguments; storage is the [`store::Store`] trait, which the Durable Object
//! implements over SQLite.

pub mod act;
pub mod api_key;
pub mod approval;
pub mod body;
pub mod chain;
pub mod cursor;
pub mod digest;
pub mod distributor;
pub mod document;
pub mod input;
pub mod ip;
pub mod key_form;
pub mod numbered;
pub mod operation;
pub mod password;
pub mod people;
pub mod rate;
pub mod refusal;
pub mod sign_in;
pub mod store;
pub mod verify;
pub mod view;
pub mod wallet;
