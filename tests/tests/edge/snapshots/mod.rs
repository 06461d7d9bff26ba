//! Snapshots of the texts that people read: refusals, entries of the audit chain, lines of the log.
//! After a change on purpose `UPDATE_EXPECT=1` writes the texts anew; the difference is what to review.

use std::fs;
use std::path::{Path, PathBuf};

mod audit;
mod log;
mod mask;
mod refusals;

/// The files below a folder of the workspace whose names end so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "there is no {ending} below {folder}");
    found
}

#[test]
fn every_snapshot_is_compared_with_something() {
    let here = "tests/tests/edge/snapshots";
    let sources: String = files(here, ".rs").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for path in files(here, "") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let compared =
            sources.contains(&format!("/{name}\"]")) || sources.contains(&format!("expect_file![\"{name}\"]"));
        let is_source = path.extension().is_some_and(|ending| ending == "rs");
        assert!(is_source || compared, "nothing is compared with {}", path.display());
    }
}
