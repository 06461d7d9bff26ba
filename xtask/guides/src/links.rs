//! Where links of the guides lead: in the Markdown as a reader of the repository needs them, on the site by address.

use std::path::Path;

use crate::guide::{Guide, address};

/// Addresses that are no files of the site: the admin page's root, and the Worker's own answers.
const ANSWERED: [&str; 4] = ["/", "/healthz", "/openapi.json", "/llms.txt"];

/// A link of a guide as the site has it.
pub(crate) fn on_the_site(link: &str) -> String {
    let (path, anchor) = split(link);
    match path.strip_suffix(".md") {
        Some(name) if is_beside(path) => address(name) + anchor,
        _ if is_beside(path) && !path.is_empty() => format!("/docs/{link}"),
        _ => link.to_owned(),
    }
}

/// Links of a guide that lead nowhere, a sentence each.
pub(crate) fn mistakes(guide: &Guide, guides: &[Guide], sources: &Path, site: &Path) -> Vec<String> {
    let wrong = |link: &&str| !leads_somewhere(link, guide, guides, sources, site);
    guide.links().filter(wrong).map(|link| format!("the link {link} leads nowhere")).collect()
}

fn leads_somewhere(link: &str, from: &Guide, guides: &[Guide], sources: &Path, site: &Path) -> bool {
    let (path, anchor) = split(link);
    if link.starts_with("https://") || ANSWERED.contains(&path) {
        return true;
    }
    if let Some(path) = path.strip_prefix('/') {
        return anchor.is_empty() && site.join(path).is_file();
    }
    let Some(name) = path.strip_suffix(".md") else {
        return if path.is_empty() { has(from, anchor) } else { is_beside(path) && sources.join(path).is_file() };
    };
    guides.iter().any(|guide| guide.name == name && has(guide, anchor))
}

fn has(guide: &Guide, anchor: &str) -> bool {
    anchor.is_empty() || guide.anchors().contains_key(anchor.trim_start_matches('#'))
}

/// A path and its anchor with the `#`; either may be empty.
fn split(link: &str) -> (&str, &str) {
    link.split_at(link.find('#').unwrap_or(link.len()))
}

/// Whether a path stays within the guides' folder.
fn is_beside(path: &str) -> bool {
    !path.contains(':') && !path.starts_with('/') && !path.starts_with("..")
}
