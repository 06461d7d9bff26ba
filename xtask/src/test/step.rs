//! The steps and their order: quick ones come first.

use anyhow::Result;
use clap::ValueEnum;

use super::count::Count;
use super::{deliberate_faults, steps};

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting
    Format,
    /// Spelling
    Spelling,
    /// Lints of everything that runs on this machine
    Clippy,
    /// Lints of what runs as wasm
    ClippyWasm,
    /// The client as it is published, and with the oldest compiler that it promises
    OldestRust,
    /// Format and lints of all JavaScript and TypeScript
    Javascript,
    /// The page's types
    Types,
    /// Lints of the API's description
    DescriptionLint,
    /// Unit, property and documentation tests
    Unit,
    /// Faults put into the rules on purpose: the tests of the rules find each
    DeliberateFaults,
    /// Tests that run as wasm in Node
    Wasm,
    /// The Worker, as deployed and with faults that tests can cause
    Build,
    /// End to end on workerd, through the client and plain HTTP
    E2e,
    /// Calls made from the API's description, right and wrong ones
    Schemathesis,
    /// The admin page in Chromium, its journeys also in Firefox and WebKit
    Browser,
    /// The fuzzer, a minute for each target
    Fuzz,
    /// Many more calls made from the API's description, by everybody who may call
    SchemathesisLong,
    /// Licences, sources and versions of the dependencies, and whether each is used
    Dependencies,
    /// Known vulnerabilities of the dependencies
    Advisories,
}

impl Step {
    /// The steps of a run without options, in this order.
    pub(crate) const ALL: [Self; 15] = [
        Self::Format,
        Self::Spelling,
        Self::Clippy,
        Self::ClippyWasm,
        Self::OldestRust,
        Self::Javascript,
        Self::Types,
        Self::DescriptionLint,
        Self::Unit,
        Self::DeliberateFaults,
        Self::Wasm,
        Self::Build,
        Self::E2e,
        Self::Schemathesis,
        Self::Browser,
    ];

    /// The steps that `--long` adds: they take many minutes, the dependencies' because cargo-deny is built first.
    pub(crate) const LONG: [Self; 3] = [Self::Dependencies, Self::Fuzz, Self::SchemathesisLong];

    /// The steps that run only by name, since they need a database from the network that changes every day.
    pub(crate) const NAMED: [Self; 1] = [Self::Advisories];

    /// The name as given to `--only`.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The step's description.
    pub(crate) fn about(self) -> String {
        self.to_possible_value().and_then(|value| Some(value.get_help()?.to_string())).unwrap_or_default()
    }

    /// Runs the step and counts its tests; returns the checks that this machine cannot run, and why.
    pub(crate) fn run(self, count: &mut Count) -> Result<Option<String>> {
        let ran = match self {
            Self::Spelling => return steps::spelling(),
            Self::OldestRust => return steps::oldest_rust(),
            Self::Schemathesis => return steps::schemathesis("key,maker,issuer", 1, count),
            Self::Browser => return steps::browser(count),
            Self::SchemathesisLong => return steps::schemathesis("key,maker,checker,admin,issuer", 100, count),
            Self::Format => steps::format(),
            Self::Clippy => steps::clippy(),
            Self::ClippyWasm => steps::clippy_wasm(),
            Self::Javascript => steps::javascript(),
            Self::Types => steps::types(),
            Self::DescriptionLint => steps::description_lint(),
            Self::Unit => steps::unit(count),
            Self::DeliberateFaults => deliberate_faults::run(count),
            Self::Wasm => steps::wasm(count),
            Self::Build => steps::build(),
            Self::E2e => steps::e2e(count),
            Self::Fuzz => steps::fuzz(count),
            Self::Dependencies => steps::dependencies(),
            Self::Advisories => steps::advisories(),
        };
        ran.map(|()| None)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Step;
    use crate::workspace;

    fn words_of(workflow: &str) -> Vec<String> {
        let text = fs::read_to_string(workspace::root().join(".github/workflows").join(workflow)).unwrap();
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn ci_runs_every_step_but_the_long_ones_and_the_long_run_those_too() {
        let words = words_of("ci.yml");
        for step in Step::ALL.into_iter().chain(Step::NAMED).chain([Step::Dependencies]) {
            let runs = words.windows(2).any(|pair| pair[0] == "--only" && pair[1] == step.name());
            assert!(runs, ".github/workflows/ci.yml has no job with --only {}", step.name());
        }
        assert!(words_of("long.yml").iter().any(|word| word == "--long"));
    }
}
