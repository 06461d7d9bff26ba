//! The guides and the other Markdown files, and the code blocks in them.

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

impl Page {
    pub(crate) fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.into(), text }
    }

    /// All pages of the guides.
    pub(crate) fn guides() -> Vec<Self> {
        let mut names = files("docs/guides", "md");
        names.retain(|name| !name.ends_with("README.md"));
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

    /// The page's code blocks, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut parts = self.text.split("\n```");
        parts.next();
        while let (Some(block), Some(_prose)) = (parts.next(), parts.next()) {
            let (info, text) = block.split_once('\n').unwrap();
            let language = info.split([',', ' ']).next().unwrap();
            let file = info.split_once("file=").map(|(_, file)| file.to_owned());
            blocks.push(Block { language: language.into(), file, text: text.into() });
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

#[test]
fn blocks_are_found_with_language_file_and_text() {
    let text = "Text\n\n```sh\na\nb\n```\n\n```rust,no_run\nc\n```\n\n```rust file=a.rs\nd\n```\n";
    let page = Page { name: "x.md".into(), text: text.into() };
    let expected = [("sh", None, "a\nb"), ("rust", None, "c"), ("rust", Some("a.rs"), "d")];
    let expected = expected.map(|(language, file, text)| Block {
        language: language.into(),
        file: file.map(str::to_owned),
        text: text.into(),
    });
    assert_eq!(page.blocks(), expected);
}
