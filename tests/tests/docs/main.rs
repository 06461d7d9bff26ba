//! The guides, README and similar texts are true: their code runs, and their links resolve.
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
