//! Request bodies: strict JSON objects, read field by field so that every mistake is reported.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeSeed;
use serde_json::{Map, Value};
use universal_wallet_sdk::Amount;

use crate::error::{Code, FieldError, Refusal};
use crate::text::strict_json::{Strict, shown};
use crate::text::visible::is_visible;

/// Maximum size of a body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// Maximum number of mistakes in one answer, so that a body with many mistakes does not make a long answer.
const MAX_MISTAKES: usize = 20;
/// The members of a request body, read one by one; mistakes are collected so that one answer reports all of them.
#[derive(Debug)]
pub struct Body {
    members: Map<String, Value>,
    /// Path of this object in the body, such as `users[0].`; empty for the body itself.
    path: String,
    errors: Vec<FieldError>,
    amount_only: bool,
}

impl Body {
    /// Parses a body, which must be a JSON object.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid = |why: String| Refusal::new(Code::InvalidJson, format!("The body is not a JSON object: {why}."));
        if text.trim().is_empty() {
            return Err(invalid("it is empty".into()));
        }
        let mut repeated = Vec::new();
        let text_given = text;
        let mut text = serde_json::Deserializer::from_str(text);
        let value = Strict { path: String::new(), repeated: &mut repeated }.deserialize(&mut text);
        match value.and_then(|value| text.end().map(|()| value)) {
            Ok(Value::Object(members)) => {
                let mut body = Self::of(members, String::new());
                for path in repeated {
                    body.error(&path, "appears more than once");
                }
                if body.errors.is_empty() { Ok(body) } else { Err(body.refusal()) }
            }
            Ok(_) => Err(invalid("an object in braces is expected".into())),
            Err(error) => Err(invalid(in_words(text_given, &error))),
        }
    }

    /// Parses the body of a route that needs none: an empty text is an empty object.
    pub fn parse_optional(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() { Ok(Self::of(Map::new(), String::new())) } else { Self::parse(text) }
    }

    fn of(members: Map<String, Value>, path: String) -> Self {
        Self { members, path, errors: Vec::new(), amount_only: true }
    }

    /// Records a mistake.
    pub fn error(&mut self, field: &str, message: impl ToString) {
        self.amount_only = false;
        self.errors.push(FieldError { field: format!("{}{field}", self.path), message: message.to_string() });
    }

    /// Records a mistake in an amount, which has its own code if it is the only kind of mistake.
    pub fn amount_error(&mut self, field: &str, message: impl ToString) {
        self.errors.push(FieldError { field: format!("{}{field}", self.path), message: message.to_string() });
    }

    fn take(&mut self, field: &str) -> Option<Value> {
        self.members.remove(field)
    }

    /// True if the member is present, even as null.
    pub fn has(&self, field: &str) -> bool {
        self.members.contains_key(field)
    }

    /// Number of mistakes recorded so far.
    pub fn mistakes(&self) -> usize {
        self.errors.len()
    }

    /// True if the member is the empty text.
    pub fn is_empty_text(&self, field: &str) -> bool {
        self.members.get(field).is_some_and(|value| value == "")
    }

    /// Skips a member without reading it.
    pub fn skip(&mut self, field: &str) {
        self.take(field);
    }

    /// True if the member is present and not null.
    pub fn is_given(&self, field: &str) -> bool {
        self.members.get(field).is_some_and(|value| !value.is_null())
    }

    /// An optional string; null counts as absent.
    pub fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => {
                self.error(field, "must be a string");
                None
            }
        }
    }

    /// A required object, with whatever members it has.
    pub fn object(&mut self, field: &str) -> Option<Value> {
        match self.take(field) {
            Some(value @ Value::Object(_)) => return Some(value),
            Some(_) => self.error(field, "must be an object"),
            None => self.error(field, "is required"),
        }
        None
    }

    /// A required string.
    pub fn required_text(&mut self, field: &str) -> Option<String> {
        let before = self.errors.len();
        let text = self.text(field);
        if text.is_none() && self.errors.len() == before {
            self.error(field, "is required");
        }
        text
    }

    /// An optional string with a maximum number of Unicode scalar values and no control characters.
    pub fn line(&mut self, field: &str, most: usize) -> Option<String> {
        let text = self.text(field)?;
        if text.chars().count() > most {
            self.error(field, format!("must have at most {most} characters"));
        } else if text.chars().any(char::is_control) {
            self.error(field, "must not have control characters");
        } else {
            return Some(text);
        }
        None
    }

    /// An optional text for people, at most this long; a blank text is absent.
    pub fn remark(&mut self, field: &str, most: usize) -> Option<String> {
        let text = self.line(field, most).filter(|text| !text.trim().is_empty())?;
        if is_visible(&text) {
            return Some(text);
        }
        self.error(field, "must have at least one visible character");
        None
    }

    /// A required text for people without blanks at its ends, such as a name: 1 to `most` characters.
    pub fn title(&mut self, field: &str, most: usize) -> Option<String> {
        let before = self.errors.len();
        // Blanks at the ends do not count.
        if let Some(Value::String(text)) = self.members.get_mut(field) {
            *text = text.trim().to_owned();
        }
        let text = self.remark(field, most);
        if text.is_none() && self.errors.len() == before {
            self.error(field, format!("is required, with 1 to {most} characters"));
        }
        text
    }

    /// An optional string, parsed to another type.
    pub fn parsed<T: FromStr>(&mut self, field: &str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.text(field)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(field, error);
                None
            }
        }
    }

    /// A required string, parsed to another type.
    pub fn required<T: FromStr>(&mut self, field: &str) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let before = self.errors.len();
        let value = self.parsed(field);
        if value.is_none() && self.errors.len() == before {
            self.error(field, "is required");
        }
        value
    }

    /// An optional amount; null counts as absent.
    pub fn amount(&mut self, field: &str) -> Option<Amount> {
        let wrong = match self.take(field)? {
            Value::Null => return None,
            Value::String(text) => match text.parse() {
                Ok(amount) => return Some(amount),
                Err(error) => format!("{error}"),
            },
            _ => "an amount is a string, such as \"1500.00\"".into(),
        };
        self.amount_error(field, wrong);
        None
    }

    /// The required, positive amount of a money movement.
    pub fn moved_amount(&mut self, field: &str) -> Option<Amount> {
        if !self.has(field) {
            self.amount_error(field, "is required");
            return None;
        }
        let before = self.errors.len();
        match self.amount(field) {
            Some(amount) if !amount.is_zero() => Some(amount),
            _ => {
                if self.errors.len() == before {
                    self.amount_error(field, "must be more than zero");
                }
                None
            }
        }
    }

    /// An optional integer in a range; null counts as absent.
    pub fn integer(&mut self, field: &str, from: i64, to: i64) -> Option<i64> {
        match self.take(field)? {
            Value::Null => return None,
            Value::Number(number) if number.as_i64().is_some_and(|number| (from..=to).contains(&number)) => {
                return number.as_i64();
            }
            _ => {}
        }
        self.error(field, format!("must be an integer from {from} to {to}"));
        None
    }

    /// An optional boolean; null counts as absent.
    pub fn boolean(&mut self, field: &str) -> Option<bool> {
        match self.take(field)? {
            Value::Bool(value) => Some(value),
            Value::Null => None,
            _ => {
                self.error(field, "must be true or false");
                None
            }
        }
    }

    /// An optional list of strings, each parsed to another type; null counts as absent.
    pub fn list<T: FromStr>(&mut self, field: &str) -> Option<Vec<T>>
    where
        T::Err: fmt::Display,
    {
        let items = match self.take(field)? {
            Value::Array(items) => items,
            Value::Null => return None,
            _ => {
                self.error(field, "must be a list of strings");
                return None;
            }
        };
        let mut values = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            let at = format!("{field}[{place}]");
            match item {
                Value::String(text) => match text.parse() {
                    Ok(value) => values.push(value),
                    Err(error) => self.error(&at, error),
                },
                _ => self.error(&at, "must be a string"),
            }
        }
        Some(values)
    }

    /// An optional list of objects, each read by a function; null counts as absent.
    pub fn objects<T>(&mut self, field: &str, mut read: impl FnMut(&mut Body) -> Option<T>) -> Option<Vec<T>> {
        let items = match self.take(field)? {
            Value::Array(items) => items,
            Value::Null => return None,
            _ => {
                self.error(field, "must be a list of objects");
                return None;
            }
        };
        let mut values = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            let at = format!("{field}[{place}]");
            let Value::Object(members) = item else {
                self.error(&at, "must be an object");
                continue;
            };
            let mut inner = Self::of(members, format!("{}{at}.", self.path));
            let value = read(&mut inner);
            inner.refuse_unknown();
            self.amount_only &= inner.amount_only;
            self.errors.append(&mut inner.errors);
            values.extend(value);
        }
        Some(values)
    }

    fn refuse_unknown(&mut self) {
        for (name, _) in std::mem::take(&mut self.members) {
            self.error(&shown(&name), "is not a field of this request");
        }
    }

    fn refusal(mut self) -> Refusal {
        self.errors.truncate(MAX_MISTAKES);
        let code = if self.amount_only { Code::InvalidAmount } else { Code::InvalidRequest };
        Refusal::fields(code, self.errors)
    }

    /// Finishes reading: unread members are unknown, and any recorded mistake refuses the call.
    pub fn finish(mut self) -> Result<(), Refusal> {
        self.refuse_unknown();
        if self.errors.is_empty() { Ok(()) } else { Err(self.refusal()) }
    }
}

/// The mistake in a text that is no JSON. Two of serde_json's own sentences tell nothing about their cause.
fn in_words(text: &str, error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    if text.starts_with('\u{feff}') {
        "it begins with a byte order mark (U+FEFF), which has to be left out".into()
    } else if sentence.contains("surrogate") || sentence.contains("end of hex escape") {
        format!(
            "a \\u escape is half of a character (a lone surrogate) at line {} column {}",
            error.line(),
            error.column()
        )
    } else {
        sentence
    }
}

#[cfg(test)]
mod tests;
