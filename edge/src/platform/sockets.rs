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
    /// Others were opened since, and this one is the oldest of too many.
    GivesWay,
}

impl Closing {
    const fn code(self) -> u16 {
        match self {
            Self::SessionEnded => 4401,
            Self::MembershipEnded => 4403,
            Self::GivesWay => 4408,
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::SessionEnded => "The session has ended.",
            Self::MembershipEnded => "The membership has ended.",
            Self::GivesWay => "Too many windows are open; the oldest gives way.",
        }
    }
}

/// Data that a socket stores while the object sleeps.
#[derive(Deserialize)]
struct Attachment {
    /// End of the session, in milliseconds.
    until: f64,
    /// Rises from socket to socket of an object.
    number: u32,
}

/// Maximum number of sockets of a person.
const MAX_OF_PERSON: usize = 5;
/// Maximum number of sockets of an object.
const MAX: usize = 100;

fn close(socket: &WebSocket, why: Closing) -> Result<(), InternalError> {
    socket.close(Some(why.code()), Some(why.reason())).map_err(|error| failed("a socket", &error))
}

/// Number of a socket; one without a readable attachment is the oldest.
fn number(socket: &WebSocket) -> u32 {
    socket.deserialize_attachment::<Attachment>().ok().flatten().map_or(0, |attachment| attachment.number)
}

/// The oldest of these sockets that give way to another one.
fn oldest<T>(mut sockets: Vec<(u32, T)>, max: usize) -> impl Iterator<Item = T> {
    sockets.sort_by_key(|(number, _)| *number);
    let too_many = (sockets.len() + 1).saturating_sub(max);
    sockets.into_iter().take(too_many).map(|(_, socket)| socket)
}

/// Closes the oldest sockets until another one may be opened.
fn make_way(sockets: Vec<(u32, WebSocket)>, max: usize) -> Result<(), InternalError> {
    oldest(sockets, max).try_for_each(|socket| close(&socket, Closing::GivesWay))
}

impl Storage {
    /// Makes way for another socket of a person; returns its number.
    pub(crate) fn make_way_for(&self, person: &str) -> Result<u32, InternalError> {
        let numbered = |sockets| listening(sockets).into_iter().map(|socket| (number(&socket), socket)).collect();
        make_way(numbered(self.state().get_websockets_with_tag(person)), MAX_OF_PERSON)?;
        let all: Vec<(u32, WebSocket)> = numbered(self.state().get_websockets());
        let last = all.iter().map(|(number, _)| *number).max().unwrap_or(0);
        make_way(all, MAX)?;
        Ok(last.wrapping_add(1))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_sockets_give_way() {
        let closed = |count: u32, max| oldest((0..count).rev().map(|number| (number, number)).collect(), max);
        assert_eq!(closed(99, MAX).count(), 0);
        assert_eq!(closed(100, MAX).collect::<Vec<_>>(), [0]);
        assert_eq!(closed(102, MAX).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(closed(4, MAX_OF_PERSON).count(), 0);
        assert_eq!(closed(5, MAX_OF_PERSON).collect::<Vec<_>>(), [0]);
    }
}
