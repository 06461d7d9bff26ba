//! The example Worker on workerd.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use edge_runtime::ProcessGroup;
use tempfile::TempDir;

/// The example Workers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// In Rust, with the SDK.
    Rust,
    /// In plain JavaScript, without a library.
    JavaScript,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Rust, Self::JavaScript];

    /// The Worker's modules, the entry first.
    fn modules(self) -> String {
        match self {
            Self::Rust => {
                let build = folder("WORKER_CLIENT_BUILD_DIR").display().to_string();
                format!(
                    r#"(name = "worker.js", esModule = embed "{build}/worker.js"),
    (name = "client.js", esModule = embed "{build}/client.js"),
    (name = "client_bg.wasm", wasm = embed "{build}/client_bg.wasm"),"#
                )
            }
            Self::JavaScript => {
                let file = concat!(env!("CARGO_MANIFEST_DIR"), "/javascript/worker.js");
                format!(r#"(name = "worker.js", esModule = embed "{file}"),"#)
            }
        }
    }
}

pub(crate) struct Worker {
    url: String,
    _process: ProcessGroup,
    _folder: TempDir,
}

impl Worker {
    /// Starts the Worker in Rust with these settings on a free port, and waits until it listens.
    pub(crate) fn start(url: &str, distributor_id: &str, api_key: &str) -> Self {
        Self::start_kind(Kind::Rust, url, distributor_id, api_key)
    }

    pub(crate) fn start_kind(kind: Kind, url: &str, distributor_id: &str, api_key: &str) -> Self {
        let folder_of_config = tempfile::tempdir().unwrap();
        let config = folder_of_config.path().join("workerd.capnp");
        std::fs::write(&config, configuration(&kind.modules())).unwrap();

        let mut command = Command::new(folder("EDGE_WORKERD"));
        command.args(["serve", "--import-path=/", "--control-fd=1", "--socket-addr=http=127.0.0.1:0"]).arg(&config);
        command.env_clear();
        command.env("UNIVERSAL_WALLET_URL", url).env("UNIVERSAL_WALLET_DISTRIBUTOR_ID", distributor_id);
        command.env("UNIVERSAL_WALLET_API_KEY", api_key).env("UNIVERSAL_WALLET_WEBHOOK_SECRET", WEBHOOK_SECRET);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = ProcessGroup::start(&mut command).unwrap();
        let mut line = String::new();
        BufReader::new(process.take_output().unwrap()).read_line(&mut line).unwrap();
        let message: serde_json::Value = serde_json::from_str(&line).unwrap();
        Self { url: format!("http://127.0.0.1:{}", message["port"]), _process: process, _folder: folder_of_config }
    }

    /// Status of the answer to a webhook's message with these headers.
    pub(crate) fn receive(&self, headers: [(&str, &str); 3], body: &str) -> u16 {
        let mut request = agent().post(format!("{}/webhooks", self.url));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send(body).unwrap().status().as_u16()
    }

    /// Status and body of the Worker's answer.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let url = format!("{}{path}", self.url);
        let answer = if method == "GET" { agent().get(url).call() } else { agent().put(url).send(body) };
        let mut answer = answer.unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

/// The secret of the Worker's webhook.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A path from an environment variable, relative to the workspace's folder.
fn folder(variable: &str) -> PathBuf {
    let path = env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`"));
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// One Worker that may call this machine.
fn configuration(modules: &str) -> String {
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "client", worker = .client),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "client")],
);

const client :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    {modules}
  ],
  bindings = [
    (name = "UNIVERSAL_WALLET_URL", fromEnvironment = "UNIVERSAL_WALLET_URL"),
    (name = "UNIVERSAL_WALLET_DISTRIBUTOR_ID", fromEnvironment = "UNIVERSAL_WALLET_DISTRIBUTOR_ID"),
    (name = "UNIVERSAL_WALLET_API_KEY", fromEnvironment = "UNIVERSAL_WALLET_API_KEY"),
    (name = "UNIVERSAL_WALLET_WEBHOOK_SECRET", fromEnvironment = "UNIVERSAL_WALLET_WEBHOOK_SECRET"),
  ],
);
"#
    )
}
