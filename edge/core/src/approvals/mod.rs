//! Approvals: one person asks, another decides, and what nobody decides lapses.

pub mod deadlines;
pub mod decide;
pub mod model;
