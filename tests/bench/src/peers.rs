//! An alternative for users: better-auth's API keys on Node with SQLite.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use edge_runtime::ProcessGroup;
use serde::Deserialize;
use tempfile::TempDir;

use crate::cores::Cores;
use crate::server::{node, state, workspace};

/// A running server that verifies keys.
pub(crate) struct BetterAuth {
    process: ProcessGroup,
    ready: Ready,
    _state: TempDir,
}

/// The line that the server prints when it listens.
#[derive(Deserialize)]
struct Ready {
    port: u16,
    key: String,
}

impl BetterAuth {
    /// Installs the server if it is missing, and starts it.
    pub(crate) fn start(cores: Cores) -> Result<Self> {
        let folder = install(&workspace().join("tests/bench/peers/better-auth"))?;
        let state = state()?;
        let mut command = Command::new(node());
        command.arg(folder.join("server.js")).arg(state.path().join("keys.db"));
        command.current_dir(&folder).env("NODE_ENV", "production").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = cores.on_the_servers(|| ProcessGroup::start(&mut command))?;
        let output = process.take_output().context("a pipe was asked for")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("better-auth did not start")?;
        Ok(Self { process, ready, _state: state })
    }

    /// The server's port.
    pub(crate) fn port(&self) -> u16 {
        self.ready.port
    }

    /// The server's process ID.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A key made by the server.
    pub(crate) fn key(&self) -> &str {
        &self.ready.key
    }
}

/// Installs the packages of the folder's lock file through npm, in a copy under target.
fn install(from: &Path) -> Result<PathBuf> {
    let folder = workspace().join("target/bench-peers/better-auth");
    let installed = folder.join("node_modules/.installed-lock.json");
    let lock = fs::read(from.join("package-lock.json"))?;
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json", "server.js"] {
        fs::copy(from.join(file), folder.join(file)).with_context(|| format!("could not copy {file}"))?;
    }
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        println!("Installing better-auth into target/bench-peers (once; some 35 MB) …");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
        ensure!(npm.status().context("could not start npm")?.success(), "npm could not install better-auth");
        fs::write(&installed, &lock)?;
    }
    Ok(folder)
}
