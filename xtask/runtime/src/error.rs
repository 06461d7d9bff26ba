use std::io;
use std::path::PathBuf;

/// The reasons why the Worker did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a process could not be handled.
    #[error("could not {action}")]
    Io {
        /// The attempted action.
        action: String,
        /// The cause.
        source: io::Error,
    },
    /// `wrangler.toml` is not in the expected form.
    #[error("wrangler.toml cannot be read: {0}")]
    Project(#[from] toml::de::Error),
    /// The secrets' file is not in the form in which it was written.
    #[error("{} does not hold the secrets: remove it to have new ones made", .0.display())]
    SecretsFile(PathBuf),
    /// Another program listens on the port.
    #[error("port {0} is taken: choose another one, or stop the program that listens there")]
    PortTaken(u16),
    /// workerd exited, or did not listen in time.
    #[error("workerd did not start. It says:\n{0}")]
    NotStarted(String),
}

impl Error {
    /// For `map_err`: adds the attempted action.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
