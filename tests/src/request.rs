//! HTTP requests as a test writes them.

use serde_json::Value;
use ureq::http;

use crate::answer::Answer;
use crate::description::description;
use crate::edge::Edge;
use crate::key::Key;
use crate::person::Person;

impl Edge {
    /// A request that is being built.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        Request::new(self, method, path)
    }

    /// A GET request.
    pub fn get(&self, path: &str) -> Request<'_> {
        self.request("GET", path)
    }

    /// A POST request.
    pub fn post(&self, path: &str) -> Request<'_> {
        self.request("POST", path)
    }

    /// A PUT request.
    pub fn put(&self, path: &str) -> Request<'_> {
        self.request("PUT", path)
    }

    /// A PATCH request.
    pub fn patch(&self, path: &str) -> Request<'_> {
        self.request("PATCH", path)
    }

    /// A DELETE request.
    pub fn delete(&self, path: &str) -> Request<'_> {
        self.request("DELETE", path)
    }
}

/// A request of any method.
#[must_use]
pub struct Request<'a> {
    edge: &'a Edge,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl<'a> Request<'a> {
    fn new(edge: &'a Edge, method: &str, path: &str) -> Self {
        Self { edge, method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header, also a second one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets `Authorization: Bearer`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// Authenticates with a key.
    pub fn key(self, key: &Key) -> Self {
        self.bearer(&key.secret)
    }

    /// Authenticates as the issuer.
    pub fn issuer(self) -> Self {
        let token = self.edge.secret("ISSUER_TOKEN");
        self.bearer(&token)
    }

    /// Authenticates as a person, who signs in first if necessary.
    pub fn person(self, person: &Person) -> Self {
        let cookie = person.cookie(self.edge);
        self.header("Cookie", &cookie)
    }

    /// Sets the caller's address.
    pub fn ip(self, ip: &str) -> Self {
        self.header("CF-Connecting-IP", ip)
    }

    /// Sets the `Idempotency-Key`.
    pub fn once(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Sets a JSON body.
    #[allow(clippy::needless_pass_by_value, reason = "it is written in place")]
    pub fn json(self, body: Value) -> Self {
        self.header("Content-Type", "application/json").body(body.to_string())
    }

    /// Sets the body's bytes.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request. The API's description must declare the answer; `None` without an answer.
    pub fn try_send(self) -> Option<Answer> {
        let mut request = http::Request::builder()
            .method(http::Method::from_bytes(self.method.as_bytes()).unwrap())
            .uri(format!("{}{}", self.edge.url, self.path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let agent = &self.edge.agent;
        let answer = if self.body.is_empty() {
            agent.run(request.body(()).unwrap())
        } else {
            let request = agent.configure_request(request.body(self.body).unwrap()).build();
            agent.run(request)
        };
        let (parts, mut body) = answer.ok()?.into_parts();
        let text = body.with_config().limit(u64::MAX).read_to_string().ok()?;
        let call = format!("{} {}", self.method, self.path);
        let answer = Answer { call, status: parts.status.as_u16(), headers: parts.headers, text };
        if self.edge.described {
            let mistakes = description().mistakes(&self.method, &self.path, &answer);
            assert!(mistakes.is_empty(), "{answer}\nis not what openapi.json declares: {mistakes:#?}");
        }
        Some(answer)
    }

    /// Sends the request, which must be answered.
    pub fn send(self) -> Answer {
        let call = format!("{} {}", self.method, self.path);
        self.try_send().unwrap_or_else(|| panic!("no answer to {call}"))
    }
}
