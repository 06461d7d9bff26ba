//! The bundle to upload: wrangler writes it into a folder in a dry run.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::build::{Worker, zipped_len};
use crate::command::output;
use crate::tools::{node, npm};
use crate::workspace;

/// Size limit of a gzipped Worker on Cloudflare's free plan, in bytes. A release build of the edge is a fraction of it.
const MOST: usize = 3 * 1024 * 1024;
/// A word that only the testing entry has.
const TESTS_ENTRY: &str = "\"testing\"";
/// Words that only a build with faults for tests has.
const FAULTS: &[u8] = b"a test wants a fault here";

/// Builds as `wrangler deploy` does and checks the result.
pub(super) fn problems(environment: &str) -> Result<Vec<String>> {
    npm::set_up()?;
    let folder = workspace::target().join("deploy").join(environment);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    let mut wrangler = node::tool("wrangler")?;
    wrangler.args(["deploy", "--dry-run", "--env", environment, "--outdir"]).arg(&folder);
    wrangler.current_dir(workspace::root()).envs([("CI", "1"), ("WRANGLER_SEND_METRICS", "false")]);
    output(&mut wrangler).context("wrangler would not deploy this")?;
    let mut problems = Vec::new();
    let mut modules = 0;
    for file in fs::read_dir(&folder).with_context(|| format!("could not read {}", folder.display()))? {
        let path = file?.path();
        let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        match path.extension().and_then(OsStr::to_str) {
            Some("js") if holds(&bytes, TESTS_ENTRY.as_bytes()) => {
                problems
                    .push("The tests' entry, which opens the storage, would be deployed: see who imports it.".into());
            }
            Some("wasm") => problems.extend(wasm(&path, &bytes)?),
            _ => continue,
        }
        modules += 1;
    }
    if modules == 0 {
        bail!("wrangler wrote no module into {}", folder.display());
    }
    Ok(problems)
}

fn wasm(path: &Path, bytes: &[u8]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    if holds(bytes, FAULTS) {
        problems.push("The build has faults that tests can cause: run `cargo xtask build`.".to_owned());
    }
    let [_, ours] = Worker::Edge.generated();
    let built = fs::read(Worker::Edge.folder().join(ours)).context("could not read the build")?;
    if built != bytes {
        problems.push(format!("{} is not what `cargo xtask build` made: do not edit it.", path.display()));
    }
    if zipped_len(bytes)? > MOST {
        problems.push("The wasm is too large for a Worker: it is not the release build.".to_owned());
    }
    Ok(problems)
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}
