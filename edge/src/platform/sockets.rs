//! WebSockets of an object. They hibernate with the object; each stores the end of its session.

use serde::Deserialize;
use universal_wallet_core::error::InternalError;
use worker::WebSocket;

use super::storage::{Storage, failed};

/// Reason for closing a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The person's session has ended.
    SessionEnded,
    /// The person is no longer a member.
    MembershipEnded,
}

impl Closing {
    const fn code(self) -> u16 {
        match self {
            Self::SessionEnded => 4401,
            Self::MembershipEnded => 4403,
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::SessionEnded => "The session has ended.",
            Self::MembershipEnded => "The membership has ended.",
        }
    }
}

/// Data that a socket stores while the object sleeps.
#[derive(Deserialize)]
struct Attachment {
    /// End of the session, in milliseconds.
    until: f64,
}

fn close(socket: &WebSocket, why: Closing) -> Result<(), InternalError> {
    socket.close(Some(why.code()), Some(why.reason())).map_err(|error| failed("a socket", &error))
}

impl Storage {
    /// Sends a message to every socket with a live session and closes the others; returns the number of sockets.
    pub(crate) fn broadcast(&self, message: &str, now_ms: i64) -> Result<usize, InternalError> {
        let sockets = listening(self.state().get_websockets());
        for socket in &sockets {
            let attachment: Option<Attachment> =
                socket.deserialize_attachment().map_err(|error| failed("a socket's session", &error))?;
            #[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
            if attachment.is_some_and(|session| (now_ms as f64) < session.until) {
                socket.send_with_str(message).map_err(|error| failed("a socket", &error))?;
            } else {
                close(socket, Closing::SessionEnded)?;
            }
        }
        Ok(sockets.len())
    }

    /// Closes every socket of a person.
    pub(crate) fn close_sockets(&self, person: &str, why: Closing) -> Result<(), InternalError> {
        listening(self.state().get_websockets_with_tag(person)).iter().try_for_each(|socket| close(socket, why))
    }
}

/// The open sockets; a closed one whose other side is silent takes no messages.
fn listening(mut sockets: Vec<WebSocket>) -> Vec<WebSocket> {
    sockets.retain(|socket| socket.as_ref().ready_state() == worker::web_sys::WebSocket::OPEN);
    sockets
}
