//! The built Worker on bare `workerd serve`: wrangler's runtime without wrangler's proxy, which costs ten times the
//! request itself. `cargo xtask dev --runtime workerd`, the end-to-end tests and the benchmark use it.
//!
//! Compatibility date, objects, variables and assets come from `wrangler.toml`, so the two runtimes do not differ.

mod capnp;
mod error;
mod options;
mod process_group;
mod project;
mod secrets;
mod workerd;

pub use error::Error;
pub use options::{Entry, Options, PublicServer};
pub use process_group::ProcessGroup;
pub use secrets::Secrets;
pub use workerd::{Workerd, check_port, workerd_in};
