//! One operation of the API, as written in a description file.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use universal_wallet_core::error::Code;

use crate::http::routes::Route;

/// Body of an answer: media type, schema and example.
type Content = (&'static str, fn(&mut SchemaGenerator) -> Schema, Value);

/// A successful answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) description: &'static str,
    /// Contents, one per media type.
    pub(super) content: Vec<Content>,
    /// Headers besides those of every answer, by their names in the document's components.
    pub(super) headers: Vec<&'static str>,
}

/// Body of a request.
pub(super) struct Body {
    /// Name of the schema in the document's components.
    pub(super) name: &'static str,
    pub(super) schema: Value,
    pub(super) required: bool,
    /// Examples by name.
    pub(super) examples: Map<String, Value>,
}

/// Use of `Idempotency-Key` by an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Idempotency {
    No,
    Taken,
    Required,
}

/// A group of operations in the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
}

/// Description of a route.
pub(super) struct Operation {
    pub(super) route: Route,
    pub(super) id: &'static str,
    pub(super) tag: Tag,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// Query and header parameters.
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Body>,
    pub(super) idempotency: Idempotency,
    pub(super) answers: Vec<Answer>,
    /// Refusals besides those of the area.
    pub(super) codes: Vec<Code>,
}

impl Operation {
    pub(super) fn new(route: Route, id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Self {
            route,
            id,
            tag,
            summary,
            description: "",
            parameters: Vec::new(),
            body: None,
            idempotency: Idempotency::No,
            answers: Vec::new(),
            codes: Vec::new(),
        }
    }

    /// Sets the description for callers.
    pub(super) fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(super) fn parameters(self, parameters: impl Into<Vec<Value>>) -> Self {
        Self { parameters: parameters.into(), ..self }
    }

    /// Sets a required body.
    pub(super) fn body(self, name: &'static str, schema: Value, example: Value) -> Self {
        self.with_body(name, schema, true).example("example", example)
    }

    /// Sets an optional body.
    pub(super) fn optional_body(self, name: &'static str, schema: Value, example: Value) -> Self {
        self.with_body(name, schema, false).example("example", example)
    }

    pub(super) fn with_body(self, name: &'static str, schema: Value, required: bool) -> Self {
        Self { body: Some(Body { name, schema, required, examples: Map::new() }), ..self }
    }

    /// Adds an example of the body.
    pub(super) fn example(mut self, name: &str, value: Value) -> Self {
        if let Some(body) = &mut self.body {
            body.examples.insert(name.into(), json!({ "value": value }));
        }
        self
    }

    /// Accepts an `Idempotency-Key`.
    pub(super) fn idempotent(self) -> Self {
        Self { idempotency: Idempotency::Taken, ..self }
    }

    /// Requires an `Idempotency-Key`.
    pub(super) fn needs_idempotency_key(self) -> Self {
        Self { idempotency: Idempotency::Required, ..self }.refuses(&[Code::IdempotencyKeyRequired])
    }

    /// Adds a JSON answer of this type.
    pub(super) fn answers<T: JsonSchema>(self, status: u16, description: &'static str, example: Value) -> Self {
        self.answers_as::<T>("application/json", status, description, example)
    }

    /// Adds an answer of this media type; a second one joins the first.
    pub(super) fn answers_as<T: JsonSchema>(
        mut self,
        media_type: &'static str,
        status: u16,
        description: &'static str,
        example: Value,
    ) -> Self {
        let content: Content = (media_type, SchemaGenerator::subschema_for::<T>, example);
        match self.answers.iter_mut().find(|answer| answer.status == status) {
            Some(answer) => answer.content.push(content),
            None => self.answers.push(Answer { status, description, content: vec![content], headers: Vec::new() }),
        }
        self
    }

    /// Adds an answer without a body.
    pub(super) fn answers_nothing(mut self, status: u16, description: &'static str) -> Self {
        self.answers.push(Answer { status, description, content: Vec::new(), headers: Vec::new() });
        self
    }

    /// Adds a header to the successful answers, by its name in the document's components.
    pub(super) fn with_header(mut self, name: &'static str) -> Self {
        for answer in &mut self.answers {
            answer.headers.push(name);
        }
        self
    }

    /// Adds refusals besides those of the area.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }
}
