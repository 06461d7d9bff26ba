//! The commands of each step.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use edge_runtime::workerd_in;

use super::count::Count;
use crate::build::{self, Worker};
use crate::command::{cargo, run};
use crate::tools::cargo_tool::{CARGO_DENY, CARGO_MACHETE};
use crate::tools::python_tool::{SCHEMATHESIS, TYPOS};
use crate::tools::wasm_target::WasmTarget;
use crate::tools::{self, cargo_fuzz, chromium, engines, node, npm, oldest_rust};
use crate::workspace;

/// The tests that need the built Workers. No selection of targets but their names takes them in; all of the workspace is
/// selected, so that every step uses the same build of what they depend on.
const E2E: [&str; 7] = ["--workspace", "--test", "edge", "--test", "docs", "--test", "on_workerd"];
/// The crates that also run as wasm, with their folders.
const WASM: [(&str, &str); 4] = [
    ("universal-wallet-sdk", "sdk"),
    ("universal-wallet-core", "edge/core"),
    ("universal-wallet-edge", "edge"),
    ("universal-wallet-worker-client", "tests/worker-client"),
];

pub(super) fn format() -> Result<()> {
    run(cargo("fmt").args(["--all", "--check"])).context("run `cargo fmt` and look at what it changed")
}

pub(super) fn spelling() -> Result<Option<String>> {
    let Some(program) = TYPOS.set_up()? else {
        return Ok(Some("there is no Python for typos on this machine".into()));
    };
    run(Command::new(program).current_dir(workspace::root())).context("correct the word, or allow it in typos.toml")?;
    Ok(None)
}

