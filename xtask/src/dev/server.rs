//! The running edge, on either runtime.

use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use edge_runtime::{Entry, Options, ProcessGroup, Secrets, Workerd, workerd_in};

use super::runtime::Runtime;
use super::state::State;
use super::variable::Variable;
use super::{http, wrangler};
use crate::build::Worker;
use crate::workspace;

/// Time limit until the Worker answers.
const START: Duration = Duration::from_mins(1);
/// Number of a log's last lines shown after a failure.
const TAIL: usize = 30;

/// A running edge, which ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    process: Process,
    port: u16,
    log: PathBuf,
}

#[derive(Debug)]
enum Process {
    Wrangler(ProcessGroup),
    Workerd(Workerd),
}

impl Server {
    /// Starts the existing build.
    pub(crate) fn start(
        runtime: Runtime,
        state: &State,
        port: u16,
        vars: Vec<Variable>,
        secrets: Secrets,
    ) -> Result<Self> {
        match runtime {
            Runtime::Wrangler => {
                let log = state.folder().join("wrangler.log");
                let process = wrangler::start(state, port, &vars, &secrets, &log)?;
                Ok(Self { process: Process::Wrangler(process), port, log })
            }
            Runtime::Workerd => {
                let state_dir = state.folder().join("workerd");
                let log = state_dir.join("workerd.log");
                let workerd = Workerd::start(Options {
                    build_dir: Worker::Edge.folder(),
                    assets_dir: Some(workspace::root().join("web-admin")),
                    state_dir,
                    port,
                    entry: Entry::Production,
                    vars: vars.into_iter().map(|var| (var.name, var.value)).collect(),
                    secrets,
                    workerd: workerd_in(&workspace::root().join("node_modules")),
                    network: None,
                })?;
                Ok(Self { process: Process::Workerd(workerd), port, log })
            }
        }
    }

    /// Waits for the first answer. A Worker that refuses to serve gives the reason.
    pub(crate) fn wait_until_it_answers(&mut self, stopped: &Receiver<()>) -> Result<()> {
        let health = format!("{}/healthz", self.url());
        let deadline = Instant::now() + START;
        loop {
            match http::get(&health) {
                Ok((200, _)) => return Ok(()),
                Ok((status, body)) => bail!("the Worker answers {status}: {}", http::message(&body)),
                Err(error) if Instant::now() > deadline => {
                    bail!("the Worker does not answer ({error}). The runtime says:\n{}", self.log_tail())
                }
                Err(_) => {}
            }
            if let Some(status) = self.ended()? {
                bail!("the runtime did not start ({status}). It says:\n{}", self.log_tail());
            }
            if !matches!(stopped.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout)) {
                bail!("stopped");
            }
        }
    }

    /// The address of the page: by name, since passkeys do not belong to a bare address.
    pub(crate) fn page(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The address for calls.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The log of the runtime and the Worker.
    pub(crate) fn log(&self) -> &std::path::Path {
        &self.log
    }

    /// The last lines of the log.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n")
    }

    /// The runtime's exit status after it has ended by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(match &mut self.process {
            Process::Wrangler(process) => process.ended()?,
            Process::Workerd(workerd) => workerd.ended()?,
        })
    }

    /// Ends the runtime and its children.
    pub(crate) fn stop(self) -> Result<()> {
        match self.process {
            Process::Wrangler(process) => process.stop()?,
            Process::Workerd(workerd) => workerd.stop()?,
        }
        Ok(())
    }
}
