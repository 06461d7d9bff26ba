//! The workspace's commands: `cargo xtask dev`, `test`, `build`, `bench`, `verify` and `deploy-check`.

mod bench;
mod build;
mod command;
mod deploy_check;
mod dev;
mod say;
mod test;
mod tools;
mod verify;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::build::Worker;

/// Builds, runs and tests Universal Wallet Edge. Missing tools are set up on the way.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    Dev(dev::Options),
    Test(test::Options),
    /// Build the Worker into target/edge, for wrangler and workerd to load
    Build {
        /// Build one with faults that tests can cause, into target/edge-faults; never deploy it
        #[arg(long)]
        faults: bool,
    },
    DeployCheck(deploy_check::Options),
    Verify(verify::Options),
    /// Measure the edge under load beside the same job in hand-written JavaScript
    #[command(disable_help_flag = true)]
    Bench {
        /// Options of the benchmark; --help tells them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run a wasm test in Node; cargo calls it
    #[command(hide = true)]
    WasmBindgenTestRunner {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Dev(options) => dev::run(options),
        Task::Test(options) => test::run(&options),
        Task::Build { faults } => build::build(if faults { Worker::EdgeWithFaults } else { Worker::Edge }),
        Task::Verify(options) => verify::run(options),
        Task::DeployCheck(options) => deploy_check::run(&options),
        Task::Bench { arguments } => bench::bench(&arguments),
        Task::WasmBindgenTestRunner { arguments } => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(
            std::iter::once(OsString::from("wasm-bindgen-test-runner")).chain(arguments),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
