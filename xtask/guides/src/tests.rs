//! The guides as a whole: the form of their pages, and the mistakes that are told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::Error;
use crate::site::Site;

/// A folder with these guides, listed in this order, and a site without files.
fn sources(guides: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut list = String::from("# All\n\n> Why.\n\n## Start & go\n\n");
    for (name, text) in guides {
        fs::write(folder.path().join(format!("{name}.md")), text).unwrap();
        writeln!(list, "- [Guide {name}]({name}.md): about it.").unwrap();
    }
    fs::write(folder.path().join("README.md"), list).unwrap();
    fs::create_dir(folder.path().join("site")).unwrap();
    fs::write(folder.path().join("site/there.css"), "").unwrap();
    folder
}

fn rendered(folder: &TempDir) -> Result<BTreeMap<String, String>, Error> {
    let site = Site::render(folder.path(), &folder.path().join("site"))?;
    let text = |(path, bytes): (&Path, &[u8])| (path.display().to_string(), String::from_utf8(bytes.to_vec()).unwrap());
    Ok(site.files().map(text).collect())
}

/// The content of a page made from these lines.
fn content(markdown: &str) -> String {
    let files = rendered(&sources(&[("index", "# Home"), ("a", &format!("# A & B\n\n{markdown}\n"))])).unwrap();
    let (_, content) = files["docs/a.html"].split_once("<h1>A &amp; B</h1>\n").unwrap();
    content.split_once("        </article>").unwrap().0.trim_end().to_owned()
}

#[test]
fn a_page_has_title_menu_and_its_own_place_in_it() {
    let files = rendered(&sources(&[("index", "# Home"), ("a", "# A & B")])).unwrap();
    let page = &files["docs/a.html"];
    assert!(page.contains("<title>A &amp; B · Universal Wallet guides</title>"), "{page}");
    assert!(page.contains("<h2 class=\"menu-title\">Start &amp; go</h2>"), "{page}");
    assert!(page.contains("<li><a href=\"/docs/\">Guide index</a></li>"), "{page}");
    assert!(page.contains("<li><a href=\"/docs/a\" aria-current=\"page\">Guide a</a></li>"), "{page}");
    assert!(!page.contains("{{"), "{page}");
}

#[test]
fn the_markdown_is_served_as_it_is_and_listed_for_programs() {
    let files = rendered(&sources(&[("index", "# Home\n\n[A](a.md)"), ("a", "# A")])).unwrap();
    assert_eq!(files["docs/index.md"], "# Home\n\n[A](a.md)");
    assert!(files["docs/index.html"].contains("<a href=\"/docs/a\">A</a>"));
    assert!(files["llms.txt"].contains("- [Guide a](/docs/a.md): about it.\n"), "{}", files["llms.txt"]);
}

#[test]
fn blocks_have_the_form_that_styles_and_scripts_know() {
    for (markdown, html) in [
        ("The lead.\n\nAnother.", "<p class=\"lead\">The lead.</p>\n<p>Another.</p>"),
        ("## Two words {#two .cards}", "<h2 id=\"two\" class=\"cards\">Two words</h2>"),
        (
            "```rust file=a.rs\na < \"b\"\n\nc\n```",
            "<pre tabindex=\"0\"><code class=\"language-rust\">a &lt; \"b\"\n\nc</code></pre>",
        ),
        ("Lead\n- one", "<p class=\"lead\">Lead</p>\n<ul class=\"list\">\n<li>one</li>\n</ul>"),
        ("Lead\n\n2. two", "<p class=\"lead\">Lead</p>\n<ol class=\"list\" start=\"2\">\n<li>two</li>\n</ol>"),
        ("Word\n: Meaning", "<dl class=\"details\">\n<div><dt>Word</dt><dd>Meaning</dd></div>\n</dl>"),
        (
            "Lead\n\n> [!WARNING]\n> Mind it.",
            "<p class=\"lead\">Lead</p>\n<div class=\"note note-warning\">\n<p>Mind it.</p>\n</div>",
        ),
        (
            "## A \"b\" {#b}\n\n| C |\n| --- |\n| `d` |",
            "<h2 id=\"b\">A \"b\"</h2>\n<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" \
             aria-label=\"A &quot;b&quot;\">\n<table>\n<thead><tr><th scope=\"col\">C</th></tr></thead>\n<tbody>\n\
             <tr><td><code>d</code></td></tr>\n</tbody>\n</table>\n</div>",
        ),
    ] {
        assert_eq!(content(markdown), html, "{markdown}");
    }
    let codes = content("## All {#all .codes}\n\n| C | D |\n| --- | --- |\n| `d` | e |");
    let row = "<tr id=\"d\"><th scope=\"row\"><code>d</code></th><td>e</td></tr>";
    assert!(codes.contains("<table class=\"codes\">") && codes.contains(row), "{codes}");
}

