//! Messages to the person at the terminal.

/// Prints a line of progress to the error stream, so that a command's own output stays separate.
pub(crate) fn step(text: impl std::fmt::Display) {
    eprintln!("==> {text}");
}
