//! A Worker under test: a build or a baseline on a workerd of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge_runtime::{Entry, Options, Secrets, Workerd};
use tempfile::TempDir;
use universal_wallet_tests::edge::Edge;

use crate::cores::Cores;

/// Paths within the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Node: npm's package brings it on Linux; elsewhere it is the machine's.
pub(crate) fn node() -> PathBuf {
    let ours = workspace().join("node_modules/.bin/node");
    if ours.is_file() { ours } else { "node".into() }
}

/// A temporary folder for state, in memory if the system allows, so that the disk is not measured.
pub(crate) fn state() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    folder.context("could not make a folder for the state")
}

/// A running Worker.
pub(crate) struct Server {
    workerd: Option<Workerd>,
    options: Options,
    _state: TempDir,
}

impl Server {
    /// Starts the edge with the deployed entry, or with its testing entry.
    pub(crate) fn edge(cores: Cores, entry: Entry) -> Result<Self> {
        Self::start(cores, workspace().join("target/edge"), entry)
    }

    /// Starts an earlier build of the edge.
    pub(crate) fn earlier(cores: Cores, build_dir: &Path) -> Result<Self> {
        Self::start(cores, build_dir.to_owned(), Entry::Production)
    }

    /// Starts a baseline, by the name of its folder.
    pub(crate) fn baseline(cores: Cores, name: &str, entry: Entry) -> Result<Self> {
        Self::start(cores, workspace().join("tests/bench/baselines").join(name), entry)
    }

    fn start(cores: Cores, build_dir: PathBuf, entry: Entry) -> Result<Self> {
        let state = state()?;
        // The rate limit counts and is reported in each answer, but is never reached.
        let vars = [("DEMO", "1"), ("RATE_LIMIT_PER_KEY", "1000000")];
        let options = Options {
            build_dir,
            assets_dir: None,
            state_dir: state.path().to_owned(),
            port: 0,
            entry,
            vars: vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: Secrets::generate()?,
            workerd: edge_runtime::workerd_in(&workspace().join("node_modules")),
        };
        let workerd = cores.on_the_servers(|| Workerd::start(options.clone()))?;
        Ok(Self { workerd: Some(workerd), options, _state: state })
    }

    /// Restarts the server on the same storage, with another entry.
    pub(crate) fn restart(&mut self, cores: Cores, entry: Entry) -> Result<()> {
        if let Some(workerd) = self.workerd.take() {
            workerd.stop()?;
        }
        self.options.entry = entry;
        self.workerd = Some(cores.on_the_servers(|| Workerd::start(self.options.clone()))?);
        Ok(())
    }

    fn workerd(&self) -> Result<&Workerd> {
        self.workerd.as_ref().context("it was stopped")
    }

    /// The server's port.
    pub(crate) fn port(&self) -> Result<u16> {
        Ok(self.workerd()?.port())
    }

    /// The server's process ID.
    pub(crate) fn pid(&self) -> Result<u32> {
        Ok(self.workerd()?.pid())
    }

    /// Client of the edge, which makes the people and keys that the load needs.
    pub(crate) fn client(&self) -> Result<Edge> {
        Ok(Edge::at(self.workerd()?.url(), self.options.secrets.clone()))
    }
}