#[test]
fn links_lead_to_guides_anchors_codes_files_and_answers() {
    let there = "## Here {#here}\n\n[1](b.md) [2](b.md#x) [3](#here) [4](b.md#d) [5](/there.css) [6](/) [7](/openapi.json) \
                 [8](https://example.com) ![9](pictures/p.svg)";
    let b = "# B\n\n## X {#x .codes}\n\n| C |\n| --- |\n| `d` |\n";
    let folder = sources(&[("index", &format!("# Home\n\n{there}")), ("b", b)]);
    fs::create_dir(folder.path().join("pictures")).unwrap();
    fs::write(folder.path().join("pictures/p.svg"), "<svg/>").unwrap();
    let files = rendered(&folder).unwrap();
    let page = &files["docs/index.html"];
    for link in ["href=\"/docs/b\"", "href=\"/docs/b#x\"", "href=\"#here\"", "src=\"/docs/pictures/p.svg\""] {
        assert!(page.contains(link), "{link} in {page}");
    }
    assert_eq!(files["docs/pictures/p.svg"], "<svg/>");
}

#[test]
fn every_mistake_is_told_with_its_file() {
    for (markdown, mistake) in [
        ("# A\n\n[1](none.md)", "a.md: the link none.md leads nowhere"),
        ("# A\n\n[1](a.md#none)", "a.md: the link a.md#none leads nowhere"),
        ("# A\n\n[1](#none)", "a.md: the link #none leads nowhere"),
        ("# A\n\n[1](../../SECURITY.md)", "a.md: the link ../../SECURITY.md leads nowhere"),
        ("# A\n\n[1](http://example.com)", "a.md: the link http://example.com leads nowhere"),
        ("# A\n\n[1](/none.css)", "a.md: the link /none.css leads nowhere"),
        ("# A\n\n![1](pictures/none.svg)", "a.md: the link pictures/none.svg leads nowhere"),
        ("# A\n\n## B", "a.md: a heading has no {#anchor}"),
        ("# A\n\n## B {#b}\n\n## C {#b}", "a.md: the anchor b is there more than once"),
        ("A", "a.md: there are 0 first-level headings"),
        ("# A\n\n```\nx\n```", "a.md: a block of code names no language"),
        ("# A\n\n    x", "a.md: a block of code is indented"),
    ] {
        let error = rendered(&sources(&[("a", markdown)])).unwrap_err().to_string();
        assert!(error.contains(mistake) && error.lines().count() == 2, "{mistake}: {error}");
    }
    let folder = sources(&[("a", "# A")]);
    fs::write(folder.path().join("b.md"), "# B").unwrap();
    assert!(rendered(&folder).unwrap_err().to_string().contains("README.md does not list b.md"));
    fs::remove_file(folder.path().join("a.md")).unwrap();
    assert!(rendered(&folder).unwrap_err().to_string().contains("README.md: the link a.md leads nowhere"));
}

#[test]
fn the_site_holds_no_page_of_a_guide_that_is_gone() {
    let folder = sources(&[("a", "# A")]);
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("docs/js")).unwrap();
    for name in ["old.html", "old.md", "docs.css", "js/docs.js"] {
        fs::write(site.join("docs").join(name), "").unwrap();
    }
    Site::render(folder.path(), &site).unwrap().write(&site).unwrap();
    let there = |name: &str| site.join("docs").join(name).is_file();
    assert!(there("a.html") && there("a.md") && there("docs.css") && there("js/docs.js"));
    assert!(!there("old.html") && !there("old.md"));
}

#[test]
fn the_workspaces_own_guides_have_no_mistake() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let site = Site::render(&workspace.join(crate::SOURCES), &workspace.join(crate::SITE)).unwrap();
    assert!(site.files().count() > 20);
}
