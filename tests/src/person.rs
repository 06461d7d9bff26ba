//! A person who signs in.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::edge::Edge;

/// A person, who signs in when they first call.
#[derive(Debug)]
pub struct Person {
    /// Their `userID`.
    pub id: String,
    /// Their login.
    pub login: String,
    /// Their password.
    pub password: String,
    /// Their roles where they were made.
    pub roles: Vec<String>,
    cookie: OnceLock<String>,
}

impl Person {
    /// A new person with these roles and a login of their own.
    pub fn new(roles: &[&str]) -> Self {
        let login = format!("{}-{}@bank.test", roles.first().unwrap(), uuid::Uuid::new_v4().simple());
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Self { id: String::new(), login, password: "correct horse battery".into(), roles, cookie: OnceLock::new() }
    }

    /// As the issuer names them in a body.
    pub fn in_body(&self) -> Value {
        json!({ "login": self.login, "name": self.name(), "roles": self.roles, "password": self.password })
    }

    /// Their name.
    pub fn name(&self) -> String {
        format!("The {}", self.roles.join(" and "))
    }

    /// Their session's cookie.
    pub fn cookie(&self, edge: &Edge) -> String {
        self.cookie.get_or_init(|| cookie_of(&self.sign_in(edge))).clone()
    }

    /// Signs in once more.
    pub fn sign_in(&self, edge: &Edge) -> Answer {
        sign_in(edge, &self.login, &self.password, "198.51.100.7")
    }
}

/// An attempt to sign in.
pub fn sign_in(edge: &Edge, login: &str, password: &str, ip: &str) -> Answer {
    edge.post("/admin/v1/session").ip(ip).json(json!({ "login": login, "password": password })).send()
}

/// The cookie that a sign-in gave, as it is sent back.
pub fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer}");
    answer.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned()
}
