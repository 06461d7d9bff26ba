//! Imports between JavaScript and TypeScript files.

use crate::graph::Graph;
use crate::tree::{Tree, is_javascript};

/// Tokens of import statements. Comments are skipped, so types imported in JSDoc do not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name or keyword.
    Word(String),
    /// The text of a string.
    Text(String),
    /// Any other character.
    Sign(char),
}

/// Adds the files and edges: static imports, re-exports and `import("…")`.
pub(crate) fn add(tree: &Tree, graph: &mut Graph) -> Result<(), String> {
    for (file, text) in tree.sources().filter(|(path, _)| is_javascript(path)) {
        graph.add_file(file);
        let tokens = tokens(text).map_err(|error| format!("could not read {file}: {error}"))?;
        for (specifier, names) in imports(&tokens) {
            let Some(to) = resolve(file, &specifier).filter(|to| tree.0.contains_key(to)) else { continue };
            for name in names {
                graph.add(file, &to, &name);
            }
        }
    }
    Ok(())
}

/// The path that a relative specifier resolves to.
fn resolve(from: &str, specifier: &str) -> Option<String> {
    if !specifier.starts_with('.') {
        return None;
    }
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => _ = path.pop()?,
            part => path.push(part),
        }
    }
    Some(path.join("/"))
}

/// Each specifier with the names imported from it.
fn imports(tokens: &[Token]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        let is_word = |token: Option<&Token>, wanted: &str| matches!(token, Some(Token::Word(word)) if word == wanted);
        match token {
            Token::Word(word) if word == "import" || word == "export" => names.clear(),
            Token::Word(word) => names.push(word.clone()),
            Token::Text(text) => {
                let is_dynamic = before(1) == Some(&Token::Sign('(')) && is_word(before(2), "import");
                if is_word(before(1), "from") {
                    names.pop();
                    found.push((text.clone(), names.clone()));
                } else if is_dynamic || is_word(before(1), "import") {
                    found.push((text.clone(), vec!["import".to_owned()]));
                }
            }
            Token::Sign('*') => names.push("*".to_owned()),
            Token::Sign(_) => {}
        }
    }
    found
}

/// Splits a file's text. A string that does not end on its line is an error, so a misread text does not pass.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens: Vec<Token> = Vec::new();
    // The number of open braces within each open `${`.
    let mut open: Vec<usize> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '/' if rest.starts_with("//") => length = rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => length = rest.find("*/").ok_or("a comment has no end")? + 2,
            '/' if starts_regex(tokens.last()) => length = quoted_length(rest, '/')?,
            '"' | '\'' => {
                length = quoted_length(rest, first)?;
                tokens.push(Token::Text(rest.get(1..length - 1).unwrap_or_default().to_owned()));
            }
            '`' => length = template_length(rest, &mut open)?,
            '}' if open.last() == Some(&0) => {
                open.pop();
                length = template_length(rest, &mut open)?;
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                tokens.push(Token::Word(rest.get(..length).unwrap_or_default().to_owned()));
            }
            sign => {
                if let Some(braces) = open.last_mut() {
                    *braces = match sign {
                        '{' => *braces + 1,
                        '}' => *braces - 1,
                        _ => *braces,
                    };
                }
                if !sign.is_whitespace() {
                    tokens.push(Token::Sign(sign));
                }
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(tokens)
}

/// A slash after a value divides; anywhere else it begins a regular expression.
fn starts_regex(before: Option<&Token>) -> bool {
    match before {
        None => true,
        Some(Token::Text(_)) => false,
        Some(Token::Sign(sign)) => !matches!(sign, ')' | ']' | '}'),
        Some(Token::Word(word)) => matches!(word.as_str(), "return" | "typeof" | "case" | "of" | "in"),
    }
}

/// The length of a string or regular expression with its delimiters.
fn quoted_length(rest: &str, end: char) -> Result<usize, String> {
    let mut characters = rest.char_indices().skip(1);
    let mut in_class = false;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            '\n' => break,
            '[' if end == '/' => in_class = true,
            ']' => in_class = false,
            _ if character == end && !in_class => return Ok(at + 1),
            _ => {}
        }
    }
    Err(format!("{} does not end on its line", rest.lines().next().unwrap_or_default()))
}

/// The length of a template's text up to its end or to the next `${`, which is then open.
fn template_length(rest: &str, open: &mut Vec<usize>) -> Result<usize, String> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            '`' => return Ok(at + 1),
            '$' if rest.get(at..).is_some_and(|rest| rest.starts_with("${")) => {
                open.push(0);
                return Ok(at + 2);
            }
            _ => {}
        }
    }
    Err("a template has no end".to_owned())
}
