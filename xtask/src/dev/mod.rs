//! `cargo xtask dev`: the whole edge on this machine, with a demo.

mod demo;
mod guide;
pub(crate) mod http;
mod people;
mod runtime;
pub(crate) mod server;
pub(crate) mod state;
mod variable;
mod wrangler;

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use edge_runtime::{Secrets, check_port};

pub(crate) use self::runtime::Runtime;

use self::demo::Demo;
use self::server::Server;
use self::state::State;
use self::variable::Variable;
use crate::build::{self, Worker};
use crate::{say, workspace};

/// Build the edge, run it on this machine and fill it with a demo
///
/// Serves the Worker and the admin page on 127.0.0.1. The first start seeds a demo: a distributor with a float, four
/// people who can sign in, and a merchant; their passwords are made then. A later start keeps everything. Ctrl-C stops
/// everything.
///
/// The Worker's secrets ISSUER_TOKEN, KEY_PEPPER and SESSION_SECRET come from the environment where set. The others are
/// made at the first start and kept in the state folder, for its owner alone.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The port on 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 8787, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Where storage, secrets and logs are kept; removing it means starting anew [default: .state in the workspace]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Seed no demo
    #[arg(long)]
    no_demo: bool,
    /// A Worker variable, such as RATE_LIMIT_PER_KEY=0; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    vars: Vec<Variable>,
    /// Runtime of the Worker
    #[arg(long, value_enum, default_value_t = Runtime::Wrangler)]
    runtime: Runtime,
}

/// Runs until Ctrl-C, or until the runtime ends by itself.
pub(crate) fn run(options: Options) -> Result<()> {
    check_port(options.port)?;
    let state = State::open(options.state.unwrap_or_else(|| workspace::root().join(".state")))?;
    build::build(Worker::Edge)?;

    let (stop, stopped) = channel();
    ctrlc::set_handler(move || {
        // The receiver is gone once the first Ctrl-C is being handled.
        let _ = stop.send(());
    })
    .context("could not listen for Ctrl-C")?;

    let secrets = Secrets::load_or_create(state.folder())?;
    let token = secrets.get("ISSUER_TOKEN").unwrap_or_default().to_owned();
    let mut vars = options.vars;
    if !options.no_demo {
        for name in ["DEMO", "SERVER_TIMING"] {
            if vars.iter().all(|var| var.name != name) {
                vars.push(Variable { name: name.into(), value: "1".into() });
            }
        }
    }
    say::step("Starting the edge");
    let mut server = Server::start(options.runtime, &state, options.port, vars, secrets)?;
    server.wait_until_it_answers(&stopped)?;
    let demo = if options.no_demo {
        None
    } else {
        let seeded = Demo::seed(&server.url(), &token, state.folder());
        Some(seeded.map_err(|error| older_code(error, &server, &state))?)
    };
    guide::print(&server, demo.as_ref(), state.folder());

    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(Duration::from_millis(200)) {
        if let Some(status) = server.ended()? {
            bail!("the runtime ended by itself ({status}). It said:\n{}", server.log_tail());
        }
    }
    say::step("Stopping");
    server.stop()
}

/// The explanation of a start that failed because the storage is newer than the Worker: only the log tells.
fn older_code(error: anyhow::Error, server: &Server, state: &State) -> anyhow::Error {
    if !server.log_tail().contains("the state is newer than this code") {
        return error;
    }
    anyhow!(
        "the state folder {} was used by a newer version of this workspace: update the workspace, or choose another \
         folder with --state",
        workspace::shown(state.folder())
    )
}
