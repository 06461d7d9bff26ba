//! A running edge: the built Worker on a workerd of its own, with fresh storage.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use edge_runtime::{Entry, Options, PublicServer, Secrets, Workerd};
use tempfile::TempDir;

/// Options of an edge.
pub struct Setup(Options, TempDir);

impl Setup {
    /// Default options: the testing entry, demo passwords allowed, no rate limit.
    pub fn new() -> Self {
        let state = tempfile::tempdir().unwrap();
        let vars = [("DEMO", "1"), ("RATE_LIMIT_PER_KEY", "0")];
        let options = Options {
            build_dir: path("EDGE_BUILD_DIR"),
            assets_dir: None,
            state_dir: state.path().to_owned(),
            port: 0,
            entry: Entry::Testing,
            vars: vars.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: Secrets::generate().unwrap(),
            workerd: path("EDGE_WORKERD"),
            network: None,
        };
        Self(options, state)
    }

    /// Sets a Worker variable.
    #[must_use]
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.0.vars.retain(|(known, _)| known != name);
        self.0.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets or removes a secret.
    #[must_use]
    pub fn secret(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.0.secrets.set(name, value),
            None => self.0.secrets.remove(name),
        }
        self
    }

    /// Uses the deployed entry.
    #[must_use]
    pub fn as_deployed(mut self) -> Self {
        self.0.entry = Entry::Production;
        self
    }

    /// Uses the build whose calls can be made to panic.
    #[must_use]
    pub fn with_faults(mut self) -> Self {
        self.0.build_dir = path("EDGE_FAULTS_BUILD_DIR");
        self
    }

    /// Sends every outgoing call to this server.
    #[must_use]
    pub fn with_network(mut self, server: PublicServer) -> Self {
        self.0.network = Some(server);
        self
    }

    /// Limits files on the disk to this many blocks of 512 bytes.
    #[must_use]
    pub fn on_small_disk(mut self, blocks: u32) -> Self {
        let script = self.1.path().join("on-small-disk");
        // A write beyond the limit fails, as on a full disk, instead of ending the program.
        let program = self.0.workerd.display();
        let text = format!("#!/bin/sh\ntrap '' XFSZ\nulimit -f {blocks}\nexec '{program}' \"$@\"\n");
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o700)).unwrap();
        self.0.workerd = script;
        self
    }

    /// Serves the static files in front of the Worker.
    #[must_use]
    pub fn with_files(mut self) -> Self {
        self.0.assets_dir = Some(path("EDGE_ASSETS_DIR"));
        self
    }

    /// Starts the edge.
    pub fn start(self) -> Edge {
        let Self(mut options, state) = self;
        let workerd = Workerd::start(options.clone()).unwrap();
        // A restart keeps the port, so that clients find the edge again.
        options.port = workerd.port();
        let mut edge = Edge::at(workerd.url(), options.secrets.clone());
        edge.own = Some(Own { options, workerd: Mutex::new(Some(workerd)), _state: state });
        edge
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

/// A running edge. Dropping the value ends an edge that was started for it.
pub struct Edge {
    /// URL: `http://127.0.0.1:` and the port.
    pub url: String,
    secrets: Secrets,
    pub(crate) agent: ureq::Agent,
    /// Whether the API's description must declare every answer.
    pub(crate) described: bool,
    own: Option<Own>,
}

/// The process and folder of an edge started for a test.
struct Own {
    options: Options,
    workerd: Mutex<Option<Workerd>>,
    _state: TempDir,
}

impl Edge {
    /// Starts an edge with the default options.
    pub fn start() -> Self {
        Setup::new().start()
    }

    /// An edge that runs elsewhere.
    pub fn at(url: String, secrets: Secrets) -> Self {
        Self { url, secrets, agent: agent(Duration::from_mins(1)), described: true, own: None }
    }

    /// Takes answers as they come, for an edge of another version than the API's description.
    #[must_use]
    pub fn of_another_version(self) -> Self {
        Self { described: false, ..self }
    }

    /// Waits longer for answers.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { agent: agent(timeout), ..self }
    }

    fn own(&self) -> &Own {
        self.own.as_ref().expect("this edge was started for this test")
    }

    /// Kills the runtime, as a power cut would.
    pub fn kill(&self) {
        let running = self.own().workerd.lock().unwrap().take();
        running.expect("the edge runs").kill().unwrap();
    }

    /// Restarts the runtime on the same storage and port.
    pub fn revive(&self) {
        self.revive_as(self.own().options.build_dir.clone());
    }

    /// Ends the runtime, and starts the deployed build on the same storage and port.
    pub fn change_to_deployed_build(&self) {
        self.kill();
        self.revive_as(path("EDGE_BUILD_DIR"));
    }

    /// Ends the runtime, and starts the build with faults, whose storage is a version further.
    pub fn change_to_build_with_faults(&self) {
        self.kill();
        self.revive_as(path("EDGE_FAULTS_BUILD_DIR"));
    }

    fn revive_as(&self, build_dir: PathBuf) {
        let own = self.own();
        // A full disk is enlarged by then.
        let options = Options { workerd: path("EDGE_WORKERD"), build_dir, ..own.options.clone() };
        *own.workerd.lock().unwrap() = Some(Workerd::start(options).unwrap());
    }

    /// A secret that the edge was started with.
    pub fn secret(&self, name: &str) -> String {
        self.secrets.get(name).unwrap().to_owned()
    }

    /// The output of the runtime so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.own().options.state_dir.join("workerd.log")).unwrap()
    }

    /// The port of the edge.
    pub fn port(&self) -> u16 {
        self.own().options.port
    }
}

fn agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .build()
        .into()
}

/// A path from an environment variable, relative to the workspace's folder.
fn path(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`"));
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
