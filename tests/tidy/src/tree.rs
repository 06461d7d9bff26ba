//! The source files and their text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The text of each file by its path from the workspace's root.
#[derive(Debug, Default)]
pub struct Tree(pub BTreeMap<String, String>);

impl Tree {
    /// The files of this workspace that git tracks or would track; without git, all files outside build folders.
    pub fn of_workspace() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut tree = Self::default();
        for path in git_files(&root).unwrap_or_else(|| walk(&root)) {
            let is_read = path == "Cargo.toml" || path.ends_with("/Cargo.toml") || is_source(&path);
            let file = root.join(&path);
            // git still lists a file that was deleted but not yet committed.
            if is_read && file.is_file() {
                let text = fs::read_to_string(&file).map_err(|error| format!("could not read {path}: {error}"))?;
                tree.0.insert(path, text);
            }
        }
        Ok(tree)
    }

    /// A made-up tree.
    pub fn made_up(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// The source files: Rust, JavaScript and TypeScript.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str())).filter(|(path, _)| is_source(path))
    }

    /// The number of lines of a file.
    pub fn lines(&self, path: &str) -> usize {
        self.0.get(path).map_or(0, |text| text.lines().count())
    }
}

fn is_source(path: &str) -> bool {
    is_rust(path) || is_javascript(path)
}

/// Whether a path names a Rust file.
pub fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Whether a path names a JavaScript or TypeScript file.
pub fn is_javascript(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "js" || extension == "ts")
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root).output().ok()?;
    let names = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| names.split_terminator('\0').map(str::to_owned).collect())
}

fn walk(root: &Path) -> Vec<String> {
    let mut folders = vec![PathBuf::new()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let skipped = name == "target" || name == "node_modules" || name.to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !skipped => folders.push(folder.join(name)),
                Ok(kind) if kind.is_file() => files.push(folder.join(name).to_string_lossy().into_owned()),
                _ => {}
            }
        }
    }
    files
}
