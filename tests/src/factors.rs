//! Second factors in tests: an authenticator in software, and an authenticator app.

#[path = "../../edge/core/tests/second_factor/authenticator.rs"]
pub mod authenticator;

use std::cell::Cell;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::edge::Edge;
use crate::person::cookie_of;
use authenticator::Authenticator;

/// An authenticator app that knows a secret.
pub struct App {
    secret: Vec<u8>,
    used: Cell<i64>,
}

impl App {
    /// An app that scanned this secret, in base 32.
    pub fn new(secret: &str) -> Self {
        let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        Self { secret, used: Cell::new(0) }
    }

    /// The code of a time in milliseconds.
    pub fn code_at(&self, ms: i64) -> String {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.secret);
        let tag = ring::hmac::sign(&key, &(ms / 30_000).to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[19] & 15);
        let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// A code that was not used: of this time, or of one step later.
    pub fn fresh_code(&self, now: i64) -> String {
        let step = (now / 30_000 - 1).max(self.used.get() + 1);
        self.used.set(step);
        self.code_at(step * 30_000)
    }
}

/// A session and its cookie.
pub struct Signed<'a> {
    /// The edge.
    pub edge: &'a Edge,
    /// Cookie of the session.
    pub cookie: String,
}

impl<'a> Signed<'a> {
    /// The session that an answer began.
    #[track_caller]
    pub fn of(edge: &'a Edge, answer: &Answer) -> Self {
        Self { edge, cookie: cookie_of(answer) }
    }

    /// A call of the session.
    pub fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = self.edge.request(method, path).header("Cookie", &self.cookie).ip("198.51.100.7");
        if body.is_null() { request.send() } else { request.json(body).send() }
    }

    /// A call about the session itself.
    pub fn own(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, &format!("/admin/v1/session{path}"), body)
    }

    /// Enrols an authenticator app; returns it and the recovery codes.
    #[track_caller]
    pub fn enrol_app(&self, now: i64) -> (App, Vec<String>) {
        let begun = self.own("POST", "/totp", Value::Null).ok();
        let app = App::new(begun["secret"].as_str().unwrap());
        let done = self.own("POST", "/totp/confirm", json!({ "code": app.fresh_code(now) })).ok();
        (app, texts(&done["recoveryCodes"]))
    }

    /// Enrols a passkey; returns the answer and the account's user handle.
    #[track_caller]
    pub fn enrol_passkey(&self, authenticator: &Authenticator) -> (Value, String) {
        let options = self.own("POST", "/passkeys/options", Value::Null).ok();
        let response = authenticator.creation("127.0.0.1", &self.edge.url, options["challenge"].as_str().unwrap());
        let body = json!({ "name": "Laptop", "credential": authenticator.created(&response) });
        let handle = options["user"]["id"].as_str().unwrap().to_owned();
        (self.own("POST", "/passkeys", body).ok(), handle)
    }

    /// The body of a proof by a passkey.
    #[track_caller]
    pub fn passkey_proof(&self, authenticator: &mut Authenticator) -> Value {
        let options = self.own("POST", "/second-factor/options", Value::Null).ok();
        authenticator.counter += 1;
        let challenge = options["challenge"].as_str().unwrap();
        json!({ "credential": authenticator.got(&authenticator.assertion("127.0.0.1", &self.edge.url, challenge, None)) })
    }
}

/// Texts of a JSON list.
pub fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
