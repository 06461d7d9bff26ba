//! The oldest compiler that the client promises to build with.

use std::process::{Command, Stdio};

use super::TARGET;
use crate::command::{find, run};
use crate::{say, workspace};

/// The version, from `rust-version` in the client's manifest.
pub(crate) const VERSION: &str = "1.88";

/// Whether the compiler is installed, or rustup installed it; else the reason why not, and a remedy.
pub(crate) fn set_up() -> Result<(), String> {
    if is_there() {
        return Ok(());
    }
    if find("rustup").is_none() {
        return Err(format!("Rust {VERSION} is checked where rustup is installed, see https://rustup.rs"));
    }
    say::step(format_args!("Installing Rust {VERSION} with rustup (once; a download of some 100 MB)"));
    let mut rustup = Command::new("rustup");
    rustup.args(["toolchain", "install", VERSION, "--profile", "minimal", "--target", TARGET, "--no-self-update"]);
    match run(rustup.env("RUST_BACKTRACE", "0")) {
        Ok(()) if is_there() => Ok(()),
        _ => Err(format!("Rust {VERSION} could not be installed by rustup; is there a network connection?")),
    }
}

/// Whether the compiler is installed, with the library of the Worker's target.
fn is_there() -> bool {
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "list", "--installed", "--toolchain", VERSION]).stderr(Stdio::null());
    rustup.output().is_ok_and(|output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == TARGET))
}

/// A cargo command of this compiler. Its output folder is its own, so that two compilers do not share one.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", VERSION, "cargo", subcommand, "--locked", "--target-dir"]);
    command.arg(workspace::target().join("oldest-rust")).current_dir(workspace::root());
    // The running cargo has set this for its own compiler.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_that_the_client_promises() {
        let manifest = std::fs::read_to_string(workspace::root().join("sdk/Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("\nrust-version = \"{VERSION}\"\n")));
    }
}
