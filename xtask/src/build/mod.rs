//! `cargo xtask build`: from the edge's sources to `target/edge`, which wrangler and workerd load as it is.

mod bindgen;
mod shell;
mod size;
mod stamp;

use std::fs;

use anyhow::{Context, Result};

use crate::command::run;
use crate::tools::{npm, wasm_target::WasmTarget};
use crate::{say, workspace};

/// Builds the Worker and prints its size.
pub(crate) fn build() -> Result<()> {
    npm::set_up()?;
    let target = WasmTarget::set_up()?;
    say::step("Building the Worker");
    run(target.cargo("build").args(["--release", "--package", "universal-wallet-edge", "--lib"]))?;
    let wasm = workspace::target().join("wasm/wasm32-unknown-unknown/release/universal_wallet_edge.wasm");
    let input = fs::read(&wasm).with_context(|| format!("could not read {}", wasm.display()))?;

    let _one_at_a_time = stamp::lock()?;
    let edge = workspace::edge();
    fs::create_dir_all(&edge).with_context(|| format!("could not create {}", edge.display()))?;
    let stamp = stamp::of(&input, &bindgen::recipe()?);
    if !stamp::is_current(stamp) {
        bindgen::run(&wasm, &edge)?;
        stamp::write(stamp)?;
    }
    shell::copy(&edge)?;
    size::print(&edge)
}
