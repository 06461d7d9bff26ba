//! The tools a build needs beyond stable Rust, set up when they are missing.
//!
//! Every set-up is idempotent, says what it installs and why that takes long, and tells what to do when it fails.

pub(crate) mod cargo_fuzz;
pub(crate) mod cargo_tool;
pub(crate) mod chromium;
pub(crate) mod debian;
pub(crate) mod node;
pub(crate) mod npm;
pub(crate) mod oldest_rust;
pub(crate) mod python_tool;
pub(crate) mod version;
pub(crate) mod wasm_target;

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
