//! Messages between the Worker and the objects, one file per receiver, and their envelopes.

pub(crate) mod call;
pub(crate) mod envelope;
pub(crate) mod factor_reply;
#[cfg(test)]
mod golden;
pub(crate) mod refused_key;
pub(crate) mod reply;
pub(crate) mod second_factor;
pub(crate) mod to_distributor;
pub(crate) mod to_issuer;
pub(crate) mod to_sign_ins;
pub(crate) mod to_user;
pub(crate) mod to_wallet;
pub(crate) mod to_webhook;
pub(crate) mod wallet_movement;
