//! The guides, README and their like are true: what they print runs, and what they point to is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod demo;
mod errors;
mod links;
mod log;
mod output;
mod page;
mod reference;
mod run;
