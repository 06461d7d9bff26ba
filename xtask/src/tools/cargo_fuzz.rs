//! cargo-fuzz, and the C++ compiler that libFuzzer's own sources need.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::cargo_tool::CARGO_FUZZ;
use super::debian;
use crate::command::find;
use crate::say;

/// The program, installed if it is missing.
pub(crate) fn set_up() -> Result<PathBuf> {
    if find("c++").is_none() {
        if !debian::can_install() {
            bail!("a C++ compiler is missing: install g++ or clang and try again");
        }
        say::step("Installing g++, for the fuzzer (once)");
        debian::install_packages(&["g++"])?;
    }
    CARGO_FUZZ.set_up()
}
