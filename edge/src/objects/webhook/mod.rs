//! The Webhook object of an endpoint: asks the distributor what to send, sends, and remembers the attempts.
//!
//! Several lanes send at once. One of them asks for the next messages once all of those before have had an attempt; then
//! the outcomes and the position in the chain are written together. What a crash loses is sent again.

mod deliveries;
mod lane;
mod pace;
mod state;
mod store;

use std::rc::Rc;

use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::calls::executor::Calls;
use crate::calls::shared::Shared;
use crate::calls::step::{DONE, LOST, beside};
use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_webhook::ToWebhook;
use crate::platform::clock;
use crate::platform::storage::Storage;
use state::WebhookState;
use store::{MIGRATIONS, SqlOutbox};

/// Types of the answers, for the API description.
#[cfg(test)]
pub(crate) mod answers {
    pub(crate) use crate::messages::to_webhook::Delivery;
}

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct Webhook {
    state: Shared<WebhookState>,
    calls: Calls,
}

#[wasm_bindgen]
impl Webhook {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("Webhook", event);
        let db = Rc::new(Storage::from(state));
        let store = MIGRATIONS.open(&db, || SqlOutbox::open(db.clone()))?;
        Ok(Self { state: Shared::new(WebhookState::new(store)), calls: Calls::default() })
    }

    /// Handles a message. None waits for a receiver: sending goes on beside the reply.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("Webhook", message);
        clock::begin(now_ms);
        match envelope::read(Receiver::Webhook, message) {
            Ok(message) => {
                let reply = self.state.step(|state, now| take(state, message, now));
                self.sending(reply)
            }
            Err(fault) => unreadable(&fault),
        }
    }

    /// Resumes a lane with the distributor's or the receiver's answer.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        let step = self.calls.resume(number, answer).unwrap_or_else(|| LOST.into());
        self.sending(step)
    }

    /// Handles the platform's alarm: messages are due, or a crash may have broken off the sending.
    pub fn alarm(&mut self, event: &str, now_ms: f64) -> String {
        envelope::enter("Webhook", event);
        clock::begin(now_ms);
        if self.state.step(WebhookState::woken) {
            self.calls = Calls::default();
        }
        let works = self.state.step(|state, _| state.takes_lane());
        // The alarm lasts as long as its lane, so the platform repeats it after a crash.
        let step = if works { self.calls.begin(lane::run(self.state.clone())) } else { DONE.into() };
        self.sending(step)
    }
}

impl Webhook {
    /// A step, with the lanes beside it for which there is work.
    fn sending(&mut self, step: String) -> String {
        let mut lanes = Vec::new();
        while self.state.step(|state, _| state.takes_lane()) {
            lanes.push(self.calls.begin(lane::run(self.state.clone())));
        }
        beside(step, &lanes).unwrap_or_else(|fault| unreadable(&fault))
    }
}

/// Takes a message and returns the reply.
fn take(state: &mut WebhookState, message: ToWebhook, now: Timestamp) -> String {
    match message {
        ToWebhook::Keep { of, secret } => reply(state.keep(of, &secret, now)),
        ToWebhook::Poke { of } => reply(state.poke(of)),
        ToWebhook::Deliveries { before, limit } => reply(state.page(before, limit)),
        ToWebhook::Test { of } => reply(state.test(of, now)),
        ToWebhook::Resend { of, delivery } => reply(state.resend(of, delivery, now)),
    }
}
