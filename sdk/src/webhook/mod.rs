//! Webhooks: the messages that the server sends, by [Standard Webhooks](https://www.standardwebhooks.com) 1.0.
//!
//! A message is trusted only after [`Verifier::verify`]: it is from who holds the secret, unaltered, and not old. The
//! same message may come more than once, so a receiver [claims](ReplayGuard::claim) it before it acts.
//!
//! ```
//! use universal_wallet_sdk::Timestamp;
//! use universal_wallet_sdk::webhook::{Claim, Data, EventType, InMemory, ReplayGuard, Secret, Verifier};
//!
//! # fn sign(secret: &Secret, id: &str, at: Timestamp, body: &[u8]) -> String { secret.sign(id, at, body) }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
//! let body = br#"{"type":"operation.completed","timestamp":"2026-11-24T18:07:48.000Z","data":{"operationID":"op_1",
//!     "distributorID":"36e48800-22ce-4ea0-b37a-198f7978cd53","operationType":"cash-in","status":"completed",
//!     "amount":"5.00","createdAt":"2026-11-24T18:07:48.000Z","updatedAt":"2026-11-24T18:07:48.000Z"}}"#;
//! let now = Timestamp::now();
//! # let (time, signature) = ((now.unix_ms() / 1000).to_string(), sign(&secret, "msg_1", now, body));
//! let headers = |name: &str| match name {
//!     "webhook-id" => Some("msg_1"),
//!     "webhook-timestamp" => Some(time.as_str()),
//!     "webhook-signature" => Some(signature.as_str()),
//!     _ => None,
//! };
//!
//! let verifier = Verifier::new(secret);
//! let handled = InMemory::new();
//! let message = verifier.verify(headers, body, now)?;
//! if handled.claim(&message.id, now).await? == Claim::New {
//!     match &message.event.data {
//!         Data::Operation(operation) if message.event.kind == EventType::OperationCompleted => {
//!             println!("{operation}");
//!         }
//!         other => println!("{} is not ours to handle: {other:?}", message.event.kind),
//!     }
//!     handled.done(&message.id).await?;
//! }
//! assert_eq!(handled.claim(&message.id, now).await?, Claim::Done);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod event;
mod replay;
mod secret;
mod verifier;

pub use event::{Data, Event, EventType, FloatMovement};
pub use replay::{Claim, InMemory, ReplayGuard};
pub use secret::{Secret, SecretError};
pub use verifier::{Message, Verifier, VerifyError};
