//! Holds the structure of the source tree: imports, lengths of files, and removed leftovers.
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

use crate::graph::Graph;
use crate::tree::Tree;

/// The imports of all Rust crates and of all JavaScript and TypeScript files.
pub fn imports(tree: &Tree) -> Result<Graph, String> {
    let mut graph = Graph::default();
    rust_imports::add(tree, &mut graph)?;
    javascript::add(tree, &mut graph)?;
    Ok(graph)
}
