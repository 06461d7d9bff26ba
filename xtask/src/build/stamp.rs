//! Remembers the wasm from which a finished folder was made, so that an unchanged one costs nothing.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};

use super::worker::Worker;
use crate::{say, workspace};

/// Identifies a wasm and its processing. A compiler that hashes differently costs one build.
pub(super) fn of(wasm: &[u8], recipe: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (wasm, recipe).hash(&mut hasher);
    hasher.finish()
}

/// Whether the finished files were made from exactly this wasm and processing.
pub(super) fn is_current(stamp: u64, worker: Worker) -> bool {
    fs::read_to_string(file(worker)).is_ok_and(|text| text == stamp.to_string())
        && worker.generated().iter().all(|name| worker.folder().join(name).is_file())
}

/// Records the wasm and processing of the finished files.
pub(super) fn write(stamp: u64, worker: Worker) -> Result<()> {
    fs::write(file(worker), stamp.to_string()).context("could not note what was built")
}

/// Locks the finished folders against a second build while the returned value lives.
pub(super) fn lock() -> Result<File> {
    let lock = File::create(workspace::target().join("edge.lock")).context("could not create the build's lock")?;
    if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        say::step("Waiting for another build of the Worker");
        flock(&lock, FlockOperation::LockExclusive).context("could not take the build's lock")?;
    }
    Ok(lock)
}

fn file(worker: Worker) -> PathBuf {
    worker.folder().with_extension("stamp")
}
