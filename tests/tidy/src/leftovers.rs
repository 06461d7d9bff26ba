//! Files that are too long, and names and comments that the style has left behind.

use std::collections::BTreeSet;

use crate::javascript;
use crate::rules::{MAX_LINES, OLD_ENUMS, OLD_PREFIXES, PRELUDE};
use crate::rust::{Source, Tests};
use crate::tree::{Tree, is_rust};

/// Files longer than allowed, and exceptions that are no longer needed.
pub fn lengths(tree: &Tree, exceptions: &[(&str, &str)]) -> Vec<String> {
    let is_long = |path: &str| tree.lines(path) > MAX_LINES;
    let is_exception = |path: &str| exceptions.iter().any(|(exception, _)| *exception == path);
    let long = tree.sources().filter(|(path, _)| is_long(path) && !is_exception(path)).map(|(path, _)| {
        format!("{path} has {} lines, more than {MAX_LINES}: one file says one concept, so split it", tree.lines(path))
    });
    let idle = exceptions.iter().filter(|(path, _)| !is_long(path));
    let idle = idle.map(|(path, _)| format!("{path} needs no exception for its length: take it out of the list"));
    long.chain(idle).collect()
}

/// Imports of names that every Rust module has anyway.
pub fn prelude_imports(tree: &Tree) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for (file, source) in rust_sources(tree)? {
        for used in source.modules.iter().flat_map(|module| &module.uses) {
            if let [root, inner @ ..] = used.path.as_slice() {
                let path = inner.join("::");
                let is_own_name = used.name.as_ref() == used.path.last();
                if matches!(root.as_str(), "std" | "core" | "alloc") && is_own_name && PRELUDE.contains(&path.as_str())
                {
                    found.push(format!("{file} imports {root}::{path}, which is in the prelude: leave the import out"));
                }
            }
        }
    }
    Ok(found)
}

/// Names that the field does not use.
pub fn old_names(tree: &Tree) -> Result<Vec<String>, String> {
    let mut found = BTreeSet::new();
    for (file, source) in rust_sources(tree)? {
        for (keyword, name) in source.words.iter().zip(source.words.iter().skip(1)) {
            if keyword == "enum" && OLD_ENUMS.contains(&name.as_str()) {
                found.insert(format!(
                    "{file} has an enum {name}: write the flow as an async fn, or name what it tells apart"
                ));
            }
        }
        found.extend(source.words.iter().filter_map(|word| old_prefix(file, word)));
    }
    for (file, text) in tree.sources().filter(|(path, _)| !is_rust(path)) {
        for token in javascript::tokens(text).map_err(|error| format!("could not read {file}: {error}"))? {
            if let javascript::Token::Word(word) = token {
                found.extend(old_prefix(file, &word));
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Comments whose sentence has no subject but a "what …" clause. A question may begin so.
pub fn what_comments(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in tree.sources() {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start();
            let comment = ["/// ", "//! ", "// ", "/** ", "* "].iter().find_map(|start| line.strip_prefix(start));
            if comment.is_some_and(|comment| comment.starts_with("What ") && !comment.contains('?')) {
                found.push(format!("{file}:{number} begins with \"What\": name the subject ({line})"));
            }
        }
    }
    found
}

fn old_prefix(file: &str, word: &str) -> Option<String> {
    let (prefix, new) = OLD_PREFIXES.iter().find(|(prefix, _)| word.starts_with(prefix))?;
    Some(format!("{file} names {word}: write {new} instead of {prefix}"))
}

fn rust_sources(tree: &Tree) -> Result<Vec<(&str, Source)>, String> {
    let rust = tree.sources().filter(|(path, _)| is_rust(path));
    rust.map(|(path, text)| {
        Source::read(text, Tests::Kept).map(|source| (path, source)).map_err(|error| format!("{path}: {error}"))
    })
    .collect()
}
