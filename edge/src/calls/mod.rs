//! Calls that ask other objects: what the shell does next for one, how it goes on with a reply, and whom it can ask.

pub(crate) mod executor;
pub(crate) mod objects;
pub(crate) mod shared;
pub(crate) mod step;
