//! `wrangler dev`, offline and quiet.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use edge_runtime::{ProcessGroup, Secrets};

use super::state::State;
use super::variable::Variable;
use crate::tools::node;
use crate::workspace;

/// Starts wrangler with its output in the log.
pub(super) fn start(
    state: &State,
    port: u16,
    vars: &[Variable],
    secrets: &Secrets,
    log: &Path,
) -> Result<ProcessGroup> {
    let output = File::create(log).with_context(|| format!("could not write {}", log.display()))?;
    let mut command = node::tool("wrangler")?;
    command.args(["dev", "--ip=127.0.0.1", "--inspector-port=0", "--show-interactive-dev-session=false"]);
    command.arg(format!("--port={port}")).arg("--persist-to").arg(state.folder().join("wrangler"));
    // If wrangler.toml lists required secrets, wrangler takes them from its environment, and with them any variable of
    // the Worker that is set there. Variables must come from the options and wrangler.toml only.
    for name in [
        "CURRENCY",
        "COUNTRY_CODE",
        "DEMO",
        "LOG_REQUESTS",
        "RATE_LIMIT_PER_KEY",
        "RETURNED_PER_KEY_DAY",
        "SERVER_TIMING",
        "STORAGE_BYTES",
    ] {
        command.env_remove(name);
    }
    for Variable { name, value } in vars {
        command.arg("--var").arg(format!("{name}:{value}")).env_remove(name);
    }
    if let Some((name, _)) = secrets.iter().find(|(name, _)| name.ends_with("_PREVIOUS")) {
        bail!("wrangler cannot be given {name} without others reading it: unset it, or use --runtime workerd");
    }
    command.envs(secrets.iter());
    command.envs([
        ("CI", "1"),
        // The log is a file, not a terminal.
        ("FORCE_COLOR", "0"),
        ("CLOUDFLARE_CF_FETCH_ENABLED", "false"),
        ("WRANGLER_SEND_METRICS", "false"),
        ("WRANGLER_SEND_ERROR_REPORTS", "false"),
    ]);
    let errors = output.try_clone().context("could not share the log")?;
    command.current_dir(workspace::root()).stdin(Stdio::null()).stdout(output).stderr(errors);
    Ok(ProcessGroup::start(&mut command)?)
}
