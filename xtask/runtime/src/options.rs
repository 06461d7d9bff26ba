use std::path::PathBuf;

use crate::secrets::Secrets;

/// The module of the build that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `worker.js`, as deployed.
    Production,
    /// `testing.js`: adds a clock that can be set, access to SQL, and counters of calls.
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

/// The Worker to run, and its surroundings.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder made by `cargo xtask build`.
    pub build_dir: PathBuf,
    /// The folder of the static files; `None` for an edge without the page.
    pub assets_dir: Option<PathBuf>,
    /// The folder of storage, configuration and log. It is created when missing; a new folder is fresh storage.
    pub state_dir: PathBuf,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// The module that answers.
    pub entry: Entry,
    /// Worker variables, which override those of `wrangler.toml`.
    pub vars: Vec<(String, String)>,
    /// The Worker's secrets.
    pub secrets: Secrets,
    /// The workerd program.
    pub workerd: PathBuf,
    /// A server that stands for the public network; `None` for the network itself.
    pub network: Option<PublicServer>,
}

/// A server on this machine that every outgoing call goes to, by TLS, as if the public host of that name were there.
#[derive(Clone, Debug)]
pub struct PublicServer {
    /// The host name that the certificate must bear.
    pub host: String,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// Certificates in PEM that are trusted besides those of browsers.
    pub trusted: Vec<String>,
}
