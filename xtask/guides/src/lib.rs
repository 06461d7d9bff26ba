//! The guides' pages, made from the Markdown in `docs/guides` with one template.
//!
//! `docs/guides/NAME.md` becomes the page `/docs/NAME`, and is itself served at `/docs/NAME.md`. `README.md` lists the
//! guides: it is the menu of every page, and served at `/llms.txt`. A link or an anchor that leads nowhere is an error.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "a test that cannot go on fails"
    )
)]

mod error;
mod escape;
mod guide;
mod links;
mod menu;
mod page;
mod site;
#[cfg(test)]
mod tests;

use std::path::Path;

pub use self::error::Error;
use self::site::Site;

/// The folder of the guides' Markdown, within the workspace.
const SOURCES: &str = "docs/guides";
/// The folder of the site, within the workspace.
const SITE: &str = "web-admin";

/// Makes the pages and writes them into the site's folder.
pub fn publish(workspace: &Path) -> Result<(), Error> {
    Site::render(&workspace.join(SOURCES), &workspace.join(SITE))?.write(&workspace.join(SITE))
}
