//! Reasons why there are no pages.

use std::io;
use std::path::PathBuf;

/// A reason why the pages could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("could not {what} {}", .path.display())]
    Io {
        /// `read`, `write` or `remove`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Mistakes in the guides, a sentence each.
    #[error("the guides have mistakes:\n{}", .0.join("\n"))]
    Mistakes(Vec<String>),
}

impl Error {
    pub(crate) fn io(what: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}
