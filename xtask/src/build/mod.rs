//! `cargo xtask build`: from a Worker's sources to a folder that wrangler and workerd load unchanged, and from the
//! guides' Markdown to the site's pages.

mod bindgen;
mod shell;
mod size;
mod stamp;
mod worker;

use std::fs;

use anyhow::{Context, Result};

pub(crate) use self::size::zipped_len;
pub(crate) use self::worker::Worker;
use crate::command::run;
use crate::tools::{npm, wasm_target::WasmTarget};
use crate::{say, workspace};

/// Builds a Worker and prints its size.
pub(crate) fn build(worker: Worker) -> Result<()> {
    npm::set_up()?;
    let target = WasmTarget::set_up()?;
    let folder = worker.folder();
    say::step(format_args!("Building the Worker in {}", workspace::shown(&folder)));
    let _one_at_a_time = stamp::lock()?;
    run(target.cargo("build").args(["--lib", "--profile", worker.profile()]).args(worker.cargo_options()))?;
    let wasm = fs::read(worker.wasm()).with_context(|| format!("could not read {}", worker.wasm().display()))?;

    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    let stamp = stamp::of(&wasm, &bindgen::recipe()?);
    if !stamp::is_current(stamp, worker) {
        bindgen::run(worker)?;
        stamp::write(stamp, worker)?;
    }
    shell::copy(worker)?;
    if worker == Worker::Edge {
        edge_guides::publish(workspace::root())?;
    }
    size::print(worker)
}
