//! The steps and their order: what is quick to fail comes first.

use anyhow::Result;
use clap::ValueEnum;

use super::count::Count;
use super::steps;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Formatting
    Format,
    /// Lints of everything that runs on this machine
    Clippy,
    /// Lints of what runs as wasm
    ClippyWasm,
    /// The client with the oldest compiler that it promises
    OldestRust,
    /// Format and lints of all JavaScript and TypeScript
    Javascript,
    /// The page's types
    Types,
    /// Lints of the API's description
    DescriptionLint,
    /// Unit, property and documentation tests
    Unit,
    /// Tests that run as wasm in Node
    Wasm,
    /// The Worker, as deployed and with faults that tests can cause
    Build,
    /// End to end on workerd, through the client and plain HTTP
    E2e,
    /// Calls made from the API's description, right and wrong ones
    Schemathesis,
    /// The admin page in Chromium
    Browser,
    /// The fuzzer, a minute for each target
    Fuzz,
    /// Many more calls made from the API's description, by everybody who may call
    SchemathesisLong,
}

impl Step {
    /// What runs by itself, in this order.
    pub(crate) const ALL: [Self; 13] = [
        Self::Format,
        Self::Clippy,
        Self::ClippyWasm,
        Self::OldestRust,
        Self::Javascript,
        Self::Types,
        Self::DescriptionLint,
        Self::Unit,
        Self::Wasm,
        Self::Build,
        Self::E2e,
        Self::Schemathesis,
        Self::Browser,
    ];

    /// What `--long` adds: it takes many minutes.
    pub(crate) const LONG: [Self; 2] = [Self::Fuzz, Self::SchemathesisLong];

    /// The name as given to `--only`.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it checks.
    pub(crate) fn about(self) -> String {
        self.to_possible_value().and_then(|value| Some(value.get_help()?.to_string())).unwrap_or_default()
    }

    /// Runs it and counts its tests; answers what could not be checked here, and why.
    pub(crate) fn run(self, count: &mut Count) -> Result<Option<String>> {
        let ran = match self {
            Self::OldestRust => return steps::oldest_rust(),
            Self::Schemathesis => return steps::schemathesis("key,maker,issuer", 1, count),
            Self::SchemathesisLong => return steps::schemathesis("key,maker,checker,admin,issuer", 100, count),
            Self::Format => steps::format(),
            Self::Clippy => steps::clippy(),
            Self::ClippyWasm => steps::clippy_wasm(),
            Self::Javascript => steps::javascript(),
            Self::Types => steps::types(),
            Self::DescriptionLint => steps::description_lint(),
            Self::Unit => steps::unit(count),
            Self::Wasm => steps::wasm(count),
            Self::Build => steps::build(),
            Self::E2e => steps::e2e(count),
            Self::Browser => steps::browser(count),
            Self::Fuzz => steps::fuzz(count),
        };
        ran.map(|()| None)
    }
}
