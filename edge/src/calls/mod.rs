//! Calls that ask other objects: the steps for the shell, the executor, and the objects that can be asked.

pub(crate) mod executor;
pub(crate) mod objects;
pub(crate) mod shared;
pub(crate) mod step;
