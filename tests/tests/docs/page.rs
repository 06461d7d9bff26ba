//! Pages of the guides and Markdown files, and the code blocks in them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A page, named by its path in the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A block of code, as a reader would copy it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) language: String,
    /// The file that the block is taken from, if it names one.
    pub(crate) file: Option<String>,
    pub(crate) text: String,
}

const BLOCK: &str = "<pre tabindex=\"0\"><code class=\"language-";

impl Page {
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.into(), text }
    }

    /// All pages of the guides.
    pub(crate) fn guides() -> Vec<Self> {
        let mut names = files("web-admin/docs", "html");
        names.sort();
        assert!(names.len() > 10, "{names:?}");
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// The Markdown files for readers.
    pub(crate) fn markdown() -> Vec<Self> {
        let mut names: Vec<_> =
            ["", "sdk", "docs", "docs/decisions"].into_iter().flat_map(|folder| files(folder, "md")).collect();
        names.sort();
        assert!(names.iter().any(|name| name == "README.md") && names.len() > 20, "{names:?}");
        names.iter().map(|name| Self::read(name)).collect()
    }

    pub(crate) fn is_html(&self) -> bool {
        self.name.ends_with("html")
    }

    /// The page's code blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        if self.is_html() { self.html_blocks() } else { self.fences() }
    }

    fn html_blocks(&self) -> Vec<Block> {
        let blocks: Vec<_> = self.text.split(BLOCK).skip(1).map(html_block).collect();
        assert_eq!(self.text.matches("<pre").count(), blocks.len(), "{}: a <pre> of another form", self.name);
        blocks
    }

    fn fences(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut parts = self.text.split("\n```");
        parts.next();
        while let (Some(block), Some(_prose)) = (parts.next(), parts.next()) {
            let (language, text) = block.split_once('\n').unwrap();
            let language = language.split(',').next().unwrap();
            blocks.push(Block { language: language.into(), file: None, text: text.into() });
        }
        blocks
    }
}

/// The files of a folder with a given ending, by their paths in the workspace.
fn files(folder: &str, extension: &str) -> Vec<String> {
    let names = fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let named = names.filter(|name| Path::new(name).extension() == Some(OsStr::new(extension)));
    named.map(|name| Path::new(folder).join(name).into_os_string().into_string().unwrap()).collect()
}

fn html_block(text: &str) -> Block {
    let (head, rest) = text.split_once('>').unwrap();
    let (code, _) = rest.split_once("</code></pre>").expect("a block ends with </code></pre>");
    let (language, attributes) = head.split_once('"').unwrap();
    let file = attributes.strip_prefix(" data-file=\"").map(|file| file.trim_end_matches('"').to_owned());
    Block { language: language.into(), file, text: unescaped(code) }
}

/// The visible text of HTML.
fn unescaped(html: &str) -> String {
    assert!(!html.contains('<'), "markup within a block: {html}");
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The values of an attribute, wherever it appears outside of comments.
pub(crate) fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let before = format!(" {name}=\"");
    html.split(&before).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn blocks_are_found_with_language_file_and_text() {
    let html = format!(
        "<p>\n{BLOCK}rust\" data-file=\"a.rs\">a &lt; b &amp;&amp; c\nd</code></pre>\n{BLOCK}sh\">x</code></pre>"
    );
    let page = Page { name: "x.html".into(), text: html };
    let expected = [("rust", Some("a.rs"), "a < b && c\nd"), ("sh", None, "x")];
    let expected = expected.map(|(language, file, text)| Block {
        language: language.into(),
        file: file.map(str::to_owned),
        text: text.into(),
    });
    assert_eq!(page.blocks(), expected);
    let markdown = Page { name: "x.md".into(), text: "Text\n\n```sh\na\nb\n```\n\n```rust,no_run\nc\n```\n".into() };
    let found: Vec<_> = markdown.blocks().into_iter().map(|block| (block.language, block.text)).collect();
    assert_eq!(found, [("sh".to_owned(), "a\nb".to_owned()), ("rust".to_owned(), "c".to_owned())]);
}
