//! Steps: what the shell does next for a call. Rust decides synchronously and never waits; the
//! shell carries a message to another object, and comes back with the reply.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;
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
    /// Open a WebSocket at a Distributor: its name and the caller, as JSON.
    Socket(String),
    /// Nothing more to do.
    Done,
    /// A call that asks other objects, and then has its answer.
    Call(Pin<Box<dyn Future<Output = Outcome<Answer>>>>),
}

impl<T> Step<T> {
    /// Asks an object, to go on with its reply.
    pub(crate) fn ask(to: Kind, name: impl Into<String>, message: &impl Serialize, then: T) -> Result<Self, Fault> {
        Ok(Self::Ask { to, name: name.into(), message: document::write(message)?, then: Some(then) })
    }

    /// As the shell reads it: a letter, then the rest. `keep` keeps what the call goes on with.
    pub(crate) fn text(self, keep: impl FnOnce(T) -> u64) -> String {
        match self {
            Self::Answer(answer) => answer.text(),
            Self::Describe(answer) => format!("T{}", answer.text()),
            Self::Reply(reply) => reply,
            Self::Body => "B".into(),
            Self::Ask { to, name, message, then } => {
                asking(to, &then.map(|then| keep(then).to_string()).unwrap_or_default(), &name, &message)
            }
            Self::Socket(connect) => ["S", &connect].concat(),
            Self::Done => DONE.into(),
            Self::Call(_) => FAILED.into(),
        }
    }
}

/// A message to be carried to an object, and the number of the call that waits for its reply.
pub(crate) fn asking(to: Kind, waits: &str, name: &str, message: &str) -> String {
    ["O", to.as_str(), "\n", waits, "\n", name, "\n", message].concat()
}

/// Nothing more to do.
pub(crate) const DONE: &str = "D";

/// Before the result in a reply.
const DONE_WITH: &str = "RD";
/// Before the caller's fault in a reply.
const REFUSED: &str = "RR";
/// The reply where the fault is ours.
const FAILED: &str = "RF";
/// The reply that says no more than that it is done.
pub(crate) const ACKNOWLEDGED: &str = "RDnull";

/// The reply to an object that asked, as the shell reads it.
pub(crate) fn reply<T: Serialize>(result: Outcome<T>) -> String {
    match &result {
        Ok(value) => written(DONE_WITH, value),
        Err(refused) => refused_text(refused),
    }
}

fn refused_text(refused: &Refused) -> String {
    match refused {
        Refused::Refusal(refusal) => written(REFUSED, refusal.as_ref()),
        Refused::Fault(fault) => {
            report("", fault);
            FAILED.into()
        }
    }
}

fn written(kind: &str, content: &impl Serialize) -> String {
    match document::write(content) {
        Ok(text) => [kind, &text].concat(),
        Err(fault) => {
            report("", &fault);
            FAILED.into()
        }
    }
}

/// Reads a reply; what did not come is our fault, and its outcome unknown.
pub(crate) fn read_reply<T: DeserializeOwned>(reply: &str) -> Outcome<T> {
    Ok(document::read(content(reply)?)?)
}

/// The result in a reply.
fn content(reply: &str) -> Outcome<&str> {
    if let Some(refusal) = reply.strip_prefix(REFUSED) {
        return Err(document::read::<Refusal>(refusal)?.into());
    }
    reply.strip_prefix(DONE_WITH).ok_or_else(|| unavailable().into())
}
