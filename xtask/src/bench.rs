//! `cargo xtask bench`: builds the edge and runs the benchmark, a separate crate, so that no other command waits
//! for its dependencies.

use std::ffi::OsString;

use anyhow::Result;

use crate::build::{self, Worker};
use crate::command::{cargo, run};

/// Runs the benchmark with `arguments`.
pub(crate) fn bench(arguments: &[OsString]) -> Result<()> {
    build::build(Worker::Edge)?;
    let mut command = cargo("run");
    command.args(["--profile", "bench", "--locked", "--quiet", "--package", "universal-wallet-bench", "--"]);
    run(command.args(arguments))
}
