//! The catalogue of limits, `docs/LIMITS.md`, has a row for every list, stream and member of a body that the description
//! names, and every row's test exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::document::document;

/// A part of the document that a reference names.
fn resolved<'a>(document: &'a Value, mut part: &'a Value) -> &'a Value {
    while let Some(pointer) = part["$ref"].as_str() {
        part = document.pointer(pointer.trim_start_matches('#')).unwrap();
    }
    part
}

fn is_of(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

/// Names of the members of a body that have no fixed length.
fn members(document: &Value, schema: &Value, names: &mut BTreeSet<String>) {
    let schema = resolved(document, schema);
    for kind in ["oneOf", "anyOf", "allOf"] {
        schema[kind].as_array().into_iter().flatten().for_each(|one| members(document, one, names));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let member = resolved(document, member);
        if (is_of(member, "string") && member.get("enum").is_none()) || is_of(member, "array") {
            names.insert(name.clone());
        }
        members(document, member, names);
    }
    if is_of(schema, "array") {
        members(document, &schema["items"], names);
    }
}

/// Names of what an answer may repeat: the operation, for a list or stream; or a member.
fn lists(document: &Value, operation: &Value, names: &mut BTreeSet<String>) {
    let id = operation["operationId"].as_str().unwrap().to_owned();
    for (status, answer) in operation["responses"].as_object().unwrap() {
        if !status.starts_with('2') {
            continue;
        }
        let answer = resolved(document, answer);
        for (media_type, content) in answer["content"].as_object().into_iter().flatten() {
            let schema = resolved(document, &content["schema"]);
            if media_type != "application/json" || is_of(schema, "array") {
                names.insert(id.clone());
            }
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                if is_of(resolved(document, member), "array") {
                    names.insert(if name == "items" { id.clone() } else { name.clone() });
                }
            }
        }
    }
}

/// Texts between backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// All functions of tests, by name.
fn tests(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            tests(&entry, names);
        } else if entry.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let functions = text.lines().filter_map(|line| line.trim().strip_prefix("fn ")?.strip_suffix("() {"));
            names.extend(functions.map(str::to_owned));
        }
    }
}

#[test]
fn every_list_and_member_of_a_body_has_a_row_in_the_catalogue_and_every_row_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let catalogue = fs::read_to_string(root.join("docs/LIMITS.md")).unwrap();
    let rows: Vec<Vec<&str>> = catalogue
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| what") && !line.starts_with("| ---"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let listed: BTreeSet<&str> = rows.iter().filter_map(|row| row.first()).flat_map(|what| quoted(what)).collect();

    let document = document();
    let mut named = BTreeSet::new();
    for operation in document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        if operation["operationId"].is_string() {
            let body = resolved(&document, &operation["requestBody"]);
            members(&document, &body["content"]["application/json"]["schema"], &mut named);
            lists(&document, operation, &mut named);
        }
    }
    assert!(named.contains("memo") && named.contains("listOperations") && named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !listed.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/LIMITS.md says nothing of {missing:?}");

    let mut known = BTreeSet::new();
    for folder in ["edge/src", "edge/core/src", "edge/core/tests", "tests/tests"] {
        tests(&root.join(folder), &mut known);
    }
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        let reach: Vec<&str> = row.last().into_iter().flat_map(|cell| quoted(cell)).collect();
        assert!(!reach.is_empty(), "no test reaches {row:?}");
        let lost: Vec<_> = reach.iter().filter(|name| !known.contains(**name)).collect();
        assert!(lost.is_empty(), "docs/LIMITS.md names tests that do not exist: {lost:?}");
    }
}
