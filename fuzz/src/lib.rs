//! Parsers of bytes from outside, as fuzz targets. Each function takes any bytes and panics if a promise about
//! them does not hold; the fuzzer (`fuzz_targets`) and property tests (`tests`) call them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a promise that does not hold is a panic"
)]

mod passkeys;
mod texts;
mod worker;

pub use passkeys::passkey;
pub use texts::{amount, body, cursor, ip_list, key, phone};
pub use worker::{cookie, request};

/// Signature of a fuzz target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also the name of its corpus.
pub const TARGETS: [(&str, Target); 9] = [
    ("key", key),
    ("amount", amount),
    ("phone", phone),
    ("ip_list", ip_list),
    ("cursor", cursor),
    ("body", body),
    ("request", request),
    ("cookie", cookie),
    ("passkey", passkey),
];
