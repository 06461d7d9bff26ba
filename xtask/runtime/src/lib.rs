//! The built Worker on bare `workerd serve`: what wrangler runs, without wrangler's proxy, which costs ten times the
//! request itself. `cargo xtask dev --runtime workerd`, the end-to-end tests and load use it.
//!
//! Compatibility date, objects, variables and assets come from `wrangler.toml`, so the two runtimes cannot differ.

mod capnp;
mod error;
mod guard;
mod options;
mod project;
mod secrets;
mod workerd;

pub use error::Error;
pub use guard::Guard;
pub use options::{Entry, Options};
pub use secrets::Secrets;
pub use workerd::{Workerd, workerd_in};
