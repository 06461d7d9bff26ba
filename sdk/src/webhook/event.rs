//! The events that messages tell.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::amount::Amount;
use crate::id::OperationID;
use crate::parse::{Malformed, parse};
use crate::timestamp::Timestamp;
use crate::wire::{CashOutRequest, Operation, words};

words! {
    /// Types of events.
    EventType {
        /// An operation was made.
        OperationCreated = "operation.created",
        /// An operation was decided, and is on its way to or from the wallet.
        OperationProcessing = "operation.processing",
        /// The money moved.
        OperationCompleted = "operation.completed",
        /// An operation was refused or withdrawn.
        OperationRejected = "operation.rejected",
        /// Nobody decided an operation in time.
        OperationExpired = "operation.expired",
        /// An operation could not be carried out; the money is back.
        OperationFailed = "operation.failed",
        /// A customer asks to be paid out.
        CashOutRequested = "cash-out.requested",
        /// A customer no longer asks to be paid out.
        CashOutCancelled = "cash-out.cancelled",
        /// A customer's request lapsed.
        CashOutExpired = "cash-out.expired",
        /// Somebody asks for an approval.
        ApprovalRequested = "approval.requested",
        /// A request was decided.
        ApprovalDecided = "approval.decided",
        /// A key was claimed.
        KeyIssued = "api-key.issued",
        /// A key was revoked.
        KeyRevoked = "api-key.revoked",
        /// A key ends soon.
        KeyExpiring = "api-key.expiring",
        /// A key ended.
        KeyExpired = "api-key.expired",
        /// The float runs low.
        FloatLow = "float.low",
        /// The issuer issued float.
        FloatToppedUp = "float.topped-up",
        /// The issuer took float back.
        FloatRedeemed = "float.redeemed",
        /// Somebody tests the endpoint.
        Test = "webhook.test",
    }
}

/// An event. See the [example](super).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Type of the event.
    pub kind: EventType,
    /// Time of the event.
    pub timestamp: Timestamp,
    /// Object that the event concerns.
    pub data: Data,
}

/// The object of an event, as the API shows it. See the [example](super).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// Of the types `operation.…`.
    Operation(Box<Operation>),
    /// Of the types `cash-out.…`.
    CashOut(CashOutRequest),
    /// Of `float.topped-up` and `float.redeemed`.
    Float(FloatMovement),
    /// Of all other types, also those that this version does not know: JSON.
    Other(Value),
}

/// A movement of the float by the issuer. See the [example](super).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FloatMovement {
    /// Names the movement.
    #[serde(rename = "operationID")]
    pub operation_id: OperationID,
    /// How much.
    pub amount: Amount,
    /// The issuer's reference.
    pub reference: String,
    /// The float afterwards.
    pub balance: Amount,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: EventType,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
struct Body<T> {
    data: T,
}

impl Event {
    /// The event of a body, or the reason why it is none, which holds no value of it.
    pub(super) fn read(body: &[u8]) -> Result<Self, String> {
        let Head { kind, timestamp } = parse(body).map_err(problem)?;
        let data = match kind {
            EventType::OperationCreated
            | EventType::OperationProcessing
            | EventType::OperationCompleted
            | EventType::OperationRejected
            | EventType::OperationExpired
            | EventType::OperationFailed => Data::Operation(data(body)?),
            EventType::CashOutRequested | EventType::CashOutCancelled | EventType::CashOutExpired => {
                Data::CashOut(data(body)?)
            }
            EventType::FloatToppedUp | EventType::FloatRedeemed => Data::Float(data(body)?),
            _ => Data::Other(data(body)?),
        };
        Ok(Self { kind, timestamp, data })
    }
}

fn data<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    parse(body).map(|body: Body<T>| body.data).map_err(problem)
}

fn problem(malformed: Malformed) -> String {
    match malformed {
        Malformed::NotJSON => "it is not JSON".to_owned(),
        Malformed::Member(member) => {
            format!("its {member} has another type or form than this version of the SDK knows")
        }
    }
}
