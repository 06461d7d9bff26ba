//! Steps: the shell's next action for a call, as text: a letter and the rest. Rust itself never waits.
//!
//! `A` answers the HTTP request (status, header lines, blank line, body). `T` does the same with the API description,
//! which the shell holds, as its body. `B` reads the request's body and begins again. `S` opens a WebSocket at a
//! Distributor. `X` answers with a body that continues with pages of a Distributor. `O` carries a message to an object
//! and comes back with the reply under the call's number; without a number the reply is the next step. `F` sends a
//! message to a receiver outside the edge and comes back with the answer. `P` comes back after a pause, in which other
//! events have their turn. `J` carries out several steps beside each other, and comes back when all have ended. `L` is an
//! answer that the Worker is to learn from: a refusal that it repeats for a moment. `R` and `E` reply to the object that
//! asked. `D` does nothing more. Before any of them, `&` lists steps that the shell follows beside it.

use serde_json::json;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;

use crate::http::answer::Answer;

/// Kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Distributor,
    Wallet,
    User,
    Issuer,
    SignIns,
    Webhook,
}

impl ObjectKind {
    /// Name of the binding.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Distributor => "DISTRIBUTOR",
            Self::Wallet => "WALLET",
            Self::User => "USER",
            Self::Issuer => "ISSUER",
            Self::SignIns => "SIGN_INS",
            Self::Webhook => "WEBHOOK",
        }
    }
}

/// Nothing more to do.
pub(crate) const DONE: &str = "D";

/// The reply where a call is gone: dropped, or begun before a trap. Its outcome is unknown.
pub(crate) const LOST: &str = "E500";

/// Reads the request's body and begins again with it.
pub(crate) const READ_BODY: &str = "B";

/// Milliseconds in which an object has to reply to a call that goes on afterwards.
const REPLY_MS: &str = " 10000";

/// Carries a message to an object, whose name has no line breaks and is the platform's ID after a blank. With a number,
/// the reply resumes that call, and has a deadline; without, the reply is the next step.
pub(crate) fn ask(number: Option<u64>, to: ObjectKind, name: &str, message: &str) -> String {
    let mut buffer = itoa::Buffer::new();
    let (deadline, number) = number.map_or(("", ""), |number| (REPLY_MS, buffer.format(number)));
    ["O", to.as_str(), deadline, "\n", number, "\n", name, "\n", message].concat()
}

/// Comes back to a call after a pause.
pub(crate) fn turn(number: u64) -> String {
    ["P", itoa::Buffer::new().format(number)].concat()
}

/// Carries out steps beside each other, then comes back to a call.
pub(crate) fn all(number: u64, steps: &[String]) -> String {
    ["J", &json!([number.to_string(), steps]).to_string()].concat()
}

/// Answers with a refusal that the Worker repeats for a moment.
pub(crate) fn learn(scope: &str, answer: Answer) -> String {
    ["L", scope, "\n", &answer.text()].concat()
}

/// Sends a message out of the edge. The request is JSON: `url`, `headers`, `body`, and `waitMs` before it is sent.
pub(crate) fn send(number: u64, request: &str) -> String {
    ["F", itoa::Buffer::new().format(number), "\n", request].concat()
}

/// A step with others that the shell follows beside it.
pub(crate) fn beside(step: String, others: &[String]) -> Result<String, InternalError> {
    let others: Vec<&String> = others.iter().filter(|other| *other != DONE).collect();
    if others.is_empty() { Ok(step) } else { Ok(["&", &json_text::write(&others)?, "\n", &step].concat()) }
}

/// Answers with the API description.
pub(crate) fn describe(answer: Answer) -> String {
    ["T", &answer.text()].concat()
}

/// Opens a WebSocket at a Distributor, with a message that names the listener.
pub(crate) fn listen(distributor: &str, message: &str) -> Result<String, InternalError> {
    Ok(["S", &json_text::write(&(distributor, message))?].concat())
}

/// Answers, and continues with the pages that a Distributor returns for a message.
pub(crate) fn stream(answer: Answer, distributor: &str, message: &str) -> Result<String, InternalError> {
    Ok(["X", &json_text::write(&(distributor, message))?, "\n", &answer.text()].concat())
}
