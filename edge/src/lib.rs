//! Universal Wallet Edge: the Worker and its Durable Objects.
//!
//! A thin shell around the rules in `edge/core`: it matches routes, authenticates callers, keeps storage, and turns
//! results into answers. The JavaScript in `edge/shell` only carries strings between the platform and the exports of
//! this crate.

mod calls;
pub mod http;
mod messages;
pub mod objects;
#[cfg(test)]
mod openapi;
mod platform;
pub mod worker;
