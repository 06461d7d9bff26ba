//! The Durable Objects.

pub mod distributor;
pub mod issuer;
pub mod sign_ins;
pub mod user;
pub mod wallet;
pub mod webhook;
