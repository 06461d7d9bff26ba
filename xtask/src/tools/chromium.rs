//! The browser that Playwright drives.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{debian, node};
use crate::command::{find, output, run};
use crate::{say, workspace};

/// Finds or installs a browser: Playwright's own, which needs no path, or else Debian's, whose path is returned.
pub(crate) fn set_up() -> Result<Option<PathBuf>> {
    let mut node = Command::new("node");
    node.args(["-p", "require('playwright-core').chromium.executablePath()"]).current_dir(workspace::root());
    let own = output(node::on_path(&mut node)?)?;
    if Path::new(&own).is_file() {
        return Ok(None);
    }
    if let Some(program) = find("chromium") {
        return Ok(Some(program));
    }
    say::step("Installing Chromium for the page's tests (once; a download of some 150 MB)");
    if run(node::tool("playwright")?.args(["install", "chromium"]).stdout(std::io::stderr())).is_ok() {
        return Ok(None);
    }
    if debian::can_install() {
        say::step("Playwright's Chromium cannot be downloaded here; installing Debian's (once; some 100 MB)");
        debian::install_packages(&["chromium"])?;
        return find("chromium").map(Some).context("Debian's package chromium brought no program of that name");
    }
    bail!(
        "Chromium is missing and could not be installed: run `npx playwright install --with-deps chromium` with a \
         network connection, or install your system's chromium; then try again"
    )
}
