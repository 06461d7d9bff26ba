//! `cargo xtask bench`: builds the edge and hands over to the benchmark, a crate of its own, so that nothing else waits
//! for what it needs.

use std::ffi::OsString;

use anyhow::Result;

use crate::build::{self, Worker};
use crate::command::{cargo, run};

/// Measures what `arguments` ask for.
pub(crate) fn bench(arguments: &[OsString]) -> Result<()> {
    build::build(Worker::Edge)?;
    let mut command = cargo("run");
    command.args(["--profile", "bench", "--locked", "--quiet", "--package", "universal-wallet-bench", "--"]);
    run(command.args(arguments))
}
