//! The envelope of a message: `RECEIVER VERSION REQUEST-ID ROUTE CONTENT`, each word followed by one space.
//!
//! A running object keeps its code for minutes after a deployment, so a Worker of one version meets objects of another.
//! Receivers, routes and versions are therefore named, never counted. A reader takes messages of its own version and of
//! the previous one, and answers all others with 503 without any effect.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;

use crate::platform::log::{self, Context};

/// Version of the messages that this code writes.
const VERSION: u32 = 1;

fn version() -> u32 {
    #[cfg(feature = "fault_injection")]
    if crate::platform::fault_injection::plays_next_version() {
        return VERSION + 1;
    }
    VERSION
}

/// Receiver of a message and encoding of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// A call on behalf of an HTTP request: lines.
    DistributorCall,
    /// Another message to a Distributor: JSON.
    Distributor,
    /// A person who listens to a Distributor's events: JSON.
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
    /// A message to a Webhook: JSON.
    Webhook,
}

impl Receiver {
    /// Name in the envelope.
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
            Self::Webhook => "webhook",
        }
    }
}

/// Wraps content in an envelope, on behalf of the current request.
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

/// Reads the JSON content of a message for this receiver.
pub(crate) fn read<M: DeserializeOwned>(receiver: Receiver, message: &str) -> Result<M, InternalError> {
    open(message)?.json_for(receiver)
}

/// A message taken out of its envelope.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    /// Name of the receiver.
    receiver: &'a str,
    /// The content.
    content: &'a str,
}

/// Enters the context that an event's envelope names, at the start of the event. The shell makes an envelope for an
/// alarm too.
pub(crate) fn enter(object: &'static str, event: &str) {
    let mut words = event.splitn(5, ' ').skip(2);
    let mut word = || words.next().unwrap_or_default().to_owned();
    log::enter(Rc::new(Context { request_id: word(), route: word(), object }));
}

/// Opens an envelope; an error means a malformed envelope or an unreadable version.
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
    /// The content, if the message is for this receiver.
    pub(crate) fn content_for(&self, receiver: Receiver) -> Option<&'a str> {
        (self.receiver == receiver.as_str()).then_some(self.content)
    }

    /// The JSON content, if the message is for this receiver; an error means another receiver or an unknown form.
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
