//! Node, new enough for wrangler.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::version::Version;
use crate::command::output;
use crate::workspace;

/// The version that wrangler requires.
const OLDEST: Version = Version(22, 12, 0);
/// The oldest version whose npm reads the lock file.
const OLDEST_TO_INSTALL: Version = Version(18, 0, 0);

/// A command of a program that npm installed, with the right Node first on its PATH.
pub(crate) fn tool(program: &str) -> Result<Command> {
    let mut command = Command::new(workspace::node_bin().join(program));
    on_path(&mut command)?;
    Ok(command)
}

/// Puts Node and npm's programs first on a command's PATH.
pub(crate) fn on_path(command: &mut Command) -> Result<&mut Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(workspace::node_bin()).chain(env::split_paths(&path));
    Ok(command.env("PATH", env::join_paths(folders).context("PATH cannot be extended")?))
}

/// Checks that the machine's Node can install npm's packages.
pub(crate) fn check_to_install() -> Result<()> {
    at_least(OLDEST_TO_INSTALL, PathBuf::from("node"))
}

/// Checks that the commands' Node is new enough: npm's package brings one for Linux; elsewhere it is the
/// machine's.
pub(crate) fn check() -> Result<()> {
    let ours = workspace::node_bin().join("node");
    at_least(OLDEST, if ours.is_file() { ours } else { PathBuf::from("node") })
}

fn at_least(oldest: Version, node: PathBuf) -> Result<()> {
    let text = output(Command::new(&node).arg("--version")).unwrap_or_default();
    match Version::find(&text) {
        Some(version) if version >= oldest => Ok(()),
        Some(version) => bail!("Node {version} is too old: install Node {OLDEST} or newer and try again"),
        None => bail!("Node is missing: install Node {OLDEST} or newer from https://nodejs.org and try again"),
    }
}
