//! One operation of the API, as a description file writes it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use universal_wallet_core::error::Code;

use crate::http::routes::Route;

/// A body of an answer: its media type, its schema and an example.
type Content = (&'static str, fn(&mut SchemaGenerator) -> Schema, Value);

/// How a success is answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) description: &'static str,
    /// One for each media type.
    pub(super) content: Vec<Content>,
    /// Headers beyond those of every answer, by their names in the document's components.
    pub(super) headers: Vec<&'static str>,
}

/// A request's body.
pub(super) struct Body {
    /// Its schema's name in the document's components.
    pub(super) name: &'static str,
    pub(super) schema: Value,
    pub(super) required: bool,
    /// Examples by name.
    pub(super) examples: Map<String, Value>,
}

/// Whether an operation takes an `Idempotency-Key`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Idempotency {
    No,
    Taken,
    Required,
}

/// A group of operations, as a reader looks for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
}

/// An operation: what is told of a route.
pub(super) struct Operation {
    pub(super) route: Route,
    pub(super) id: &'static str,
    pub(super) tag: Tag,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// Parameters of its query and headers.
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Body>,
    pub(super) idempotency: Idempotency,
    pub(super) answers: Vec<Answer>,
    /// Refusals beyond those of its area.
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

    /// What a caller has to know.
    pub(super) fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(super) fn parameters(self, parameters: impl Into<Vec<Value>>) -> Self {
        Self { parameters: parameters.into(), ..self }
    }

    /// A body that has to be there.
    pub(super) fn body(self, name: &'static str, schema: Value, example: Value) -> Self {
        self.with_body(name, schema, true).example("example", example)
    }

    /// A body that may be left out.
    pub(super) fn optional_body(self, name: &'static str, schema: Value, example: Value) -> Self {
        self.with_body(name, schema, false).example("example", example)
    }

    pub(super) fn with_body(self, name: &'static str, schema: Value, required: bool) -> Self {
        Self { body: Some(Body { name, schema, required, examples: Map::new() }), ..self }
    }

    /// A further example of the body.
    pub(super) fn example(mut self, name: &str, value: Value) -> Self {
        if let Some(body) = &mut self.body {
            body.examples.insert(name.into(), json!({ "value": value }));
        }
        self
    }

    /// It takes an `Idempotency-Key`.
    pub(super) fn idempotent(self) -> Self {
        Self { idempotency: Idempotency::Taken, ..self }
    }

    /// It needs an `Idempotency-Key`.
    pub(super) fn needs_idempotency_key(self) -> Self {
        Self { idempotency: Idempotency::Required, ..self }.refuses(&[Code::IdempotencyKeyRequired])
    }

    /// It answers with JSON of this type.
    pub(super) fn answers<T: JsonSchema>(self, status: u16, description: &'static str, example: Value) -> Self {
        self.answers_as::<T>("application/json", status, description, example)
    }

    /// It answers with this media type; a second one joins the first.
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

    /// It answers without a body.
    pub(super) fn answers_nothing(mut self, status: u16, description: &'static str) -> Self {
        self.answers.push(Answer { status, description, content: Vec::new(), headers: Vec::new() });
        self
    }

    /// Its successful answers carry this header, by its name in the document's components.
    pub(super) fn with_header(mut self, name: &'static str) -> Self {
        for answer in &mut self.answers {
            answer.headers.push(name);
        }
        self
    }

    /// It may be refused for these reasons, beyond those of its area.
    pub(super) fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }
}
