//! Options of the benchmark: the parts and their length.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::load::Window;

/// Measures the edge under load beside the same job in hand-written JavaScript, and prints ratios beside their targets
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub(crate) struct Options {
    /// Less of everything, for work on speed: 16 connections, 3 short runs, no large distributor, no hostile load
    #[arg(long)]
    quick: bool,
    /// Only these parts, separated by commas
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Also better-auth's API keys on Node, which npm installs
    #[arg(long)]
    peers: bool,
    /// Nothing but mixed load for so many minutes, at 80 % of what is the most
    #[arg(long, value_name = "MINUTES")]
    pub(crate) soak: Option<f64>,
    /// An earlier build of the edge, a copy of target/edge: measured beside the present one, and nothing else is
    #[arg(long, value_name = "FOLDER")]
    pub(crate) before: Option<PathBuf>,
    /// Numbers of connections, separated by commas
    #[arg(long, value_delimiter = ',')]
    connections: Vec<usize>,
    /// How often each is measured
    #[arg(long)]
    runs: Option<usize>,
    /// How long each run is, in seconds
    #[arg(long)]
    seconds: Option<f64>,
    /// Also write all figures as JSON to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// One part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Reading the balance, beside a hop that does nothing, a row that is read, and the whole job in JavaScript
    Balance,
    /// An auto-approved cash-in, beside three blind writes and the whole job in JavaScript
    CashIn,
    /// A forged key, beside a hello and the whole job in JavaScript
    Forged,
    /// A page of 100 operations
    List,
    /// A distributor with 10,000,000 operations and 10,000 keys, beside one with 10,000 operations
    Large,
    /// better-auth's API keys on Node, beside reading the balance
    Peers,
    /// Size of the build, and how long it takes to instantiate
    Size,
    /// Cost of each call on the platform, beside the whole job in JavaScript
    Cost,
    /// Forged keys, clients that never read or never end, and idle connections, beside normal load; attacks on one
    /// distributor, beside its own cash-ins and another's
    Hostile,
    /// Cash-ins beside a receiver of webhooks that never answers, and the time until a quiet one hears of a cash-in
    Webhooks,
}

impl Options {
    /// The chosen parts.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let mut parts = match (&*self.only, self.quick) {
            ([], _) if self.before.is_some() => vec![Part::Balance, Part::CashIn, Part::Forged, Part::List],
            ([], true) => vec![Part::Balance, Part::CashIn, Part::Forged, Part::List, Part::Size],
            ([], false) => Part::value_variants().iter().copied().filter(|part| *part != Part::Peers).collect(),
            (only, _) => only.to_vec(),
        };
        if self.peers && !parts.contains(&Part::Peers) {
            parts.push(Part::Peers);
        }
        parts
    }

    /// The chosen numbers of connections.
    pub(crate) fn connections(&self) -> Vec<usize> {
        match (&*self.connections, self.quick) {
            ([], true) => vec![16],
            ([], false) => vec![1, 16, 64],
            (given, _) => given.to_vec(),
        }
    }

    /// Number of runs of each series.
    pub(crate) fn runs(&self) -> usize {
        self.runs.unwrap_or(if self.quick { 3 } else { 5 }).max(1)
    }

    /// Length of each run.
    pub(crate) fn window(&self) -> Window {
        let seconds = self.seconds.unwrap_or(if self.quick { 1.5 } else { 2.0 });
        Window { warm_up: Duration::from_millis(500), measured: Duration::from_secs_f64(seconds) }
    }
}
