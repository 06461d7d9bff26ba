//! The runtimes that can serve the Worker.

use clap::ValueEnum;

/// A program that runs the Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Runtime {
    /// As `wrangler dev` does; the Worker is built again when its sources change
    Wrangler,
    /// Bare workerd on the same build: ten times as fast a front, for load and for tests
    Workerd,
}
