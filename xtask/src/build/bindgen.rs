//! wasm-bindgen writes the glue between JavaScript and the wasm; wasm-opt then makes the deployed wasm faster and smaller.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result};

use super::worker::Worker;
use crate::command;
use crate::tools::{node, npm};
use crate::{say, workspace};

const OPTIONS: [&str; 5] = [
    "--target=web",
    "--omit-default-module-path",
    "--experimental-reset-state-function",
    "--no-typescript",
    "--remove-producers-section",
];

/// Optimises for speed, with the features that rustc lets wasm use; wasm-opt must not use others.
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

/// Inputs of the result besides the wasm, which carries wasm-bindgen's version itself.
pub(super) fn recipe() -> Result<String> {
    let versions = npm::lock()?;
    Ok(format!("{OPTIONS:?}{OPTIMISER:?}{}", String::from_utf8_lossy(&versions)))
}

/// Writes the glue and the wasm, optimised if it is deployed, into the Worker's folder. They are made beside it and moved, so that readers
/// of the folder find either the old files or the new ones.
pub(super) fn run(worker: Worker) -> Result<()> {
    say::step("Generating the glue");
    let folder = workspace::target().join("worker-next");
    let arguments = std::iter::once(OsString::from("wasm-bindgen"))
        .chain(OPTIONS.iter().map(OsString::from))
        .chain(["--out-name".into(), worker.module().into(), "--out-dir".into(), folder.clone().into()])
        .chain([worker.wasm().into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments).context("wasm-bindgen failed")?;
    let [glue, wasm] = worker.generated();
    let generated = folder.join(&wasm);
    // The other Workers run in tests only, which end before the optimiser would have paid.
    if worker == Worker::Edge {
        command::run(node::tool("wasm-opt")?.args(OPTIMISER).arg(&generated).arg("-o").arg(&generated))?;
    }
    for name in [glue, wasm] {
        fs::rename(folder.join(&name), worker.folder().join(&name))
            .with_context(|| format!("could not write {name}"))?;
    }
    // The few lines of JavaScript that crates bring with them.
    let (made, snippets) = (folder.join("snippets"), worker.folder().join("snippets"));
    if snippets.exists() {
        fs::remove_dir_all(&snippets).with_context(|| format!("could not remove {}", snippets.display()))?;
    }
    if made.exists() {
        fs::rename(&made, &snippets).with_context(|| format!("could not write {}", snippets.display()))?;
    }
    fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))
}
