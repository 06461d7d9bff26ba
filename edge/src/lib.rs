//! Universal Wallet Edge: the Worker and its Durable Objects.
//!
//! A thin shell around the rules in `edge/core`: it finds the route, recognises who calls, keeps
//! storage, and turns results into answers. The JavaScript in `edge/shell` only carries strings
//! between the platform and the exports of this crate.

pub mod distributor;
pub mod issuer;
mod messages;
#[cfg(test)]
mod openapi;
mod platform;
pub mod sign_ins;
pub mod user;
pub mod wallet;
pub mod worker;
