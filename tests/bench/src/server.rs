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

/// A rate limit that counts and is reported in each answer, but is never reached.
const NEVER_REACHED: &str = "1000000";

/// Size of the files in a folder.
fn kib(folder: &Path) -> f64 {
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => kib(&entry.path()),
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        Ok(found) => found.len() as f64 / 1024.0,
        Err(_) => 0.0,
    };
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(size).sum()
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
        Self::edge_with_rate(cores, entry, NEVER_REACHED)
    }

    /// Starts the edge with a limit of calls per second and key.
    pub(crate) fn edge_with_rate(cores: Cores, entry: Entry, rate: &str) -> Result<Self> {
        Self::start(cores, workspace().join("target/edge"), entry, rate)
    }

    /// Size of all that is stored.
    pub(crate) fn stored_kib(&self) -> f64 {
        kib(&self.options.state_dir)
    }

    /// Starts an earlier build of the edge.
    pub(crate) fn earlier(cores: Cores, build_dir: &Path) -> Result<Self> {
        Self::start(cores, build_dir.to_owned(), Entry::Production, NEVER_REACHED)
    }

    /// Starts a baseline, by the name of its folder.
    pub(crate) fn baseline(cores: Cores, name: &str, entry: Entry) -> Result<Self> {
        Self::start(cores, workspace().join("tests/bench/baselines").join(name), entry, NEVER_REACHED)
    }

    fn start(cores: Cores, build_dir: PathBuf, entry: Entry, rate: &str) -> Result<Self> {
        let state = state()?;
        let vars = [("DEMO", "1"), ("RATE_LIMIT_PER_KEY", rate)];
        let options = Options {
            build_dir,
            assets_dir: None,
            state_dir: state.path().to_owned(),
            port: 0,
            entry,
            vars: vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: Secrets::generate()?,
            workerd: edge_runtime::workerd_in(&workspace().join("node_modules")),
            network: None,
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
