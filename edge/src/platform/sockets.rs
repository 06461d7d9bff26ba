//! WebSockets of an object. They hibernate with the object; each stores the end of its session.

use serde::{Deserialize, Serialize};
use universal_wallet_core::error::InternalError;
use universal_wallet_core::people::listening::Watch;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Timestamp;
use worker::WebSocket;

use super::log::report;
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
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    /// Rises from socket to socket of an object.
    number: u32,
    /// The session's end, as far as it is known.
    watch: Watch,
    /// The session: its login, and the digest of its secret.
    login: String,
    token: Digest,
}

/// A socket whose session may have ended.
#[derive(Debug)]
pub(crate) struct Watched {
    number: u32,
    pub(crate) watch: Watch,
    pub(crate) login: String,
    pub(crate) token: Digest,
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
    attachment(socket).map_or(0, |attachment| attachment.number)
}

fn attachment(socket: &WebSocket) -> Option<Attachment> {
    socket.deserialize_attachment().ok().flatten()
}

/// Reports a fault of one socket, which troubles no other.
fn note(done: Result<(), InternalError>) {
    let _ = done.inspect_err(report);
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

    /// Sends a message to every socket and returns their number; one whose session should have been looked at long ago is
    /// closed.
    pub(crate) fn broadcast(&self, message: &str, now: Timestamp) -> Result<usize, InternalError> {
        let sockets = listening(self.state().get_websockets());
        for socket in &sockets {
            if attachment(socket).is_some_and(|session| session.watch.may_hear(now)) {
                socket.send_with_str(message).map_err(|error| failed("a socket", &error))?;
            } else {
                close(socket, Closing::SessionEnded)?;
            }
        }
        Ok(sockets.len())
    }

    /// Sockets whose sessions may have ended by a time, and the next time at which one may. A socket without a readable
    /// attachment is closed.
    pub(crate) fn watched(&self, now: Timestamp) -> (Vec<Watched>, Option<Timestamp>) {
        let (mut due, mut next) = (Vec::new(), None);
        for socket in listening(self.state().get_websockets()) {
            match attachment(&socket) {
                Some(session) if session.watch.ask_at() <= now => {
                    let Attachment { number, watch, login, token } = session;
                    due.push(Watched { number, watch, login, token });
                }
                Some(session) => {
                    let ask_at = session.watch.ask_at();
                    next = Some(next.map_or(ask_at, |next: Timestamp| next.min(ask_at)));
                }
                None => note(close(&socket, Closing::SessionEnded)),
            }
        }
        (due, next)
    }

    /// Notes the end of a socket's session.
    pub(crate) fn keep_watch(&self, watched: &Watched, watch: Watch) {
        let Watched { number, login, token, .. } = watched;
        let attachment = Attachment { number: *number, watch, login: login.clone(), token: *token };
        for socket in self.sockets_of(watched) {
            note(socket.serialize_attachment(&attachment).map_err(|error| failed("a socket's session", &error)));
        }
    }

    /// Closes a socket whose session has ended.
    pub(crate) fn end_watched(&self, watched: &Watched) {
        self.sockets_of(watched).for_each(|socket| note(close(&socket, Closing::SessionEnded)));
    }

    fn sockets_of(&self, watched: &Watched) -> impl Iterator<Item = WebSocket> {
        let wanted = watched.number;
        listening(self.state().get_websockets()).into_iter().filter(move |socket| number(socket) == wanted)
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
