//! Imports between Rust files, over all crates of the workspace.

use std::collections::BTreeMap;

use crate::graph::Graph;
use crate::rust::{Module, Source, Tests};
use crate::tree::Tree;

/// Upper bound on a chain of re-exports, so that a circle of them ends.
const MAX_STEPS: usize = 16;

type Path = Vec<String>;

/// A crate's modules.
#[derive(Default)]
struct Crate {
    /// The file of each module that has one.
    files: BTreeMap<Path, String>,
    /// The modules that are read: those with their own files, and those written inside one.
    modules: BTreeMap<Path, Module>,
}

/// Adds the files and edges of all crates.
///
/// An import is an edge to the file that it names: a path through a re-export leads to the re-exporting file.
pub(crate) fn add(tree: &Tree, graph: &mut Graph) -> Result<(), String> {
    let crates = crates(tree)?;
    for one in crates.values() {
        for (path, module) in &one.modules {
            let Some((from, _)) = one.file_of(path) else { continue };
            graph.add_file(from);
            let paths = module.uses.iter().map(|used| &used.path).chain(&module.paths);
            for named in paths {
                let target = match one.absolute(path, named, MAX_STEPS) {
                    Some(absolute) => one.file_of(&absolute),
                    None => named.split_first().and_then(|(name, rest)| crates.get(name)?.file_of(rest)),
                };
                if let Some((to, name)) = target {
                    graph.add(from, to, &name);
                }
            }
        }
    }
    Ok(())
}

impl Crate {
    /// The file of a path, and the first name that follows its module (or the module's own).
    fn file_of(&self, path: &[String]) -> Option<(&str, String)> {
        let (module, file) = (0..=path.len()).rev().find_map(|length| self.files.get_key_value(path.get(..length)?))?;
        let name = path.get(module.len()).or(module.last()).cloned().unwrap_or_default();
        Some((file, name))
    }

    /// Resolves a path from the crate's root, if it leads into this crate.
    fn absolute(&self, module: &[String], path: &[String], steps: usize) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        let join = |start: &[String]| Some(start.iter().chain(rest).cloned().collect::<Path>());
        let steps = steps.checked_sub(1)?;
        match first.as_str() {
            "crate" => return join(&[]),
            "self" => return upward(module, rest),
            "super" => return upward(module.split_last()?.1, rest),
            _ => {}
        }
        let child: Path = module.iter().chain([first]).cloned().collect();
        if self.modules.contains_key(&child) {
            return join(&child);
        }
        let uses = &self.modules.get(module)?.uses;
        let mut named =
            uses.iter().filter(|used| used.name.as_ref() == Some(first) && used.path.first() != Some(first));
        if let Some(start) = named.find_map(|used| self.absolute(module, &used.path, steps)) {
            return join(&start);
        }
        let mut globs = uses.iter().filter(|used| used.name.is_none());
        globs.find_map(|glob| self.absolute(&self.absolute(module, &glob.path, steps)?, path, steps))
    }
}

/// Resolves a path from `module`, or from a module above it.
fn upward(module: &[String], rest: &[String]) -> Option<Path> {
    match rest.split_first() {
        Some((first, rest)) if first == "super" => upward(module.split_last()?.1, rest),
        _ => Some(module.iter().chain(rest).cloned().collect()),
    }
}

/// The crates, by the names under which others import them.
fn crates(tree: &Tree) -> Result<BTreeMap<String, Crate>, String> {
    let mut crates = BTreeMap::new();
    for (manifest, text) in tree.0.iter().filter(|(path, _)| path.ends_with("/Cargo.toml")) {
        let folder = format!("{}/src/", manifest.trim_end_matches("/Cargo.toml"));
        if let Some(name) = text.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')) {
            crates.insert(name.replace('-', "_"), read_crate(tree, &folder)?);
        }
    }
    Ok(crates)
}

fn read_crate(tree: &Tree, folder: &str) -> Result<Crate, String> {
    let mut read = Crate::default();
    let mut for_tests = Vec::new();
    let is_library = tree.0.contains_key(&format!("{folder}lib.rs"));
    for (file, text) in tree.0.range(folder.to_owned()..) {
        let Some(inside) = file.strip_prefix(folder) else { break };
        let Some(name) = inside.strip_suffix(".rs") else { continue };
        let mut path: Path = name.split('/').map(str::to_owned).collect();
        let is_root = name == "lib" || (name == "main" && !is_library);
        if is_root || path.last().is_some_and(|last| last == "mod") {
            path.pop();
        }
        let source = Source::read(text, Tests::LeftOut).map_err(|error| format!("could not read {file}: {error}"))?;
        let within = |inner: Path| path.iter().cloned().chain(inner).collect::<Path>();
        for_tests.extend(source.test_modules.into_iter().map(within));
        for mut module in source.modules {
            module.path = within(module.path);
            read.modules.insert(module.path.clone(), module);
        }
        read.files.insert(path, file.clone());
    }
    let in_tests = |path: &Path| for_tests.iter().any(|start| path.starts_with(start));
    read.files.retain(|path, _| !in_tests(path));
    read.modules.retain(|path, _| !in_tests(path));
    Ok(read)
}
