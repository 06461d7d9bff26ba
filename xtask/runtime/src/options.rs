use std::path::PathBuf;

use crate::secrets::Secrets;

/// Which of the build's modules answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `worker.js`, as deployed.
    Production,
    /// `testing.js`: the same, with a clock that can be set, access to SQL, and counters of calls.
    Testing,
}

impl Entry {
    pub(crate) fn module(self) -> &'static str {
        match self {
            Self::Production => "worker.js",
            Self::Testing => "testing.js",
        }
    }
}

/// What to run, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that `cargo xtask build` made.
    pub build_dir: PathBuf,
    /// The folder of the static files; none for an edge without page.
    pub assets_dir: Option<PathBuf>,
    /// Where storage, configuration and log go. It is created when missing; another one is fresh storage.
    pub state_dir: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Which module answers.
    pub entry: Entry,
    /// Worker variables, over those of `wrangler.toml`.
    pub vars: Vec<(String, String)>,
    /// The Worker's secrets.
    pub secrets: Secrets,
    /// The workerd program.
    pub workerd: PathBuf,
}
