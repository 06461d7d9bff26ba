//! Tools that a build needs beyond stable Rust, installed when they are missing.
//!
//! Every set-up is idempotent, announces slow installations, and explains a failure's remedy.

pub(crate) mod cargo_fuzz;
pub(crate) mod cargo_tool;
pub(crate) mod chromium;
pub(crate) mod debian;
pub(crate) mod engines;
pub(crate) mod node;
pub(crate) mod npm;
pub(crate) mod oldest_rust;
pub(crate) mod python_tool;
pub(crate) mod version;
pub(crate) mod wasm_target;

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
