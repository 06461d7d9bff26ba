//! The layers of an area, and the imports that break them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::graph::Graph;
use crate::tree::Tree;

/// A part of the tree with layers.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// The folder that the paths are in, `/` at its end; empty for the whole workspace.
    pub folder: &'static str,
    /// The rows from top to bottom. A layer may import the layers in the rows below, and none beside it.
    pub rows: &'static [&'static [Layer]],
}

/// A group of files.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    /// The layer's name in messages and in the picture.
    pub name: &'static str,
    /// Files, and folders with `/` at their end. The longest one that fits a file decides where the file belongs.
    pub paths: &'static [&'static str],
}

impl Area {
    /// The row and the layer of a file.
    fn layer_of(&self, file: &str) -> Option<(usize, &'static Layer)> {
        let inside = file.strip_prefix(self.folder)?;
        let fit = |path: &&&str| if path.ends_with('/') { inside.starts_with(**path) } else { inside == **path };
        let longest = |layer: &Layer| layer.paths.iter().filter(fit).map(|path| path.len()).max();
        let layers =
            self.rows.iter().enumerate().flat_map(|(row, layers)| layers.iter().map(move |layer| (row, layer)));
        layers.filter(|(_, layer)| longest(layer).is_some()).max_by_key(|(_, layer)| longest(layer))
    }

    fn files<'a>(&self, graph: &'a Graph) -> impl Iterator<Item = &'a str> {
        graph.0.keys().map(String::as_str).filter(|file| file.starts_with(self.folder))
    }
}

/// Files without a layer, paths without a file, and imports from a layer above or beside, a line each.
pub fn breaches(area: &Area, graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for file in area.files(graph).filter(|file| area.layer_of(file).is_none()) {
        found.push(format!("{file} belongs to no layer: add it to the table in tests/tidy/src/rules.rs"));
    }
    for layer in area.rows.iter().copied().flatten() {
        for path in layer.paths {
            let path = format!("{}{path}", area.folder);
            if !area.files(graph).any(|file| if path.ends_with('/') { file.starts_with(&path) } else { file == path }) {
                found.push(format!(
                    "{path} is in the layer {} but not in the tree: take it out of the table",
                    layer.name
                ));
            }
        }
    }
    for (from, to, names) in graph.imports() {
        let (Some((row, upper)), Some((below, lower))) = (area.layer_of(from), area.layer_of(to)) else { continue };
        if below <= row && upper.name != lower.name {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let names = names.join(", ");
            let place = if below < row { "above" } else { "beside" };
            found.push(format!(
                "{from} ({}) imports {names} from {to} ({}), a layer {place} it: move it down, or hand it in as an argument",
                upper.name, lower.name
            ));
        }
    }
    found
}

/// The layers as text: files, lines, and the layers that each one imports with the number of imports.
pub fn picture(area: &Area, graph: &Graph, tree: &Tree) -> String {
    let mut arrows: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (from, to, names) in graph.imports() {
        if let (Some((_, from)), Some((_, to))) = (area.layer_of(from), area.layer_of(to))
            && from.name != to.name
        {
            *arrows.entry(from.name).or_default().entry(to.name).or_default() += names.len();
        }
    }
    let mut text = format!("{}\n", if area.folder.is_empty() { "workspace" } else { area.folder });
    for row in area.rows {
        for (at, layer) in row.iter().enumerate() {
            let own = |file: &&str| area.layer_of(file).is_some_and(|(_, of)| of.name == layer.name);
            let files: BTreeSet<_> = area.files(graph).filter(own).collect();
            let lines: usize = files.iter().map(|file| tree.lines(file)).sum();
            let targets: Vec<_> =
                arrows.get(layer.name).into_iter().flatten().map(|(to, n)| format!("{to} {n}")).collect();
            let mark = if at == 0 { ' ' } else { '|' };
            let targets = if targets.is_empty() { "-".to_owned() } else { targets.join(", ") };
            _ = writeln!(text, "{mark} {:<14}{:>4} files {lines:>6} lines  -> {targets}", layer.name, files.len());
        }
    }
    text
}
