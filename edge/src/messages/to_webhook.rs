//! Messages to a Webhook.

use serde::{Deserialize, Serialize};
use universal_wallet_core::id::{DeliveryID, DistributorID, MessageID, WebhookID};
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::schedule::Attempt;
use universal_wallet_sdk::Timestamp;

/// A message to a Webhook.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWebhook {
    /// Keeps a secret, which signs once the distributor's record names its digest.
    Keep { of: Ownership, secret: Secret },
    /// The distributor may have something to send. The object answers at once and comes back to ask.
    Poke { of: Ownership },
    /// Asks for a page of deliveries, newest first.
    Deliveries { before: Option<u64>, limit: u32 },
    /// Sends a `webhook.test` message.
    Test { of: Ownership },
    /// Sends the message of a delivery again.
    Resend { of: Ownership, delivery: DeliveryID },
}

/// The endpoint that the object serves, and its distributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ownership {
    pub(crate) distributor: DistributorID,
    pub(crate) webhook: WebhookID,
}

/// A page of deliveries.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeliveryPage {
    pub(crate) items: Vec<Delivery>,
    /// Number of the last delivery on the page, if older ones follow.
    pub(crate) last: Option<u64>,
}

/// State of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum DeliveryState {
    /// The next attempt is to come.
    Waiting,
    /// The receiver took the message.
    Delivered,
    /// The message was given up.
    Failed,
}

impl DeliveryState {
    /// Wire name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// The delivery of a message to an endpoint.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "WebhookDelivery"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivery {
    /// ID of the delivery.
    #[serde(rename = "deliveryID")]
    pub(crate) id: DeliveryID,
    /// ID of the message: the header `webhook-id` of every attempt.
    #[serde(rename = "messageID")]
    pub(crate) message: MessageID,
    /// Type of the message.
    #[serde(rename = "type")]
    pub(crate) kind: EventType,
    /// Attempts, oldest first; of many, the latest twenty.
    pub(crate) attempts: Vec<Attempt>,
    /// State of the delivery.
    pub(crate) state: DeliveryState,
    /// Time of the next attempt; null unless the delivery waits.
    pub(crate) next_attempt_at: Option<Timestamp>,
}
