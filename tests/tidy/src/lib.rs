//! Holds the structure of the source tree: who imports whom, how long files are, which leftovers are gone.
//!
//! `cargo run -p universal-wallet-tidy` prints the layers; `cargo test -p universal-wallet-tidy` checks them. The table of
//! layers and the exceptions are in `rules.rs`.

pub mod graph;
pub mod javascript;
pub mod layers;
pub mod leftovers;
pub mod rules;
pub mod rust;
pub mod rust_imports;
pub mod tree;
