//! A test of the tests: puts faults into a copy of the rules, one at a time, and shows that the model finds each.
//!
//! All faults are compiled into one copy, each behind a switch that an environment variable turns on.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::count::Count;
use crate::command::{cargo, output};
use crate::workspace;

/// The table of faults.
const TABLE: &str = "edge/core/tests/deliberate-faults.toml";
/// Commands of the simulator, enough for each of its faults, from one seed.
const SIMULATOR: [(&str, &str); 2] = [("SIMULATOR_COMMANDS", "40000"), ("SIMULATOR_SEED", "7")];
/// The module of the copy that turns a fault on.
const SWITCH: &str = "
/// The fault that is on.
pub(crate) mod deliberate {
    use std::sync::LazyLock;

    static ON: LazyLock<Option<usize>> = LazyLock::new(|| std::env::var(\"DELIBERATE_FAULT\").ok()?.parse().ok());

    pub(crate) fn is_on(fault: usize) -> bool {
        *ON == Some(fault)
    }
}
";

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    found_by: String,
    edit: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

/// Builds the copy and runs it once for each fault; a fault that nothing finds has failed.
pub(super) fn run(count: &mut Count) -> Result<()> {
    let text = fs::read_to_string(workspace::root().join(TABLE)).context(TABLE)?;
    let Table { fault: faults } = toml::from_str(&text).context(TABLE)?;
    let program = build(&copy(&faults)?)?;
    let (next, lines) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((number, fault)) = faults.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    let line = find(&program, number, fault);
                    lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
                }
            });
        }
    });
    let lines = lines.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    ensure!(lines.len() == faults.len(), "a fault was not tried");
    for (found, line) in lines {
        println!("{line}");
        count.add(if found { Count { passed: 1, failed: 0 } } else { Count { passed: 0, failed: 1 } });
    }
    ensure!(count.failed == 0, "the tests of the rules do not find every deliberate fault");
    Ok(())
}

/// Writes a workspace that holds a copy of the rules with all faults, and returns its folder.
fn copy(faults: &[Fault]) -> Result<PathBuf> {
    let (root, folder) = (workspace::root(), workspace::root().join("target/deliberate-faults"));
    let core = folder.join("core");
    if core.exists() {
        fs::remove_dir_all(&core)?;
    }
    copy_folder(&root.join("edge/core"), &core)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let (before, after) = manifest.split_once("members = [").context("no members in Cargo.toml")?;
    let (_, after) = after.split_once(']').context("no end of the members in Cargo.toml")?;
    let manifest = format!("{before}members = [\"core\"]{after}")
        .replace("path = \"edge/core\"", "path = \"core\"")
        .replace("path = \"sdk\"", &format!("path = \"{}\"", root.join("sdk").display()));
    fs::write(folder.join("Cargo.toml"), manifest)?;
    for (number, fault) in faults.iter().enumerate() {
        let on = format!("crate::deliberate::is_on({number})");
        for Edit { file, from, to } in &fault.edit {
            let path = core.join(file);
            let text = fs::read_to_string(&path).with_context(|| file.clone())?;
            ensure!(text.matches(from).count() == 1, "{}: its place in {file} is not found once: {from}", fault.name);
            fs::write(&path, text.replace(from, &to.replace("FAULT", &on)))?;
        }
    }
    let lib = core.join("src/lib.rs");
    let mut text = fs::read_to_string(&lib)?;
    text.write_str(SWITCH)?;
    fs::write(&lib, text)?;
    Ok(folder)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Builds the tests of the copy and returns their program.
fn build(folder: &Path) -> Result<PathBuf> {
    let mut command = cargo("test");
    command.args(["--test", "rules", "--no-run", "--message-format", "json", "--quiet"]);
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    let messages = output(command.stderr(Stdio::inherit()))?;
    let program = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message.get("executable").and_then(|path| path.as_str()).map(PathBuf::from));
    program.context("the copy's tests have no program")
}

/// Runs the tests that should find a fault; returns whether they did, and a line for people.
fn find(program: &Path, number: usize, fault: &Fault) -> (bool, String) {
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.arg(&fault.found_by).args(["--test-threads", "1"]).env("DELIBERATE_FAULT", number.to_string());
    let result = command.envs(SIMULATOR).env_remove("RUST_BACKTRACE").output();
    let text = result.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let failed: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED")).collect();
    let seconds = begun.elapsed().as_secs_f64();
    match failed.first() {
        Some(test) => (true, format!("found    {:<75} {test}, {seconds:.1} s", fault.name)),
        None => (false, format!("NOT FOUND  {} by {}, {seconds:.1} s", fault.name, fault.found_by)),
    }
}
