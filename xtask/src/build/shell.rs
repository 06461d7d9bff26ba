//! The hand-written JavaScript around the wasm, and the API's description, copied beside it unchanged.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::worker::Worker;

/// Makes the folder hold exactly the shell's current files beside the generated ones.
pub(super) fn copy(worker: Worker) -> Result<()> {
    let (shell, folder) = (worker.shell(), worker.folder());
    for file in scripts(&folder)? {
        let generated = worker.generated().iter().any(|name| OsStr::new(name) == file);
        if !generated && !shell.join(&file).is_file() {
            fs::remove_file(folder.join(&file)).with_context(|| format!("could not remove {}", file.display()))?;
        }
    }
    for file in scripts(&shell)? {
        copy_file(&shell.join(&file), &folder.join(&file))?;
    }
    match worker.description() {
        // wrangler and workerd both load a .txt as a text.
        Some(description) => copy_file(&description, &folder.join("openapi.txt")),
        None => Ok(()),
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    let text = fs::read(from).with_context(|| format!("could not read {}", from.display()))?;
    // An unchanged file is left alone, since wrangler reloads files that are written.
    if fs::read(to).ok().as_ref() != Some(&text) {
        fs::write(to, text).with_context(|| format!("could not write {}", to.display()))?;
    }
    Ok(())
}

fn scripts(folder: &Path) -> Result<Vec<std::ffi::OsString>> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        if Path::new(&name).extension() == Some(OsStr::new("js")) {
            names.push(name);
        }
    }
    Ok(names)
}
