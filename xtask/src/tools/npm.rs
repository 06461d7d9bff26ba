//! The packages of `package-lock.json`: wrangler, workerd, binaryen, Playwright, TypeScript, Redocly, Spectral, Node.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use edge_runtime::workerd_in;

use super::node;
use crate::command::{find, run};
use crate::{say, workspace};

/// Installs exactly the lock file's packages, unless they are installed already.
pub(crate) fn set_up() -> Result<()> {
    let wanted = lock()?;
    if fs::read(mark()).is_ok_and(|installed| installed == wanted) && tools_are_there() {
        return Ok(());
    }
    if find("npm").is_none() {
        bail!("npm is missing: install Node 22.12 or newer, which brings it, from https://nodejs.org and try again");
    }
    node::check_to_install()?;
    say::step("Installing wrangler, workerd and the other tools of package-lock.json (once; some 150 MB)");
    // No package needs its install script: programs come as platform packages. Engines are checked below.
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    // Without a network, npm would retry for minutes before it fails.
    npm.args(["--prefer-offline", "--fetch-retries=1", "--no-update-notifier"]);
    npm.current_dir(workspace::root()).stdout(std::io::stderr());
    run(&mut npm).context(
        "the tools of package-lock.json could not be installed: check the network connection (and npm's registry \
         setting), then try again",
    )?;
    node::check()?;
    if !tools_are_there() {
        bail!("npm installed no wrangler, workerd or wasm-opt: remove the folder node_modules and try again");
    }
    fs::write(mark(), wanted).context("could not note what is installed in node_modules")
}

/// The current lock file.
pub(crate) fn lock() -> Result<Vec<u8>> {
    let lock = workspace::root().join("package-lock.json");
    fs::read(&lock).with_context(|| format!("could not read {}", lock.display()))
}

/// Written last, so that an interrupted installation is repeated.
fn mark() -> PathBuf {
    workspace::root().join("node_modules/.installed-lock.json")
}

fn tools_are_there() -> bool {
    ["wrangler", "workerd", "wasm-opt", "tsc", "playwright"]
        .iter()
        .all(|program| workspace::node_bin().join(program).is_file())
        && workerd_in(&workspace::root().join("node_modules")).is_file()
}