/// All but known vulnerabilities: the policy in `deny.toml`, and unused dependencies.
pub(super) fn dependencies() -> Result<()> {
    let deny = ["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    run(Command::new(CARGO_DENY.set_up()?).args(deny).current_dir(workspace::root()))?;
    let folders = ["edge", "fuzz", "sdk", "tests", "xtask"];
    run(Command::new(CARGO_MACHETE.set_up()?).args(folders).current_dir(workspace::root()))
        .context("remove the dependency that is named, or list it under [package.metadata.cargo-machete]")
}

/// Fails if the database of vulnerabilities cannot be fetched.
pub(super) fn advisories() -> Result<()> {
    run(Command::new(CARGO_DENY.set_up()?).args(["--locked", "check", "advisories"]).current_dir(workspace::root()))
}

pub(super) fn clippy() -> Result<()> {
    run(cargo("clippy").args(["--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    run(cargo("clippy").args(E2E).args(["--locked", "--", "-D", "warnings"]))
}

pub(super) fn clippy_wasm() -> Result<()> {
    let mut command = WasmTarget::set_up()?.cargo("clippy");
    for (package, _) in WASM {
        command.args(["--package", package]);
    }
    run(command.args(["--", "-D", "warnings"]))?;
    let mut tests = WasmTarget::set_up()?.cargo("clippy");
    run(tests.args(["--package", "universal-wallet-sdk", "--test", "wasm", "--", "-D", "warnings"]))
}

/// The client as it is published, and with the oldest compiler that it promises. Without that compiler, the missing check
/// is reported, and the step passes.
pub(super) fn oldest_rust() -> Result<Option<String>> {
    run(cargo("publish").args(["--dry-run", "--allow-dirty", "--locked", "--package", "universal-wallet-sdk"]))?;
    if let Err(why) = oldest_rust::set_up() {
        return Ok(Some(format!("the client with Rust {}. {why}", oldest_rust::VERSION)));
    }
    run(oldest_rust::cargo("check").args([
        "--package",
        "universal-wallet-sdk",
        "--features",
        "blocking,stream,tracing,webhook",
    ]))?;
    let worker =
        ["--package", "universal-wallet-sdk", "--no-default-features", "--features", "client,stream,tracing,webhook"];
    run(oldest_rust::cargo("check").args(worker).args(["--target", tools::TARGET]))?;
    Ok(None)
}

pub(super) fn javascript() -> Result<()> {
    npm::set_up()?;
    run(node::tool("biome")?.args(["ci", "--error-on-warnings"]).current_dir(workspace::root()))
        .context("run `npx biome check --write` and look at what it changed")
}

/// The page uses the API's types as generated from its description.
pub(super) fn types() -> Result<()> {
    npm::set_up()?;
    let mut generate = Command::new("npm");
    generate.args(["run", "--silent", "types", "--", "--check"]).current_dir(workspace::root());
    run(&mut generate)
        .context("web-admin/js/types/api.d.ts differs from what edge/openapi.json declares: run `npm run types`")?;
    for project in ["web-admin/jsconfig.json", "tests/worker-client/javascript/jsconfig.json"] {
        run(node::tool("tsc")?.args(["--noEmit", "--project", project]).current_dir(workspace::root()))?;
    }
    Ok(())
}

/// Every finding of the linters is a failure. They neither report home nor look for updates.
pub(super) fn description_lint() -> Result<()> {
    npm::set_up()?;
    let mut redocly = node::tool("redocly")?;
    redocly.args(["lint", "--config", "tests/openapi/redocly.yaml", "--format", "stylish", "edge/openapi.json"]);
    redocly.envs([("REDOCLY_TELEMETRY", "off"), ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")]);
    run(redocly.current_dir(workspace::root()))?;
    let mut spectral = node::tool("spectral")?;
    spectral.args(["lint", "--ruleset", "tests/openapi/spectral.yaml", "--fail-severity", "hint", "edge/openapi.json"]);
    run(spectral.current_dir(workspace::root()))
}

/// The runtime's own tests start workerd, so npm's packages must be installed.
pub(super) fn unit(count: &mut Count) -> Result<()> {
    npm::set_up()?;
    count_in(cargo("test").args(["--workspace", "--locked", "--no-fail-fast"]), count)
}

/// The test targets named `wasm`, since the others may need a system that wasm lacks.
pub(super) fn wasm(count: &mut Count) -> Result<()> {
    npm::set_up()?;
    let mut command = WasmTarget::set_up()?.cargo("test");
    for (package, folder) in WASM {
        let tests = workspace::root().join(folder).join("tests");
        if tests.join("wasm.rs").is_file() || tests.join("wasm/main.rs").is_file() {
            command.args(["--package", package]);
        }
    }
    let runner = env::current_exe().context("could not find this program")?;
    command.args(["--test", "wasm", "--no-fail-fast"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", format!("{} wasm-bindgen-test-runner", runner.display()));
    count_in(node::on_path(&mut command)?, count)
}

pub(super) fn build() -> Result<()> {
    [Worker::Edge, Worker::EdgeWithFaults, Worker::Client].into_iter().try_for_each(build::build)
}

/// Environment variables tell the tests what to run. A test often waits for its own runtime, so there is one more at a
/// time than there are cores.
pub(super) fn e2e(count: &mut Count) -> Result<()> {
    build()?;
    let threads = thread::available_parallelism().map_or(2, |cores| cores.get() + 1);
    let mut command = cargo("test");
    command.args(E2E).args(["--locked", "--no-fail-fast"]).env("RUST_TEST_THREADS", threads.to_string()).envs([
        ("EDGE_BUILD_DIR", Worker::Edge.folder()),
        ("EDGE_FAULTS_BUILD_DIR", Worker::EdgeWithFaults.folder()),
        ("WORKER_CLIENT_BUILD_DIR", Worker::Client.folder()),
        ("EDGE_ASSETS_DIR", workspace::root().join("web-admin")),
        ("EDGE_WORKERD", workerd_in(&workspace::root().join("node_modules"))),
    ]);
    count_in(&mut command, count)
}

/// The seed is fixed, so that the calls are the same each time; each operation has a limited number of random ones.
pub(super) fn schemathesis(callers: &str, cases: u32, count: &mut Count) -> Result<Option<String>> {
    let Some(program) = SCHEMATHESIS.set_up()? else {
        return Ok(Some("there is no Python 3.10 or newer for schemathesis on this machine".into()));
    };
    build::build(Worker::Edge)?;
    run(cargo("build").args(["--quiet", "--workspace", "--example", "schemathesis", "--locked"]))?;
    let mut command = Command::new(workspace::target().join("debug/examples/schemathesis"));
    command.current_dir(workspace::root());
    command.env("EDGE_BUILD_DIR", Worker::Edge.folder());
    command.env("EDGE_WORKERD", workerd_in(&workspace::root().join("node_modules")));
    command.env("SCHEMATHESIS", program).env("SCHEMATHESIS_CASES", cases.to_string());
    count_in(command.env("SCHEMATHESIS_CALLERS", callers), count)?;
    Ok(None)
}

/// Chromium runs every test, other engines the journeys; a missing one is reported, and the step passes.
pub(super) fn browser(count: &mut Count) -> Result<Option<String>> {
    build::build(Worker::Edge)?;
    let chromium = chromium::set_up()?;
    let mut command = node::tool("playwright")?;
    command.args(["test", "--config", "tests/browser"]).current_dir(workspace::root());
    if let Some(program) = chromium {
        command.env("EDGE_CHROMIUM", program);
    }
    let engines = engines::set_up();
    command.envs(engines.found);
    count_in(&mut command, count)?;
    let missing = engines.missing.join(" and ");
    Ok((!missing.is_empty()).then(|| format!("the journeys in {missing}, which this machine does not have")))
}

/// Each target for a minute, from the stored corpus. New finds go into `target/fuzz-corpus`.
pub(super) fn fuzz(count: &mut Count) -> Result<()> {
    let program = cargo_fuzz::set_up()?;
    let kept = workspace::root().join("fuzz/corpus");
    let mut targets = Vec::new();
    for folder in fs::read_dir(&kept).with_context(|| format!("could not read {}", kept.display()))? {
        targets.push(folder?.file_name());
    }
    targets.sort();
    for target in targets {
        let found = workspace::target().join("fuzz-corpus").join(&target);
        fs::create_dir_all(&found).with_context(|| format!("could not create {}", found.display()))?;
        let mut command = Command::new(&program);
        // No sanitizer: nothing here is unsafe, so stable Rust is enough.
        command.args(["fuzz", "run", "--sanitizer", "none", "--features", "libfuzzer", "--fuzz-dir", "fuzz"]);
        command.arg("--target-dir").arg(workspace::target().join("fuzz"));
        command.arg(&target).arg(&found).arg(kept.join(&target)).args(["--", "-max_total_time=60"]);
        command.arg("-print_final_stats=1").current_dir(workspace::root());
        // The Worker's profile optimises for size and links slowly.
        command.envs([("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")]);
        let result = run(&mut command);
        count.add(Count { passed: result.is_ok().into(), failed: result.is_err().into() });
        result.with_context(|| {
            format!("the fuzzer broke {}: its input is in fuzz/artifacts", target.to_string_lossy())
        })?;
    }
    Ok(())
}

/// Runs a test runner with its output shown, and counts its tests. A run without any test fails.
fn count_in(command: &mut Command, count: &mut Count) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("could not start {name}"))?;
    let output = child.stdout.take().context("a pipe was asked for")?;
    let mut ran = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        ran.add(Count::in_line(&line));
    }
    count.add(ran);
    if !child.wait()?.success() {
        bail!("not all tests passed");
    }
    if ran.passed == 0 {
        bail!("there were no tests");
    }
    Ok(())
}
