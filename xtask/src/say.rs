//! What the person at the terminal reads.

/// One line on what happens now. It goes to the error stream, so that what a command answers stays apart.
pub(crate) fn step(text: impl std::fmt::Display) {
    eprintln!("==> {text}");
}
