//! Steps: what the shell does next for a call. Rust decides synchronously and never waits; the
//! shell carries a message to another object, and comes back with the reply.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use universal_wallet_core::refusal::{Fault, Outcome, Refusal, Refused};

use super::answer::{Answer, report, unavailable};

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    #[serde(rename = "DISTRIBUTOR")]
    Distributor,
    #[serde(rename = "WALLET")]
    Wallet,
    #[serde(rename = "USER")]
    User,
    #[serde(rename = "ISSUER")]
    Issuer,
    #[serde(rename = "SIGN_INS")]
    SignIns,
}

/// What the shell does next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Answer the HTTP request.
    Answer(Answer),
    /// Answer the object that asked.
    Reply(String),
    /// Read the request's body and come back.
    Body(String),
    /// Carry a message to an object and come back with its reply; without `then`, its answer is
    /// the answer.
    Ask { to: Kind, name: String, message: String, then: Option<String> },
    /// Open a WebSocket at a Distributor, for this caller.
    Socket { name: String, caller: String },
    /// Nothing more to do.
    Done,
}

#[derive(Serialize)]
struct AskText<'a> {
    to: Kind,
    name: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'a str>,
}

impl Step {
    /// Asks an object, to go on with its reply.
    pub(crate) fn ask(
        to: Kind,
        name: impl Into<String>,
        message: &impl Serialize,
        then: &impl Serialize,
    ) -> Result<Self, Fault> {
        let (message, then) = (serde_json::to_string(message)?, serde_json::to_string(then)?);
        Ok(Self::Ask { to, name: name.into(), message, then: Some(then) })
    }

    /// Hands the request over to an object, whose answer is the answer.
    pub(crate) fn hand_over(to: Kind, name: impl Into<String>, message: &impl Serialize) -> Result<Self, Fault> {
        Ok(Self::Ask { to, name: name.into(), message: serde_json::to_string(message)?, then: None })
    }

    /// Replies to an object.
    pub(crate) fn reply<T: Serialize>(result: Outcome<T>) -> Self {
        let reply = match result {
            Ok(value) => Reply::Ok(value),
            Err(Refused::Refusal(refusal)) => Reply::Refused(refusal),
            Err(Refused::Fault(fault)) => {
                report("", &fault);
                Reply::Failed
            }
        };
        match serde_json::to_string(&reply) {
            Ok(text) => Self::Reply(text),
            Err(error) => {
                report("", &error.into());
                Self::Reply("\"Failed\"".into())
            }
        }
    }

    /// As the shell reads it: a letter, then the rest.
    pub(crate) fn text(self, request_id: &str) -> String {
        match self {
            Self::Answer(answer) => answer.text(request_id),
            Self::Reply(reply) => format!("R{reply}"),
            Self::Body(then) => format!("B{then}"),
            Self::Ask { to, name, message, then } => {
                let ask = AskText { to, name: &name, message: &message, then: then.as_deref() };
                // Strings and options of strings always have a JSON form.
                format!("O{}", serde_json::to_string(&ask).unwrap_or_default())
            }
            Self::Socket { name, caller } => format!("S{}", serde_json::json!({ "name": name, "caller": caller })),
            Self::Done => "D".into(),
        }
    }
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
    match reply.strip_prefix('R').map(serde_json::from_str::<Reply<T>>) {
        Some(Ok(Reply::Ok(value))) => Ok(value),
        Some(Ok(Reply::Refused(refusal))) => Err(refusal.into()),
        Some(Err(error)) => Err(Fault::from(error).into()),
        Some(Ok(Reply::Failed)) | None => Err(unavailable().into()),
    }
}
