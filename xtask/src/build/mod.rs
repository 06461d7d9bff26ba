//! `cargo xtask build`: from the edge's sources to `target/edge`, which wrangler and workerd load as it is.

mod bindgen;
mod shell;
mod size;
mod stamp;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::run;
use crate::tools::{npm, wasm_target::WasmTarget};
use crate::{say, workspace};

/// Which Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// As deployed.
    Deployed,
    /// One that tests can make panic, to see that it recovers.
    Faults,
}

impl Flavour {
    /// Where the finished files are: `worker.js`, the generated glue and the wasm.
    pub(crate) fn folder(self) -> PathBuf {
        workspace::target().join(match self {
            Self::Deployed => "edge",
            Self::Faults => "edge-faults",
        })
    }

    fn features(self) -> &'static [&'static str] {
        match self {
            Self::Deployed => &[],
            Self::Faults => &["--features", "faults"],
        }
    }
}

/// Builds the Worker and prints its size.
pub(crate) fn build(flavour: Flavour) -> Result<()> {
    npm::set_up()?;
    let target = WasmTarget::set_up()?;
    let folder = flavour.folder();
    say::step(format_args!("Building the Worker into {}", workspace::shown(&folder)));
    let _one_at_a_time = stamp::lock()?;
    let mut cargo = target.cargo("build");
    cargo.args(["--release", "--package", "universal-wallet-edge", "--lib"]).args(flavour.features());
    run(&mut cargo)?;
    let wasm = workspace::target().join("wasm/wasm32-unknown-unknown/release/universal_wallet_edge.wasm");
    let input = fs::read(&wasm).with_context(|| format!("could not read {}", wasm.display()))?;
    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    let stamp = stamp::of(&input, &bindgen::recipe()?);
    if !stamp::is_current(stamp, &folder) {
        bindgen::run(&wasm, &folder)?;
        stamp::write(stamp, &folder)?;
    }
    shell::copy(&folder)?;
    size::print(&folder)
}
