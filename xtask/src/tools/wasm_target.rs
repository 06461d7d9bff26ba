//! A Rust compiler that can build for `wasm32-unknown-unknown`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::{TARGET, debian};
use crate::command::{cargo, find, run};
use crate::{say, workspace};

/// The compiler that builds the Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasmTarget {
    /// The compiler that builds everything else too.
    Installed,
    /// Debian's compiler, installed beside it.
    Debian,
}

impl WasmTarget {
    /// Finds the target, or installs it: through rustup if it can download, else from Debian's packages.
    pub(crate) fn set_up() -> Result<Self> {
        if compiles(&installed_rustc())? {
            return Ok(Self::Installed);
        }
        if debian::rustc_is_there() && compiles(Path::new(debian::RUSTC))? {
            return Ok(Self::Debian);
        }
        if find("rustup").is_some() {
            say::step("Installing the wasm32 target with rustup (once; a download of some 20 MB)");
            let mut rustup = Command::new("rustup");
            rustup.args(["target", "add", TARGET]).env("RUST_BACKTRACE", "0");
            if run(&mut rustup).is_ok() && compiles(&installed_rustc())? {
                return Ok(Self::Installed);
            }
        }
        if debian::can_install() {
            debian::install().context(HELP)?;
            if compiles(Path::new(debian::RUSTC))? {
                return Ok(Self::Debian);
            }
        }
        bail!(HELP)
    }

    /// A cargo command that can build for the target. Its output folder is its own, since two compilers that share one
    /// would rebuild each other's work.
    pub(crate) fn cargo(self, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Installed => cargo(subcommand),
            Self::Debian => debian::cargo(subcommand),
        };
        command.args(["--target", TARGET, "--locked", "--target-dir"]);
        command.arg(workspace::target().join("wasm")).current_dir(workspace::root());
        command
    }
}

const HELP: &str = "the Rust target wasm32-unknown-unknown is missing and could not be installed. \
    Run `rustup target add wasm32-unknown-unknown` with a network connection, \
    or on Debian run `cargo xtask build` once as root; then try again";

fn installed_rustc() -> PathBuf {
    env::var_os("RUSTC").map_or_else(|| "rustc".into(), Into::into)
}

/// Whether this compiler finds a standard library of its own version for the target: it compiles an empty crate.
fn compiles(rustc: &Path) -> Result<bool> {
    let status = Command::new(rustc)
        .args(["--target", TARGET, "--crate-type=lib", "--crate-name=probe", "--emit=metadata", "-o", "-", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("could not start {}: is Rust installed? See https://rustup.rs", rustc.display()))?;
    Ok(status.success())
}
