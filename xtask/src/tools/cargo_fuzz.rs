//! cargo-fuzz, and the C++ compiler that libFuzzer's own sources need.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::command::{cargo, find, run};
use crate::{say, workspace};

const VERSION: &str = "0.13.2";

/// The program, installed where it is missing.
pub(crate) fn set_up() -> Result<PathBuf> {
    if find("c++").is_none() {
        if !debian::can_install() {
            bail!("a C++ compiler is missing: install g++ or clang and try again");
        }
        say::step("Installing g++, for the fuzzer (once)");
        debian::install_packages(&["g++"])?;
    }
    let root = workspace::target().join(format!("cargo-fuzz-{VERSION}"));
    let program = root.join("bin/cargo-fuzz");
    if !program.is_file() {
        say::step("Installing cargo-fuzz (once; about a minute)");
        run(cargo("install").args(["cargo-fuzz", "--locked", "--version", VERSION, "--root"]).arg(&root))
            .context("cargo-fuzz could not be installed: check the network connection, then try again")?;
    }
    Ok(program)
}
