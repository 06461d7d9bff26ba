//! Reads one Rust file: its modules, and the imports and paths in them.
//!
//! It reads tokens rather than syntax, so a path inside a macro's arguments counts like any other.

use std::collections::{BTreeSet, VecDeque};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Whether items under `#[cfg(test)]` are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tests {
    /// Such items are read.
    Kept,
    /// Such items are skipped.
    LeftOut,
}

/// One name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The path as written.
    pub path: Vec<String>,
    /// The name in this module; `None` for a glob.
    pub name: Option<String>,
}

/// The file's own module, or one written inside it.
#[derive(Debug, Default)]
pub struct Module {
    /// The names of the enclosing modules within this file, and its own; empty for the file's own module.
    pub path: Vec<String>,
    /// The imported names.
    pub uses: Vec<Use>,
    /// The other paths in the module, of at least two names.
    pub paths: BTreeSet<Vec<String>>,
}

/// The content of a file.
#[derive(Debug, Default)]
pub struct Source {
    /// The file's modules.
    pub modules: Vec<Module>,
    /// The modules in files of their own that exist only in tests.
    pub test_modules: Vec<Vec<String>>,
    /// Every identifier, in order.
    pub words: Vec<String>,
}

impl Source {
    /// Reads a file's text.
    pub fn read(text: &str, tests: Tests) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
        let mut source = Self::default();
        source.read_module(tokens, Vec::new(), tests);
        Ok(source)
    }

    fn read_module(&mut self, tokens: TokenStream, path: Vec<String>, tests: Tests) {
        let mut module = Module { path, ..Module::default() };
        self.read_tokens(tokens, &mut module, tests);
        self.modules.push(module);
    }

    fn read_tokens(&mut self, tokens: TokenStream, module: &mut Module, tests: Tests) {
        let mut tokens = Tokens(tokens.into_iter().collect());
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.read_tokens(group.stream(), module, tests),
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(attribute) = tokens.group(Delimiter::Bracket)
                        && tests == Tests::LeftOut
                        && is_for_tests(&attribute)
                    {
                        self.test_modules.extend(skip_item(&mut tokens, &module.path));
                    }
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    self.words.push(word.clone());
                    match word.as_str() {
                        "pub" => tokens.skip_visibility(),
                        "use" if !tokens.is_punct('<') => read_use(&mut tokens, &[], &mut module.uses),
                        "mod" => {
                            let name = tokens.word();
                            if let (Some(name), Some(body)) = (name, tokens.group(Delimiter::Brace)) {
                                let path = module.path.iter().cloned().chain([name]).collect();
                                self.read_module(body, path, tests);
                            }
                        }
                        _ => {
                            let path = tokens.rest_of_path(word);
                            self.words.extend(path.iter().skip(1).cloned());
                            if path.len() > 1 {
                                module.paths.insert(path);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The remaining tokens.
struct Tokens(VecDeque<TokenTree>);

impl Tokens {
    fn next(&mut self) -> Option<TokenTree> {
        self.0.pop_front()
    }

    fn is_punct(&self, wanted: char) -> bool {
        matches!(self.0.front(), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
    }

    /// The next token, if it is a word.
    fn word(&mut self) -> Option<String> {
        let Some(TokenTree::Ident(word)) = self.0.front() else { return None };
        let word = word.to_string();
        self.next();
        Some(word)
    }

    /// The content of the next token, if it is a group of this kind.
    fn group(&mut self, delimiter: Delimiter) -> Option<TokenStream> {
        match self.0.front() {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => {
                let inside = group.stream();
                self.next();
                Some(inside)
            }
            _ => None,
        }
    }

    /// `(crate)`, `(super)` or `(in …)` after `pub` is not an imported path.
    fn skip_visibility(&mut self) {
        if let Some(TokenTree::Group(group)) = self.0.front() {
            let first = group.stream().into_iter().next().map(|token| token.to_string());
            let is_scope = matches!(first.as_deref(), Some("crate" | "super" | "self" | "in"));
            if group.delimiter() == Delimiter::Parenthesis && is_scope {
                self.next();
            }
        }
    }

    /// Skips `::` if it is next.
    fn colons(&mut self) -> bool {
        let is = |at: usize| matches!(self.0.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        let both = is(0) && is(1);
        if both {
            self.0.drain(..2);
        }
        both
    }

    fn rest_of_path(&mut self, first: String) -> Vec<String> {
        let mut path = vec![first];
        while self.colons() {
            match self.word() {
                Some(word) => path.push(word),
                None => break,
            }
        }
        path
    }
}

fn read_use(tokens: &mut Tokens, before: &[String], uses: &mut Vec<Use>) {
    let mut path = before.to_vec();
    // `None` until the name is known: an empty place after the last comma names nothing.
    let mut name = None;
    loop {
        let token = tokens.next();
        match token {
            Some(TokenTree::Ident(word)) if word == "as" => name = tokens.word(),
            // `self` at the end of a tree names the path before it.
            Some(TokenTree::Ident(word)) if word == "self" && !path.is_empty() => name = path.last().cloned(),
            Some(TokenTree::Ident(word)) => {
                path.push(word.to_string());
                name = Some(word.to_string());
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => {
                uses.push(Use { path: path.clone(), name: None });
                name = None;
            }
            Some(TokenTree::Group(group)) => {
                read_use(&mut Tokens(group.stream().into_iter().collect()), &path, uses);
                name = None;
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => {}
            end => {
                let path = std::mem::replace(&mut path, before.to_vec());
                if let Some(name) = name.take() {
                    uses.push(Use { path, name: Some(name) });
                }
                if !matches!(end, Some(TokenTree::Punct(punct)) if punct.as_char() == ',') {
                    return;
                }
            }
        }
    }
}

/// `cfg(test)` and `cfg(all(test, …))`.
fn is_for_tests(attribute: &TokenStream) -> bool {
    let text: String = attribute.to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// Skips an item, up to its body or semicolon; returns the module that it declares in a file of its own.
fn skip_item(tokens: &mut Tokens, around: &[String]) -> Option<Vec<String>> {
    let mut declared = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "mod" => declared = tokens.word(),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return None,
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            _ => {}
        }
    }
    declared.map(|name| around.iter().cloned().chain([name]).collect())
}
