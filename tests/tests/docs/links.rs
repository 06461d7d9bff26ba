//! Links of the Markdown files resolve. Those of the guides are checked when they are rendered.

use std::fs;

use super::page::{Page, root};

#[test]
fn links_of_the_markdown_files_lead_to_files_and_headings_that_are_there() {
    let slug = |heading: &str| {
        let kept = heading.to_lowercase().replace(|c: char| !c.is_alphanumeric() && !" -_".contains(c), "");
        kept.trim().replace(' ', "-")
    };
    for page in Page::markdown() {
        let folder = root().join(&page.name).parent().unwrap().to_owned();
        for link in page.text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let file = if path.is_empty() { root().join(&page.name) } else { folder.join(path) };
            assert!(file.exists(), "{}: {link} leads nowhere", page.name);
            if let Some(anchor) = anchor {
                let text = fs::read_to_string(file).unwrap();
                let headings = text.lines().filter(|line| line.starts_with('#'));
                let there = headings.map(|line| slug(line.trim_start_matches('#'))).any(|heading| heading == anchor);
                assert!(there, "{}: {link} leads to no such heading", page.name);
            }
        }
    }
}

#[test]
fn the_files_and_tests_that_the_architecture_names_are_there() {
    let page = Page::read("ARCHITECTURE.md");
    let mut named = 0;
    for words in page.text.split('`').skip(1).step_by(2) {
        if ["edge/", "sdk/", "tests/", "web-admin/", "xtask/"].iter().any(|folder| words.starts_with(folder))
            && !words.contains('{')
        {
            let there = root().join(words).exists() || root().join(format!("{words}.rs")).exists();
            assert!(there, "ARCHITECTURE.md names {words}");
            named += 1;
        }
    }
    assert!(named >= 20, "{named}");
}
