//! Steps: what the shell does next for a call, as text: a letter and the rest. Rust never waits itself.
//!
//! `A` answer the HTTP request (status, header lines, blank line, body); `T` the same with the API's description as its
//! body, which the shell holds; `B` read the request's body and begin again; `S` open a WebSocket at a Distributor; `X` an
//! answer whose body goes on with pages of a Distributor; `O` carry a message to an object, and come back with its
//! reply under the call's number, or without a number take the reply for the next step; `R` and `E` the reply to
//! the object that asked; `D` nothing more.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;

use crate::http::answer::Answer;

/// The kinds of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Distributor,
    Wallet,
    User,
    Issuer,
    SignIns,
}

impl ObjectKind {
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

/// Nothing more to do.
pub(crate) const DONE: &str = "D";

/// Read the request's body, and begin again with it.
pub(crate) const READ_BODY: &str = "B";

/// Carry a message to an object, whose name has no line breaks. Under a number the call goes on with the reply; else the
/// reply is the next step.
pub(crate) fn ask(number: Option<u64>, to: ObjectKind, name: &str, message: &str) -> String {
    let mut buffer = itoa::Buffer::new();
    let number = number.map_or("", |number| buffer.format(number));
    ["O", to.as_str(), "\n", number, "\n", name, "\n", message].concat()
}

/// Answer with the API's description.
pub(crate) fn describe(answer: Answer) -> String {
    ["T", &answer.text()].concat()
}

/// Open a WebSocket at a Distributor, which is told who listens.
pub(crate) fn listen(distributor: &str, message: &str) -> Result<String, InternalError> {
    Ok(["S", &json_text::write(&(distributor, message))?].concat())
}

/// Answer, and go on with the pages that a Distributor replies to a message.
pub(crate) fn stream(answer: Answer, distributor: &str, message: &str) -> Result<String, InternalError> {
    Ok(["X", &json_text::write(&(distributor, message))?, "\n", &answer.text()].concat())
}
