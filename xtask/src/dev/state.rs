//! The state folder, which one process at a time may use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use crate::workspace;

/// A locked state folder. Two processes on one folder would write into each other's storage.
#[derive(Debug)]
pub(crate) struct State {
    folder: PathBuf,
    _lock: File,
}

impl State {
    /// Creates the folder when missing, and locks it.
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        let folder = std::path::absolute(folder)?;
        fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
        let lock = File::create(folder.join("lock")).with_context(|| format!("could not use {}", folder.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!(
                "the state folder {} is in use by another `cargo xtask dev`: stop that one, or choose another folder \
                 with --state",
                workspace::shown(&folder)
            );
        }
        Ok(Self { folder, _lock: lock })
    }

    /// The folder's absolute path.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
