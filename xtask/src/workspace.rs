//! Paths in the workspace.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder of all build output.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// The folder of the tools installed by npm.
pub(crate) fn node_bin() -> PathBuf {
    root().join("node_modules/.bin")
}

/// The path relative to the workspace's root, as a person would type it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
