//! Size of the Worker: the upload limit counts gzipped bytes, loading counts raw bytes.

use std::fs;
use std::io::Write as _;

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use super::worker::Worker;
use crate::workspace;

/// Prints the wasm's size, raw and gzipped.
pub(super) fn print(worker: Worker) -> Result<()> {
    let [_, wasm] = worker.generated();
    let file = worker.folder().join(wasm);
    let wasm = fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
    let zipped = zipped_len(&wasm)?;
    println!("{}: {} KiB, {} KiB gzipped", workspace::shown(&file), wasm.len() / 1024, zipped / 1024);
    Ok(())
}

/// Number of bytes after gzip.
pub(crate) fn zipped_len(bytes: &[u8]) -> Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len())
}
