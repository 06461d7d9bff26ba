//! Support for the end-to-end tests: an edge on workerd, the people and the issuer who
//! call it, and the powers of its testing entry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on fails"
)]

pub mod answer;
pub mod description;
pub mod distributor;
pub mod edge;
pub mod factors;
pub mod issuer;
pub mod key;
pub mod money;
pub mod person;
pub mod powers;
pub mod raw;
pub mod receiver;
pub mod request;
