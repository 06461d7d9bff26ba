//! The rules of the source tree, checked on the workspace.

#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::path::Path;

use universal_wallet_tidy::tree::Tree;
use universal_wallet_tidy::{layers, leftovers, rules};

fn tree() -> Tree {
    Tree::of_workspace().unwrap()
}

#[track_caller]
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{} found:\n{}", found.len(), found.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let graph = universal_wallet_tidy::imports(&tree()).unwrap();
    let circles: Vec<_> = graph.circles().iter().map(|circle| graph.explain(circle)).collect();
    assert_none(&circles);
}

#[test]
fn every_file_imports_only_from_its_layer_and_those_below() {
    let tree = tree();
    let graph = universal_wallet_tidy::imports(&tree).unwrap();
    for area in rules::AREAS {
        println!("{}", layers::picture(area, &graph, &tree));
    }
    assert_none(&rules::AREAS.iter().flat_map(|area| layers::breaches(area, &graph)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_longer_than_allowed() {
    assert_none(&leftovers::lengths(&tree(), rules::LONG_FILES));
}

#[test]
fn no_name_of_the_prelude_is_imported() {
    assert_none(&leftovers::prelude_imports(&tree()).unwrap());
}

#[test]
fn names_are_those_of_the_field() {
    assert_none(&leftovers::old_names(&tree()).unwrap());
}

#[test]
fn comments_name_their_subject() {
    assert_none(&leftovers::what_comments(&tree()));
}

/// The tests that a row of SECURITY.md names, in its last cell.
fn named_tests(row: &str) -> impl Iterator<Item = &str> {
    let cell = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap_or_default();
    cell.split('`').skip(1).step_by(2).filter(|name| *name != "fetch" && !name.starts_with("cargo xtask "))
}

#[test]
fn every_test_that_the_security_policy_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let policy = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (_, checked) = policy.split_once("## Checked against OWASP").unwrap();
    let mut known = 0;
    for name in checked.lines().filter(|line| line.starts_with("| ")).flat_map(named_tests) {
        let e2e = root.join("tests/tests/edge").join(name);
        let is_there = root.join(name).exists() || e2e.is_dir() || e2e.with_extension("rs").is_file();
        assert!(is_there, "SECURITY.md names {name}, which is not there");
        known += 1;
    }
    assert!(known > 50, "rows are found: {known}");
}
