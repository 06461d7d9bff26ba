//! The API's description, and whether it declares an answer.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::answer::Answer;

/// The file that the edge serves.
pub const TEXT: &str = include_str!("../../edge/openapi.json");

/// The description, closed: an undeclared member is a mistake.
pub struct Description {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// The parsed description.
pub fn description() -> &'static Description {
    static DESCRIPTION: LazyLock<Description> = LazyLock::new(Description::read);
    &DESCRIPTION
}

/// Components that other schemas extend; only the extending schemas know all members.
fn extended(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") {
                let inherited = members.get("allOf").and_then(Value::as_array).into_iter().flatten();
                let refs = inherited.chain([schema]).filter_map(|part| part["$ref"].as_str());
                found.extend(refs.map(str::to_owned));
            }
            members.values().for_each(|member| extended(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| extended(item, found)),
        _ => {}
    }
}

/// Refuses undeclared members. Clients must ignore new ones; a test must not.
fn close(schema: &mut Value, place: &str, open: &BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            // Choices beside members only narrow them, so the whole schema is closed rather than each choice.
            let narrowed = members.contains_key("properties");
            for (name, member) in members.iter_mut().filter(|(name, _)| !narrowed || *name != "oneOf") {
                close(member, &format!("{place}/{name}"), open);
            }
            if members.get("properties").is_some_and(Value::is_object)
                && !members.contains_key("additionalProperties")
                && !open.contains(place)
            {
                members.insert("unevaluatedProperties".into(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| close(item, place, open)),
        _ => {}
    }
}

/// Whether a path matches a template.
fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(left, right)| left == right || (left.starts_with('{') && !right.is_empty()))
}

/// Number of a template's fixed segments: if two templates match, the one with more applies.
fn fixed(template: &str) -> usize {
    template.split('/').filter(|segment| !segment.starts_with('{')).count()
}

impl Description {
    fn read() -> Self {
        let mut document: Value = serde_json::from_str(TEXT).unwrap();
        let mut open = BTreeSet::new();
        extended(&document, &mut open);
        close(&mut document["components"], "#/components", &open);
        Self { document, validators: Mutex::default() }
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// The errors of a value against its schema.
    pub fn errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        let name = schema.to_string();
        let validator = self.validators.lock().unwrap().get(&name).cloned();
        let validator = validator.unwrap_or_else(|| {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            let made = Arc::new(jsonschema::options().should_validate_formats(true).build(&whole).unwrap());
            self.validators.lock().unwrap().insert(name, made.clone());
            made
        });
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// Each operation: method, path template and description.
    pub fn operations(&self) -> impl Iterator<Item = (&String, &String, &Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (method, path, operation))
        })
    }

    /// The mistakes of an answer, if its path is described.
    pub fn mistakes(&self, method: &str, path: &str, answer: &Answer) -> Vec<String> {
        let path = path.split('?').next().unwrap();
        let wanted = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
        let found = self.operations().filter(|(_, template, _)| matches(template, path));
        let Some((.., operation)) =
            found.filter(|(method, ..)| **method == wanted).max_by_key(|(_, template, _)| fixed(template))
        else {
            return Vec::new();
        };
        let name = operation["operationId"].as_str().unwrap();
        let response = self.resolve(&operation["responses"][answer.status.to_string()]);
        if response.is_null() {
            return vec![format!("{name} does not declare the status {}", answer.status)];
        }
        let mut mistakes = self.header_mistakes(response, answer);
        if method != "HEAD" {
            mistakes.extend(self.body_mistakes(response, answer));
        }
        mistakes
    }

    fn header_mistakes(&self, response: &Value, answer: &Answer) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = self.resolve(header);
            match answer.header(name) {
                Some(value) => mistakes.extend(self.errors(&header["schema"], &value.into())),
                None if header["required"] == true => mistakes.push(format!("the header {name} is missing")),
                None => {}
            }
        }
        mistakes
    }

    fn body_mistakes(&self, response: &Value, answer: &Answer) -> Vec<String> {
        let Some(content) = response["content"].as_object() else {
            return if answer.text.is_empty() { vec![] } else { vec!["there is a body".into()] };
        };
        let sent = answer.header("Content-Type").unwrap_or_default();
        let media_type = sent.split(';').next().unwrap_or_default();
        match content.get(media_type) {
            None => vec![format!("the media type {sent:?} is not declared")],
            Some(declared) if media_type == "application/json" => self.errors(&declared["schema"], &answer.json()),
            Some(_) => Vec::new(),
        }
    }
}
