//! Running other programs.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Runs a command with its output shown; its failure is an error with the command's own words.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {}", name(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", name(command));
    }
    Ok(())
}

/// Runs a command and returns its trimmed output. Its error output is part of the error, so it has no colours.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    command.env("FORCE_COLOR", "0");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("could not start {}", name(command)))?;
    if !output.status.success() {
        bail!("{} failed ({}): {}", name(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The cargo that started this process, in the workspace's root.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(workspace::root());
    command
}

/// The path of a program on PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn name(command: &Command) -> String {
    let arguments = command.get_args().take(3);
    let words: Vec<_> = std::iter::once(command.get_program()).chain(arguments).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
