//! The rules as a whole: a simulator against a simple reference model, an explorer of dual control,
//! properties, and promises of the contract that span several commands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "helpers of tests stop at the first thing that does not hold"
)]

mod archives;
mod dual_control;
mod joining;
mod lasting;
mod promises;
mod properties;
mod second_factor;
mod settings;
mod shards;
mod simulator;
mod support;
mod webhooks;
