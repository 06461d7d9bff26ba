//! The workspace's commands: `cargo xtask dev`, `test` and `build`.

mod build;
mod command;
mod dev;
mod say;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Builds, runs and tests Universal Wallet Edge. Missing tools are set up on the way.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    Dev(dev::Options),
    /// Build the Worker into target/edge
    Build,
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Dev(options) => dev::run(options),
        Task::Build => build::build(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
