//! The files that the guides add to the site.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::guide::Guide;
use crate::links;
use crate::menu::Menu;
use crate::page;

/// The list of guides.
const LIST: &str = "README";
/// Folders of the site that hold nothing but rendered files with these endings.
const RENDERED: [(&str, &[&str]); 2] = [("docs", &["html", "md"]), ("docs/pictures", &["svg", "png"])];

/// Rendered files by their path within the site.
#[derive(Debug)]
pub(crate) struct Site(BTreeMap<PathBuf, Vec<u8>>);

impl Site {
    /// Renders all guides of a folder, or tells all their mistakes. Links may also lead to files of the site.
    pub(crate) fn render(sources: &Path, site: &Path) -> Result<Self, Error> {
        let mut texts = BTreeMap::new();
        for path in files(sources, &["md"])? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            texts.insert(name, fs::read_to_string(&path).map_err(Error::io("read", &path))?);
        }
        let list = texts.remove(LIST).unwrap_or_default();
        let list = Guide::parse(LIST, &list);
        let menu = Menu::read(&list);
        let guides: Vec<_> = texts.iter().map(|(name, text)| Guide::parse(name, text)).collect();

        let mut mistakes = links_of(&list, &guides, sources, site);
        for guide in &guides {
            let form = guide.mistakes().into_iter().map(|mistake| format!("{}.md: {mistake}", guide.name));
            mistakes.extend(form.chain(links_of(guide, &guides, sources, site)));
            if !menu.names().any(|name| name == guide.name) {
                mistakes.push(format!("{LIST}.md does not list {}.md", guide.name));
            }
        }
        if !mistakes.is_empty() {
            return Err(Error::Mistakes(mistakes));
        }

        let mut rendered = Self(BTreeMap::new());
        for guide in &guides {
            rendered.0.insert(format!("docs/{}.html", guide.name).into(), page::html(guide, &menu).into_bytes());
            rendered.0.insert(format!("docs/{}.md", guide.name).into(), guide.text.as_bytes().to_vec());
        }
        let absolute = menu.names().fold(list.text.to_owned(), |text, name| {
            text.replace(&format!("]({name}.md)"), &format!("](/docs/{name}.md)"))
        });
        rendered.0.insert("llms.txt".into(), absolute.into_bytes());
        for path in files(&sources.join("pictures"), &["svg", "png"])? {
            let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
            rendered.0.insert(Path::new("docs/pictures").join(path.file_name().unwrap_or_default()), bytes);
        }
        Ok(rendered)
    }

    /// The rendered files by their path within the site.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()))
    }

    /// Makes the site's folder hold exactly these files beside its own.
    pub(crate) fn write(&self, site: &Path) -> Result<(), Error> {
        for (folder, endings) in RENDERED {
            for path in files(&site.join(folder), endings)? {
                if path.strip_prefix(site).is_ok_and(|inside| !self.0.contains_key(inside)) {
                    fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                }
            }
        }
        for (path, bytes) in self.files() {
            let path = site.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(Error::io("write", folder))?;
            }
            // An unchanged file is left alone, since wrangler reloads files that are written.
            if fs::read(&path).ok().as_deref() != Some(bytes) {
                fs::write(&path, bytes).map_err(Error::io("write", &path))?;
            }
        }
        Ok(())
    }
}

fn links_of(guide: &Guide, guides: &[Guide], sources: &Path, site: &Path) -> Vec<String> {
    let mistakes = links::mistakes(guide, guides, sources, site).into_iter();
    mistakes.map(|mistake| format!("{}.md: {mistake}", guide.name)).collect()
}

/// The files of a folder with one of these endings, in order; none where there is no folder.
fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("read", folder))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
