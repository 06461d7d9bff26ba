//! One guide as read: its parsed Markdown, title, anchors and links.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A table under a heading of this class has rows that are named by the code in their first cell.
pub(crate) const CODES: &str = "codes";

/// A guide.
#[derive(Debug)]
pub(crate) struct Guide<'a> {
    /// The file's name without its ending, as in the address.
    pub(crate) name: String,
    /// The file's text.
    pub(crate) text: &'a str,
    /// The parsed text.
    pub(crate) events: Vec<Event<'a>>,
}

impl<'a> Guide<'a> {
    pub(crate) fn parse(name: &str, text: &'a str) -> Self {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_GFM
            | Options::ENABLE_DEFINITION_LIST;
        Self { name: name.to_owned(), text, events: Parser::new_ext(text, options).collect() }
    }

    /// The text of its first heading.
    pub(crate) fn title(&self) -> String {
        let after = |start: &Event| matches!(start, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
        let title = self.events.iter().skip_while(|event| !after(event));
        text_of(title.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))))
    }

    /// The places that links can lead to, each with how often it is there.
    pub(crate) fn anchors(&self) -> BTreeMap<&str, usize> {
        let mut anchors = BTreeMap::new();
        let mut codes = false;
        for (number, event) in self.events.iter().enumerate() {
            match event {
                Event::Start(Tag::Heading { id, classes, .. }) => {
                    codes = classes.iter().any(|class| &**class == CODES);
                    if let Some(id) = id {
                        *anchors.entry(&**id).or_default() += 1;
                    }
                }
                Event::Start(Tag::TableRow) if codes => {
                    if let Some(code) = self.code_of_row(number) {
                        *anchors.entry(code).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        anchors
    }

    /// The code in the first cell of the row that begins with an event.
    pub(crate) fn code_of_row(&self, row: usize) -> Option<&str> {
        match self.events.get(row + 2) {
            Some(Event::Code(code)) => Some(code),
            _ => None,
        }
    }

    /// The targets of its links and pictures.
    pub(crate) fn links(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(&**dest_url),
            _ => None,
        })
    }

    /// Mistakes of its form.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut titles = 0;
        for event in &self.events {
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => titles += 1,
                Event::Start(Tag::Heading { id: None, .. }) => {
                    mistakes.push("a heading has no {#anchor}, so nobody can link to it".to_owned());
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    mistakes.push("a block of code is indented: fence it and name its language".to_owned());
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if info.is_empty() => {
                    mistakes.push("a block of code names no language".to_owned());
                }
                _ => {}
            }
        }
        if titles != 1 {
            mistakes.push(format!("there are {titles} first-level headings, not one"));
        }
        let repeated = self.anchors().into_iter().filter(|(_, times)| *times > 1);
        mistakes.extend(repeated.map(|(anchor, _)| format!("the anchor {anchor} is there more than once")));
        mistakes
    }
}

/// The address of a guide's page.
pub(crate) fn address(name: &str) -> String {
    if name == "index" { "/docs/".to_owned() } else { format!("/docs/{name}") }
}

/// The visible text of events.
pub(crate) fn text_of<'e, 'a: 'e>(events: impl Iterator<Item = &'e Event<'a>>) -> String {
    events
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(&**text),
            Event::SoftBreak | Event::HardBreak => Some(" "),
            _ => None,
        })
        .collect()
}
