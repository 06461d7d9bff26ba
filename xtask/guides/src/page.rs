//! A guide's page: the template filled in, and the Markdown's blocks in the page's own form.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd, html};

use crate::escape::escaped;
use crate::guide::{CODES, Guide, text_of};
use crate::links;
use crate::menu::Menu;

const TEMPLATE: &str = include_str!("template.html");
const SITE_NAME: &str = "Universal Wallet guides";

/// The whole page of a guide.
pub(crate) fn html(guide: &Guide, menu: &Menu) -> String {
    let title = guide.title();
    let title = if title == SITE_NAME { title } else { format!("{title} · {SITE_NAME}") };
    TEMPLATE
        .replace("{{title}}", &escaped(&title))
        .replace("{{name}}", &guide.name)
        .replace("{{menu}}", &menu.html(&guide.name))
        .replace("{{content}}", &content(guide))
}

fn content(guide: &Guide) -> String {
    let mut blocks = Blocks { guide, heading: String::new(), codes: false, lead: Lead::None, cell: Cell::Body };
    let mut content = String::new();
    html::push_html(&mut content, guide.events.iter().enumerate().map(|(number, event)| blocks.event(number, event)));
    content
}

/// Puts the blocks into the page's form, and knows where among the events it is.
struct Blocks<'a> {
    guide: &'a Guide<'a>,
    /// The last heading, which names the tables below it.
    heading: String,
    /// Whether the rows of tables are named by their codes.
    codes: bool,
    lead: Lead,
    cell: Cell,
}

/// The first paragraph after the title.
#[derive(PartialEq, Eq)]
enum Lead {
    None,
    Next,
    Open,
}

#[derive(Clone, Copy)]
enum Cell {
    ColumnHead,
    RowHead,
    Body,
}

impl<'a> Blocks<'a> {
    fn event(&mut self, number: usize, event: &Event<'a>) -> Event<'a> {
        let html = match event {
            Event::Start(tag) => self.start(number, tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) if self.ends_code(number) => {
                return Event::Text(text.trim_end_matches('\n').to_owned().into());
            }
            _ => None,
        };
        match (html, event) {
            (Some(html), _) => Event::Html(html.into()),
            (None, Event::Start(Tag::Link { link_type, dest_url, title, id })) => {
                let dest_url = links::on_the_site(dest_url).into();
                Event::Start(Tag::Link { link_type: *link_type, dest_url, title: title.clone(), id: id.clone() })
            }
            (None, Event::Start(Tag::Image { link_type, dest_url, title, id })) => {
                let dest_url = links::on_the_site(dest_url).into();
                Event::Start(Tag::Image { link_type: *link_type, dest_url, title: title.clone(), id: id.clone() })
            }
            (None, event) => event.clone(),
        }
    }

    fn start(&mut self, number: usize, tag: &Tag<'a>) -> Option<String> {
        Some(match tag {
            Tag::Heading { level, classes, .. } => {
                let heading = self.guide.events.iter().skip(number);
                self.heading = text_of(heading.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))));
                self.codes = classes.iter().any(|class| &**class == CODES);
                if *level == HeadingLevel::H1 {
                    self.lead = Lead::Next;
                }
                return None;
            }
            Tag::Paragraph if self.lead == Lead::Next => {
                self.lead = Lead::Open;
                "<p class=\"lead\">".to_owned()
            }
            Tag::List(None) => "<ul class=\"list\">\n".to_owned(),
            Tag::List(Some(1)) => "<ol class=\"list\">\n".to_owned(),
            Tag::List(Some(first)) => format!("<ol class=\"list\" start=\"{first}\">\n"),
            Tag::DefinitionList => "<dl class=\"details\">\n".to_owned(),
            Tag::DefinitionListTitle => "<div><dt>".to_owned(),
            Tag::DefinitionListDefinition => "<dd>".to_owned(),
            Tag::BlockQuote(Some(kind)) => format!("<div class=\"{}\">\n", note(*kind)),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let language = info.split([' ', ',']).next().unwrap_or_default();
                format!("<pre tabindex=\"0\"><code class=\"language-{}\">", escaped(language))
            }
            Tag::Table(_) => format!(
                "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table{}>\n",
                escaped(&self.heading),
                if self.codes { " class=\"codes\"" } else { "" }
            ),
            Tag::TableHead => {
                self.cell = Cell::ColumnHead;
                "<thead><tr>".to_owned()
            }
            Tag::TableRow => match self.guide.code_of_row(number).filter(|_| self.codes) {
                Some(code) => {
                    self.cell = Cell::RowHead;
                    format!("<tr id=\"{}\">", escaped(code))
                }
                None => "<tr>".to_owned(),
            },
            Tag::TableCell => match self.cell {
                Cell::ColumnHead => "<th scope=\"col\">".to_owned(),
                Cell::RowHead => "<th scope=\"row\">".to_owned(),
                Cell::Body => "<td>".to_owned(),
            },
            _ => return None,
        })
    }

    fn end(&mut self, tag: TagEnd) -> Option<String> {
        let html = match tag {
            TagEnd::Paragraph if self.lead == Lead::Open => {
                self.lead = Lead::None;
                "</p>\n"
            }
            TagEnd::List(false) => "</ul>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::DefinitionList => "</dl>\n",
            TagEnd::DefinitionListTitle => "</dt>",
            TagEnd::DefinitionListDefinition => "</dd></div>\n",
            TagEnd::BlockQuote(Some(_)) => "</div>\n",
            TagEnd::CodeBlock => "</code></pre>\n",
            TagEnd::Table => "</tbody>\n</table>\n</div>\n",
            TagEnd::TableHead => {
                self.cell = Cell::Body;
                "</tr></thead>\n<tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            TagEnd::TableCell => match self.cell {
                Cell::ColumnHead => "</th>",
                Cell::RowHead => {
                    self.cell = Cell::Body;
                    "</th>"
                }
                Cell::Body => "</td>",
            },
            _ => return None,
        };
        Some(html.to_owned())
    }

    /// Whether a text is the end of a block of code, whose last line end is not part of it.
    fn ends_code(&self, text: usize) -> bool {
        matches!(self.guide.events.get(text + 1), Some(Event::End(TagEnd::CodeBlock)))
    }
}

fn note(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note | BlockQuoteKind::Important => "note",
        BlockQuoteKind::Tip => "note note-success",
        BlockQuoteKind::Warning => "note note-warning",
        BlockQuoteKind::Caution => "note note-danger",
    }
}
