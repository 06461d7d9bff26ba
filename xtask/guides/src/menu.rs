//! The list of all guides, in sections.

use std::fmt::Write as _;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use crate::escape::escaped;
use crate::guide::{Guide, address, text_of};

/// The menu of every page.
#[derive(Debug)]
pub(crate) struct Menu(Vec<Section>);

#[derive(Debug)]
struct Section {
    title: String,
    /// Name and title of each guide.
    guides: Vec<(String, String)>,
}

impl Menu {
    /// Reads the list: a heading for each section, and below it a link for each guide.
    pub(crate) fn read(list: &Guide) -> Self {
        let mut sections = Vec::new();
        for (number, event) in list.events.iter().enumerate() {
            let text_until =
                |end: TagEnd| text_of(list.events.iter().skip(number).take_while(|event| **event != Event::End(end)));
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                    let title = text_until(TagEnd::Heading(HeadingLevel::H2));
                    sections.push(Section { title, guides: Vec::new() });
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    if let Some((section, name)) = sections.last_mut().zip(dest_url.strip_suffix(".md")) {
                        section.guides.push((name.to_owned(), text_until(TagEnd::Link)));
                    }
                }
                _ => {}
            }
        }
        Self(sections)
    }

    /// The names of the guides, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|section| &section.guides).map(|(name, _)| name.as_str())
    }

    /// The menu as a page has it.
    pub(crate) fn html(&self, current: &str) -> String {
        let mut html = String::new();
        for section in &self.0 {
            let _ =
                writeln!(html, "          <h2 class=\"menu-title\">{}</h2>\n          <ul>", escaped(&section.title));
            for (name, title) in &section.guides {
                let mark = if name == current { " aria-current=\"page\"" } else { "" };
                let _ =
                    writeln!(html, "            <li><a href=\"{}\"{mark}>{}</a></li>", address(name), escaped(title));
            }
            html.push_str("          </ul>\n");
        }
        html
    }
}
