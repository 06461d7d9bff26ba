//! Programs from crates.io that cargo installs, each in an exact version and a folder of its own under `target`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::{cargo, run};
use crate::{say, workspace};

/// A program that `cargo install` builds.
pub(crate) struct CargoTool {
    name: &'static str,
    version: &'static str,
    /// Duration of a first build, for the person who waits.
    takes: &'static str,
}

/// Policy on licences, sources and versions of dependencies, and known vulnerabilities.
pub(crate) const CARGO_DENY: CargoTool =
    CargoTool { name: "cargo-deny", version: "0.20.2", takes: "five minutes on two cores" };
/// Detection of dependencies that no source file names.
pub(crate) const CARGO_MACHETE: CargoTool = CargoTool { name: "cargo-machete", version: "0.9.2", takes: "a minute" };
/// The fuzzer's front end.
pub(crate) const CARGO_FUZZ: CargoTool = CargoTool { name: "cargo-fuzz", version: "0.13.2", takes: "a minute" };

impl CargoTool {
    /// The program, installed if it is missing.
    pub(crate) fn set_up(&self) -> Result<PathBuf> {
        let Self { name, version, takes } = self;
        let root = workspace::target().join(format!("{name}-{version}"));
        let program = root.join("bin").join(name);
        if !program.is_file() {
            say::step(format_args!("Installing {name} {version} (once; about {takes})"));
            run(cargo("install").args([name, "--locked", "--version", version, "--root"]).arg(&root)).with_context(
                || format!("{name} could not be installed: check the network connection, then try again"),
            )?;
        }
        Ok(program)
    }
}
