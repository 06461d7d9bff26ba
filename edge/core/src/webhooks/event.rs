//! Types of messages.

use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $text:literal),* $(,)?) => {
        /// Type of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum EventType { $($(#[$doc])* #[serde(rename = $text)] $name),* }

        impl EventType {
            /// All types, in the contract's order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Wire name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

events! {
    /// An operation was made: pending, or decided within its key's limit.
    OperationCreated "operation.created",
    /// An operation is carried out.
    OperationProcessing "operation.processing",
    /// An operation's money arrived.
    OperationCompleted "operation.completed",
    /// An operation was rejected or withdrawn.
    OperationRejected "operation.rejected",
    /// Nobody decided an operation in time.
    OperationExpired "operation.expired",
    /// A wallet could not take an operation's money, which is back in the float.
    OperationFailed "operation.failed",
    /// A customer asked to be paid out.
    CashOutRequested "cash-out.requested",
    /// The customer cancelled the request.
    CashOutCancelled "cash-out.cancelled",
    /// Nobody took the request in time.
    CashOutExpired "cash-out.expired",
    /// A request waits for its checker.
    ApprovalRequested "approval.requested",
    /// A request was approved, rejected or withdrawn, or expired.
    ApprovalDecided "approval.decided",
    /// A key's maker claimed it.
    KeyIssued "api-key.issued",
    /// A key was revoked.
    KeyRevoked "api-key.revoked",
    /// A key ends in seven days.
    KeyExpiring "api-key.expiring",
    /// A key ended.
    KeyExpired "api-key.expired",
    /// The available float fell below the limit in the distributor's settings.
    FloatLow "float.low",
    /// The issuer topped up the float.
    FloatToppedUp "float.topped-up",
    /// Float was paid out to the distributor's bank.
    FloatRedeemed "float.redeemed",
    /// A person tested the endpoint.
    WebhookTest "webhook.test",
}

/// A text that is not an [`EventType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTypeError;

impl std::fmt::Display for EventTypeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("is not a type of message; the guide on webhooks lists them")
    }
}

impl std::str::FromStr for EventType {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(EventTypeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_as_it_is_written() {
        for kind in EventType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
        for bad in ["", "operation", "operation.*", "Operation.created", "operation.created "] {
            assert_eq!(bad.parse::<EventType>(), Err(EventTypeError), "{bad:?}");
        }
    }
}
