//! The graph of imports, file to file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Each file with the files that it imports, and the imported names.
#[derive(Debug, Default)]
pub struct Graph(pub BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Graph {
    pub(crate) fn add_file(&mut self, file: &str) {
        self.0.entry(file.to_owned()).or_default();
    }

    pub(crate) fn add(&mut self, from: &str, to: &str, name: &str) {
        if from != to {
            let names = self.0.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default();
            names.insert(name.to_owned());
        }
    }

    /// Every import: from, to and the names.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &str, &BTreeSet<String>)> {
        self.0.iter().flat_map(|(from, to)| to.iter().map(move |(to, names)| (from.as_str(), to.as_str(), names)))
    }

    /// The files reachable from a file.
    fn reached(&self, start: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            for to in self.0.get(file).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(to.as_str()) {
                    open.push(to);
                }
            }
        }
        reached
    }

    /// Each set of files that all import each other, directly or through others.
    pub fn circles(&self) -> Vec<BTreeSet<&str>> {
        let reached: BTreeMap<&str, _> = self.0.keys().map(|file| (file.as_str(), self.reached(file))).collect();
        let mut circles = BTreeSet::new();
        for (file, others) in &reached {
            if others.contains(file) {
                let back = |other: &&str| reached.get(other).is_some_and(|set| set.contains(file));
                circles.insert(others.iter().copied().filter(back).collect::<BTreeSet<_>>());
            }
        }
        circles.into_iter().collect()
    }

    /// A circle's imports with the names that tie it, a line each.
    pub fn explain(&self, circle: &BTreeSet<&str>) -> String {
        let mut text = format!("a circle of {} files:\n", circle.len());
        for (from, to, names) in self.imports() {
            if circle.contains(from) && circle.contains(to) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                _ = writeln!(text, "  {from} -> {to} ({})", names.join(", "));
            }
        }
        text
    }
}
