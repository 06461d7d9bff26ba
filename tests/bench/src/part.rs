//! What a run of the benchmark consists of.

use clap::ValueEnum;

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Reading the balance, beside a hop that does nothing, a row that is read, and the whole job in JavaScript
    Balance,
    /// An auto-approved cash-in, beside three blind writes and the whole job in JavaScript
    CashIn,
    /// A forged key, beside a hello and the whole job in JavaScript
    Forged,
    /// A distributor with 1,000,000 operations and 10,000 keys, beside an empty one
    Large,
    /// Size of the build, and how long it takes to instantiate
    Size,
}

impl Part {
    /// All that needs no further package.
    pub(crate) const FULL: [Self; 5] = [Self::Balance, Self::CashIn, Self::Forged, Self::Large, Self::Size];
    /// What changes often while one works on speed.
    pub(crate) const QUICK: [Self; 4] = [Self::Balance, Self::CashIn, Self::Forged, Self::Size];
}
