//! `cargo xtask verify`: checks that all stored data is consistent, over all distributors.

mod distributors;
mod issuer;
mod money;
mod totals;
mod wallets;

use std::path::PathBuf;
use std::sync::mpsc::channel;

use anyhow::{Result, bail};
use clap::Args;
use edge_runtime::{Secrets, check_port};

use self::distributors::Distributors;
use self::issuer::Issuer;
use self::money::Money;
use crate::build::{self, Worker};
use crate::dev::Runtime;
use crate::dev::server::Server;
use crate::dev::state::State;
use crate::{say, workspace};

/// Number of reads while money is on its way: its two ends are not read at one moment, so a mismatch is read again.
const ATTEMPTS: usize = 3;

/// Check every chain, wallet, counter and deadline, and that money is conserved
///
/// Prints what does not fit, a line each, and fails then. Give either the address of a running edge, with the issuer's
/// token in the environment as ISSUER_TOKEN, or the state folder of `cargo xtask dev`, which is started for it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Options {
    /// The address of a running edge, such as https://edge.example.com
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The state folder of `cargo xtask dev`
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Runs the checks, and prints the sums.
pub(crate) fn run(options: Options) -> Result<()> {
    match (options.url, options.state) {
        (Some(url), _) => {
            let Some(token) = std::env::var("ISSUER_TOKEN").ok().filter(|token| !token.is_empty()) else {
                bail!("set ISSUER_TOKEN in the environment to the issuer's token");
            };
            check(&Issuer::new(url.trim_end_matches('/'), &token))
        }
        (None, Some(folder)) => on_state(folder),
        (None, None) => bail!("give --url or --state"),
    }
}

/// Starts the edge on a state folder with its existing secrets.
fn on_state(folder: PathBuf) -> Result<()> {
    let (wrangler, workerd) = (folder.join("wrangler").is_dir(), folder.join("workerd").is_dir());
    let runtimes = [(wrangler, Runtime::Wrangler), (workerd, Runtime::Workerd)];
    if !wrangler && !workerd {
        bail!("{} is no state folder of `cargo xtask dev`", workspace::shown(&folder));
    }
    let state = State::open(folder)?;
    build::build(Worker::Edge)?;
    let secrets = Secrets::load_or_create(state.folder())?;
    let token = secrets.get("ISSUER_TOKEN").unwrap_or_default().to_owned();
    for (_, runtime) in runtimes.into_iter().filter(|(there, _)| *there) {
        let port = free_port()?;
        check_port(port)?;
        let mut server = Server::start(runtime, &state, port, Vec::new(), secrets.clone())?;
        // Nothing stops it earlier: Ctrl-C ends this process, and the server with it.
        let (_keep, stopped) = channel();
        server.wait_until_it_answers(&stopped)?;
        check(&Issuer::new(&server.url(), &token))?;
        server.stop()?;
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn check(issuer: &Issuer) -> Result<()> {
    let mut attempt = 1;
    loop {
        let distributors = Distributors::read(issuer)?;
        let mut problems = distributors.problems.clone();
        let wallets = wallets::check(issuer, &distributors, &mut problems)?;
        let sums = distributors.conserved(&wallets, &mut problems);
        if problems.is_empty() {
            say::step(format_args!("Verified: {sums}"));
            return Ok(());
        }
        if attempt < ATTEMPTS && distributors.on_its_way() != Money::default() {
            attempt += 1;
            continue;
        }
        for problem in &problems {
            println!("{problem}");
        }
        match problems.len() {
            1 => bail!("one thing does not fit"),
            number => bail!("{number} things do not fit"),
        }
    }
}
