//! The objects that a call can ask, each with its message type.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::{DistributorID, WebhookID};
use universal_wallet_core::text::json_text;

use super::executor::{self, ask};
use super::step::ObjectKind;
use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::read_reply;
use crate::messages::to_distributor::ToDistributor;
use crate::messages::to_issuer::ToIssuer;
use crate::messages::to_sign_ins::ToSignIns;
use crate::messages::to_user::ToUser;
use crate::messages::to_wallet::ToWallet;
use crate::messages::to_webhook::ToWebhook;
use crate::messages::wallet_movement::WalletMovement;

/// Name of the single Issuer object.
const ISSUER: &str = "issuer";

/// An object that takes messages of one type.
pub(crate) struct Object<M> {
    kind: ObjectKind,
    receiver: Receiver,
    name: String,
    messages: PhantomData<fn(M)>,
}

impl<M: Serialize> Object<M> {
    fn new(kind: ObjectKind, receiver: Receiver, name: String) -> Self {
        Self { kind, receiver, name, messages: PhantomData }
    }

    /// Asks the object. A missing reply leaves the outcome unknown, and is refused as unavailable.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, message: &M) -> Outcome<T> {
        let message = envelope::write(self.receiver, &json_text::write(message)?);
        read_reply(&ask(self.kind, self.name.clone(), message).await)
    }
}

/// The Distributor object of an ID.
pub(crate) fn distributor(id: DistributorID) -> Object<ToDistributor> {
    Object::new(ObjectKind::Distributor, Receiver::Distributor, id.to_string())
}

/// The Wallet object of a name.
pub(crate) fn wallet(name: String) -> Object<ToWallet> {
    Object::new(ObjectKind::Wallet, Receiver::Wallet, name)
}

/// The User object of a login.
pub(crate) fn user(login: &str) -> Object<ToUser> {
    Object::new(ObjectKind::User, Receiver::User, login.to_owned())
}

/// The User object with this platform ID, in hex. No name begins with a blank.
pub(crate) fn user_by_id(id: &str) -> Object<ToUser> {
    Object::new(ObjectKind::User, Receiver::User, format!(" {id}"))
}

/// The Issuer object.
pub(crate) fn issuer() -> Object<ToIssuer> {
    Object::new(ObjectKind::Issuer, Receiver::Issuer, ISSUER.to_owned())
}

/// The SignIns object of an address.
pub(crate) fn sign_ins(address: &str) -> Object<ToSignIns> {
    Object::new(ObjectKind::SignIns, Receiver::SignIns, address.to_owned())
}

/// The Webhook object of an endpoint.
pub(crate) fn webhook(id: WebhookID) -> Object<ToWebhook> {
    Object::new(ObjectKind::Webhook, Receiver::Webhook, id.to_string())
}

/// Sends a message to a receiver outside the edge; see [`super::step::send`].
pub(crate) async fn send(request: String) -> String {
    executor::send(request).await
}

/// Sends a wallet a movement and returns the reply's text.
pub(crate) async fn move_wallet(name: String, movement: WalletMovement) -> String {
    ask(ObjectKind::Wallet, name, envelope::write(Receiver::WalletMovement, &movement.text())).await
}
