//! Steps: what the shell does next for a call. Rust decides synchronously and never waits; the
//! shell carries a message to another object, and comes back with the reply.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use universal_wallet_core::document;
use universal_wallet_core::refusal::{Fault, Outcome, Refusal, Refused};

use super::answer::{Answer, report, unavailable};

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Distributor,
    Wallet,
    User,
    Issuer,
    SignIns,
}

impl Kind {
    /// The binding's name.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Distributor => "DISTRIBUTOR",
            Self::Wallet => "WALLET",
            Self::User => "USER",
            Self::Issuer => "ISSUER",
            Self::SignIns => "SIGN_INS",
        }
    }
}

/// What the shell does next; `T` is what the call goes on with after a reply.
#[derive(Debug)]
pub(crate) enum Step<T> {
    /// Answer the HTTP request.
    Answer(Answer),
    /// Answer the HTTP request with the API's description, which the shell holds.
    Describe(Answer),
    /// Answer the object that asked.
    Reply(String),
    /// Read the request's body and begin again with it.
    Body,
    /// Carry a message to an object, whose name has no line breaks, and come back with its reply; without `then`, its answer is
    /// the answer.
    Ask { to: Kind, name: String, message: String, then: Option<T> },
    /// Open a WebSocket at a Distributor, for this caller.
    Socket { name: String, caller: String },
    /// Nothing more to do.
    Done,
}

impl<T> Step<T> {
    /// Asks an object, to go on with its reply.
    pub(crate) fn ask(to: Kind, name: impl Into<String>, message: &impl Serialize, then: T) -> Result<Self, Fault> {
        Ok(Self::Ask { to, name: name.into(), message: serde_json::to_string(message)?, then: Some(then) })
    }

    /// As the shell reads it: a letter, then the rest. `keep` keeps what the call goes on with.
    pub(crate) fn text(self, keep: impl FnOnce(T) -> u64) -> String {
        match self {
            Self::Answer(answer) => answer.text(),
            Self::Describe(answer) => format!("T{}", answer.text()),
            Self::Reply(reply) => reply,
            Self::Body => "B".into(),
            Self::Ask { to, name, message, then } => {
                let then = then.map(|then| keep(then).to_string()).unwrap_or_default();
                ["O", to.as_str(), "\n", &then, "\n", &name, "\n", &message].concat()
            }
            Self::Socket { name, caller } => format!("S{}", serde_json::json!({ "name": name, "caller": caller })),
            Self::Done => DONE.into(),
        }
    }
}

/// Nothing more to do.
pub(crate) const DONE: &str = "D";

/// The reply that says no more than that it is done.
pub(crate) const ACKNOWLEDGED: &str = "R{\"Ok\":null}";

/// The reply to an object that asked, as the shell reads it.
pub(crate) fn reply<T: Serialize>(result: Outcome<T>) -> String {
    let reply = match result {
        Ok(value) => Reply::Ok(value),
        Err(Refused::Refusal(refusal)) => Reply::Refused(*refusal),
        Err(Refused::Fault(fault)) => {
            report("", &fault);
            Reply::Failed
        }
    };
    let text = serde_json::to_string(&reply).unwrap_or_else(|error| {
        report("", &error.into());
        "\"Failed\"".into()
    });
    ["R", &text].concat()
}

/// What an object replies to another.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply<T> {
    /// The result.
    Ok(T),
    /// The caller's fault.
    Refused(Refusal),
    /// Ours.
    Failed,
}

/// Reads a reply; what did not come is our fault, and its outcome unknown.
pub(crate) fn read_reply<T: DeserializeOwned>(reply: &str) -> Outcome<T> {
    match reply.strip_prefix('R').map(document::read::<Reply<T>>) {
        Some(Ok(Reply::Ok(value))) => Ok(value),
        Some(Ok(Reply::Refused(refusal))) => Err(refusal.into()),
        Some(Err(error)) => Err(Fault::from(error).into()),
        Some(Ok(Reply::Failed)) | None => Err(unavailable().into()),
    }
}
