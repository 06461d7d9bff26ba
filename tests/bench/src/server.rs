//! A Worker under test: a build or a baseline on a workerd of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use edge_runtime::{Entry, Options, Secrets, Workerd};
use tempfile::TempDir;
use universal_wallet_tests::edge::Edge;

use crate::cores::Cores;

/// Where things lie in the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The Node that npm's package brings for Linux, elsewhere the machine's.
pub(crate) fn node() -> PathBuf {
    let ours = workspace().join("node_modules/.bin/node");
    if ours.is_file() { ours } else { "node".into() }
}

/// A folder for state that ends with its value: in memory where the system has such, so that no disk is measured.
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
    /// Starts the edge as it is deployed, or its testing entry.
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
        // The limit counts and is told in each answer, but is never reached.
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

    /// Starts it again on the same storage, with another entry.
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

    /// The port it listens on.
    pub(crate) fn port(&self) -> Result<u16> {
        Ok(self.workerd()?.port())
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> Result<u32> {
        Ok(self.workerd()?.pid())
    }

    /// For the people and keys that the load needs.
    pub(crate) fn client(&self) -> Result<Edge> {
        Ok(Edge::at(self.workerd()?.url(), self.options.secrets.clone()))
    }
}
