//! Size of the build, and the time to instantiate it.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

use crate::measure::Spread;
use crate::server::{node, workspace};

/// Upload size and cold-start time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Size {
    wasm_bytes: usize,
    wasm_gzipped_bytes: usize,
    /// All scripts of the build, without the tests' entry.
    scripts_bytes: usize,
    scripts_gzipped_bytes: usize,
    /// Milliseconds to compile and instantiate the wasm, in fresh Node processes.
    instantiation_ms: Spread,
}

/// Compiles and instantiates with empty imports of the right kinds, as workerd's V8 would.
const INSTANTIATE: &str = "
const bytes = require('fs').readFileSync(process.argv[1]);
const start = performance.now();
const module = new WebAssembly.Module(bytes);
const imports = {};
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  if (kind !== 'function') throw new Error(`${name} is a ${kind}`);
  (imports[from] ??= {})[name] = () => {};
}
new WebAssembly.Instance(module, imports);
console.log(performance.now() - start);
";

/// Measures the build in target/edge.
pub(crate) fn measure() -> Result<Size> {
    let build = workspace().join("target/edge");
    let (mut wasm, mut scripts) = (Vec::new(), Vec::new());
    for file in fs::read_dir(&build).context("there is no build")? {
        let file = file?.path();
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("wasm") => wasm = fs::read(&file)?,
            Some("js") if !file.ends_with("testing.js") => scripts.extend(fs::read(&file)?),
            _ => {}
        }
    }
    let once = || -> Result<f64> {
        let output = Command::new(node()).args(["-e", INSTANTIATE]).arg(build.join("edge_bg.wasm")).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    };
    let times = (0..9).map(|_| once()).collect::<Result<Vec<_>>>()?;
    Ok(Size {
        wasm_bytes: wasm.len(),
        wasm_gzipped_bytes: gzipped(&wasm)?,
        scripts_bytes: scripts.len(),
        scripts_gzipped_bytes: gzipped(&scripts)?,
        instantiation_ms: Spread::of(times).context("no time was taken")?,
    })
}

/// Prints the figures beside the targets.
pub(crate) fn print(size: &Size) {
    let met = |met| if met { "met" } else { "NOT met" };
    let small = size.wasm_gzipped_bytes <= 1 << 20;
    println!("\nwasm: {} bytes, {} gzipped; target ≤ 1 MiB: {}", size.wasm_bytes, size.wasm_gzipped_bytes, met(small));
    println!("scripts: {} bytes, {} gzipped", size.scripts_bytes, size.scripts_gzipped_bytes);
    let Spread { median, lower, upper } = size.instantiation_ms;
    println!(
        "compiling and instantiating: {median:.1} ms ({lower:.1}–{upper:.1}); target ≤ 20: {}",
        met(median <= 20.0)
    );
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len())
}
