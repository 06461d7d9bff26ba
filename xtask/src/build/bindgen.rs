//! wasm-bindgen writes the glue between JavaScript and the wasm; wasm-opt then makes the wasm faster.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::command;
use crate::tools::{node, npm};
use crate::{say, workspace};

/// The glue's files, as wasm-bindgen names them.
pub(super) const FILES: [&str; 2] = ["edge.js", "edge_bg.wasm"];

const OPTIONS: [&str; 7] = [
    "--target=web",
    "--omit-default-module-path",
    "--experimental-reset-state-function",
    "--no-typescript",
    "--remove-producers-section",
    "--out-name=edge",
    "--out-dir",
];

/// What rustc lets wasm use; wasm-opt must not reach for more.
const OPTIMISER: [&str; 8] = [
    "-O3",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What the result depends on besides the wasm, which carries wasm-bindgen's version itself.
pub(super) fn recipe() -> Result<String> {
    let versions = npm::lock()?;
    Ok(format!("{OPTIONS:?}{OPTIMISER:?}{}", String::from_utf8_lossy(&versions)))
}

/// Writes the glue and the optimised wasm into the folder. They are made beside it and moved, so that who reads the
/// folder meanwhile finds the old files or the new ones.
pub(super) fn run(wasm: &Path, edge: &Path) -> Result<()> {
    say::step("Generating the glue and optimising the wasm");
    let folder = workspace::target().join("edge-next");
    let arguments = std::iter::once(OsString::from("wasm-bindgen"))
        .chain(OPTIONS.iter().map(OsString::from))
        .chain([folder.clone().into(), wasm.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments).context("wasm-bindgen failed")?;
    let generated = folder.join("edge_bg.wasm");
    command::run(node::tool("wasm-opt")?.args(OPTIMISER).arg(&generated).arg("-o").arg(&generated))?;
    for name in FILES {
        fs::rename(folder.join(name), edge.join(name)).with_context(|| format!("could not write {name}"))?;
    }
    fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))
}
