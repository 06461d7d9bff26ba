//! A person who signs in.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::edge::Edge;

/// A person, who signs in at the first call.
#[derive(Debug)]
pub struct Person {
    /// The person's `userID`.
    pub id: String,
    /// The person's login.
    pub login: String,
    /// The person's password.
    pub password: String,
    /// The person's roles at the start.
    pub roles: Vec<String>,
    cookie: OnceLock<String>,
}

impl Person {
    /// A new person with these roles and a unique login.
    pub fn new(roles: &[&str]) -> Self {
        let login = format!("{}-{}@bank.test", roles.first().unwrap(), uuid::Uuid::new_v4().simple());
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Self { id: String::new(), login, password: "correct horse battery".into(), roles, cookie: OnceLock::new() }
    }

    /// The person as a member of the issuer's request body.
    pub fn in_body(&self) -> Value {
        json!({ "login": self.login, "name": self.name(), "roles": self.roles, "password": self.password })
    }

    /// The person without a session, for a clock that moved past it.
    #[must_use]
    pub fn signed_out(&self) -> Self {
        let Self { id, login, password, roles, .. } = self;
        let (id, login, password) = (id.clone(), login.clone(), password.clone());
        Self { id, login, password, roles: roles.clone(), cookie: OnceLock::new() }
    }

    /// The person's name.
    pub fn name(&self) -> String {
        format!("The {}", self.roles.join(" and "))
    }

    /// The cookie of the person's session.
    pub fn cookie(&self, edge: &Edge) -> String {
        self.cookie.get_or_init(|| cookie_of(&self.sign_in(edge))).clone()
    }

    /// Joins with a code from the person's session.
    pub fn join(&self, edge: &Edge, code: &str) -> Answer {
        let cookie = self.cookie(edge);
        edge.post("/admin/v1/session/memberships").header("Cookie", &cookie).json(json!({ "code": code })).send()
    }

    /// The `userID` of the account, which its own session shows.
    pub fn account(&self, edge: &Edge) -> String {
        let session = edge.get("/admin/v1/session").person(self).send().ok();
        session["userID"].as_str().unwrap().to_owned()
    }

    /// Signs in again.
    pub fn sign_in(&self, edge: &Edge) -> Answer {
        sign_in(edge, &self.login, &self.password, "198.51.100.7")
    }
}

/// Tries to sign in.
pub fn sign_in(edge: &Edge, login: &str, password: &str, ip: &str) -> Answer {
    edge.post("/admin/v1/session").ip(ip).json(json!({ "login": login, "password": password })).send()
}

/// The cookie from a sign-in, in the form in which it is sent back.
pub fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned()
}
