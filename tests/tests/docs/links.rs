//! Every link resolves, and all pages of the guides have the same frame.

use std::fs;

use super::page::{Page, attributes, root};

/// Paths that the Worker itself answers.
const ANSWERED: [&str; 2] = ["/openapi.json", "/healthz"];

/// The file that the platform serves for a path.
fn served(path: &str) -> Option<String> {
    let page = match path {
        "/" => "/index.html".to_owned(),
        path if path.ends_with('/') => format!("{path}index.html"),
        path if path.rsplit('/').next()?.contains('.') => path.to_owned(),
        path => format!("{path}.html"),
    };
    let file = format!("web-admin{page}");
    root().join(&file).is_file().then_some(file)
}

#[test]
fn links_within_the_guides_lead_to_pages_and_anchors_that_are_there() {
    let mut followed = 0;
    for page in Page::guides() {
        let links = attributes(&page.text, "href").into_iter().chain(attributes(&page.text, "src"));
        for link in links.filter(|link| !link.starts_with("https://")) {
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            if ANSWERED.contains(&path) {
                continue;
            }
            let file = if path.is_empty() { Some(page.name.clone()) } else { served(path) };
            let file = file.unwrap_or_else(|| panic!("{}: {link} leads nowhere", page.name));
            // The views of the admin page are behind the anchor.
            if let Some(anchor) = anchor.filter(|_| path != "/") {
                let there = attributes(&Page::read(&file).text, "id").contains(&anchor);
                assert!(there, "{}: {link} leads to no such place", page.name);
            }
            followed += 1;
        }
    }
    assert!(followed > 100, "{followed}");
}

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

#[test]
fn every_page_has_the_same_frame_and_knows_its_own_place_in_it() {
    let guides = Page::guides();
    let frame = |page: &Page| {
        let (head, rest) = page.text.split_once("<title>").unwrap();
        let (title, rest) = rest.split_once("</title>").unwrap();
        let (frame, _) = rest.split_once("<main id=\"content\">").expect("the content begins with <main>");
        let here = page.name.trim_start_matches("web-admin").trim_end_matches(".html").trim_end_matches("index");
        let current = format!("<a href=\"{here}\" aria-current=\"page\">");
        assert_eq!(frame.matches("aria-current").count(), 1, "{}", page.name);
        assert!(frame.contains(&current), "{} does not mark itself", page.name);
        assert!(title.ends_with("Universal Wallet guides"), "{title}");
        let styles = "<link rel=\"stylesheet\" href=\"/docs/docs.css\">";
        assert!(frame.contains(styles), "{}", page.name);
        (head.to_owned(), frame.replace(" aria-current=\"page\"", ""))
    };
    let first = frame(&guides[0]);
    for page in &guides {
        assert_eq!(frame(page), first, "{} differs from {}", page.name, guides[0].name);
        assert_eq!(page.text.matches("<h1").count(), 1, "{}", page.name);
        let listed = page.name.trim_start_matches("web-admin").trim_end_matches(".html").trim_end_matches("index");
        assert!(first.1.contains(&format!("href=\"{listed}\"")), "{} is in no menu", page.name);
    }
}
