//! Approvals: one person makes a request, another decides it, and an undecided request lapses.

pub mod deadlines;
pub mod decide;
pub mod deciding;
pub mod model;
pub mod open_requests;
