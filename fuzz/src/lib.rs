//! What reads bytes from outside. Each function takes any bytes and panics where a promise about
//! them does not hold; a fuzzer calls them (`fuzz_targets`), and property tests (`tests`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a promise that does not hold is a panic"
)]

mod texts;
mod worker;

pub use texts::{amount, body, cursor, ip_list, key, phone};
pub use worker::{cookie, request};

/// What a fuzzer calls.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus.
pub const TARGETS: [(&str, Target); 8] = [
    ("key", key),
    ("amount", amount),
    ("phone", phone),
    ("ip_list", ip_list),
    ("cursor", cursor),
    ("body", body),
    ("request", request),
    ("cookie", cookie),
];
