//! The envelope of a message: `RECEIVER VERSION REQUEST-ID ROUTE CONTENT`, each word followed by one space.
//!
//! A running object keeps its code for minutes after a deployment, so a Worker of one version meets objects of another.
//! Receivers, routes and versions are therefore named, never counted: a reader takes messages of its own version and
//! of the one before, and answers whatever else with 503, having done nothing.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;

use crate::platform::log::{self, Context};

/// The version of the messages that this code writes.
const VERSION: u32 = 1;

fn version() -> u32 {
    #[cfg(feature = "fault_injection")]
    if crate::platform::fault_injection::plays_next_version() {
        return VERSION + 1;
    }
    VERSION
}

/// Whom a message is for, and in which form its content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// A call on behalf of an HTTP request: lines.
    DistributorCall,
    /// Another message to a Distributor: JSON.
    Distributor,
    /// A person who wants to listen to a Distributor's events: JSON.
    DistributorListener,
    /// A movement of a wallet: words.
    WalletMovement,
    /// Another message to a Wallet: JSON.
    Wallet,
    /// A message to a User: JSON.
    User,
    /// A message to the Issuer: JSON.
    Issuer,
    /// A message to a record of failed sign-ins: JSON.
    SignIns,
}

impl Receiver {
    /// As it is written.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::DistributorCall => "distributor.call",
            Self::Distributor => "distributor",
            Self::DistributorListener => "distributor.listener",
            Self::WalletMovement => "wallet.movement",
            Self::Wallet => "wallet",
            Self::User => "user",
            Self::Issuer => "issuer",
            Self::SignIns => "sign-ins",
        }
    }
}

/// A message: its content in an envelope, on behalf of the present request.
pub(crate) fn write(to: Receiver, content: &str) -> String {
    let context = log::context();
    [
        to.as_str(),
        " ",
        itoa::Buffer::new().format(version()),
        " ",
        &context.request_id,
        " ",
        &context.route,
        " ",
        content,
    ]
    .concat()
}

/// The JSON content of a message for this receiver.
pub(crate) fn read<M: DeserializeOwned>(receiver: Receiver, message: &str) -> Result<M, InternalError> {
    open(message)?.json_for(receiver)
}

/// A message that was taken out of its envelope.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    /// Whom it is for, as it was written.
    receiver: &'a str,
    /// The content.
    content: &'a str,
}

/// An event reaches an object: from now on code runs on behalf of the request that the event's envelope names. The shell
/// makes one for an alarm too.
pub(crate) fn enter(object: &'static str, event: &str) {
    let mut words = event.splitn(5, ' ').skip(2);
    let mut word = || words.next().unwrap_or_default().to_owned();
    log::enter(Rc::new(Context { request_id: word(), route: word(), object }));
}

/// Opens an envelope. The error: it is none, or of a version that this code does not read.
pub(crate) fn open(message: &str) -> Result<Opened<'_>, InternalError> {
    let mut words = message.splitn(5, ' ');
    let mut word = || words.next().ok_or_else(|| InternalError::new("a message that is cut short"));
    let (receiver, version, _, _, content) = (word()?, word()?, word()?, word()?, word()?);
    let version: u32 = version.parse().map_err(|_| InternalError::new("a message without a version"))?;
    let own = self::version();
    if version != own && version + 1 != own {
        return Err(InternalError(format!("a message of version {version}; this code reads {own} and the one before")));
    }
    Ok(Opened { receiver, content })
}

impl<'a> Opened<'a> {
    /// The content, where the message is for this receiver.
    pub(crate) fn content_for(&self, receiver: Receiver) -> Option<&'a str> {
        (self.receiver == receiver.as_str()).then_some(self.content)
    }

    /// The JSON content, where the message is for this receiver; the error: it is for another one, or of a form that this
    /// code does not know.
    pub(crate) fn json_for<M: DeserializeOwned>(&self, receiver: Receiver) -> Result<M, InternalError> {
        let content = self.content_for(receiver).ok_or_else(|| {
            InternalError(format!("a message for {}", self.receiver.chars().take(32).collect::<String>()))
        })?;
        json_text::read(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_opened_as_it_was_closed() {
        log::enter(Rc::new(Context { request_id: "id".into(), route: "signIn".into(), object: "Worker" }));
        let message = write(Receiver::User, "{\"a b\":\"c d\"}");
        assert_eq!(message, "user 1 id signIn {\"a b\":\"c d\"}");
        let opened = open(&message).unwrap();
        assert_eq!(opened.content_for(Receiver::User), Some("{\"a b\":\"c d\"}"));
        assert_eq!(opened.content_for(Receiver::Wallet), None);
        assert_eq!(opened.json_for::<()>(Receiver::Wallet).unwrap_err().0, "a message for user");
        enter("User", &message);
        let context = log::context();
        assert_eq!((context.request_id.as_str(), context.route.as_str(), context.object), ("id", "signIn", "User"));
    }

    #[test]
    fn a_message_of_another_version_or_form_is_not_opened() {
        for message in ["", "user", "user 1 id", "user 1 id signIn", "user 2 id signIn {}", "user x id signIn {}", "{}"]
        {
            assert!(open(message).is_err(), "{message}");
        }
        assert!(open("user 0 id signIn {}").is_ok(), "the version before is read");
    }
}
