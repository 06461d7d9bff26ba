//! The Wallet object of a customer or merchant.

mod announcements;
mod state;
mod store;
mod verify;

use std::rc::Rc;

use universal_wallet_core::error::Error;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::calls::executor::Calls;
use crate::calls::shared::Shared;
use crate::calls::step::LOST;
use crate::messages::envelope::{self, Opened, Receiver};
use crate::messages::reply::{ACKNOWLEDGED, reply, unreadable};
use crate::messages::to_wallet::ToWallet;
use crate::messages::wallet_movement::WalletMovement;
use crate::platform::clock;
use crate::platform::storage::Storage;
use state::WalletState;
use store::{MIGRATIONS, SqlWallet};

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct Wallet {
    state: Shared<WalletState>,
    calls: Calls,
}

#[wasm_bindgen]
impl Wallet {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("Wallet", event);
        let db = Rc::new(Storage::from(state));
        let store = MIGRATIONS.open(&db, || SqlWallet::open(db.clone()))?;
        Ok(Self { state: Shared::new(WalletState { store }), calls: Calls::default() })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("Wallet", message);
        clock::begin(now_ms);
        let opened = match envelope::open(message) {
            Ok(opened) => opened,
            Err(fault) => return unreadable(&fault),
        };
        match opened.content_for(Receiver::WalletMovement).and_then(WalletMovement::read) {
            Some(movement) => self.state.step(|state, now| match state.move_money(movement, now) {
                Ok(()) => ACKNOWLEDGED.into(),
                refused => reply(refused),
            }),
            None => self.take(&opened),
        }
    }

    /// Resumes a call with the distributor's reply.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        self.calls.resume(number, answer).unwrap_or_else(|| LOST.into())
    }

    /// Handles the platform's alarm: announces unacknowledged holds again.
    pub fn alarm(&mut self, event: &str, now_ms: f64) -> String {
        envelope::enter("Wallet", event);
        clock::begin(now_ms);
        self.calls.begin(announcements::announce_again(self.state.clone()))
    }
}

impl Wallet {
    fn take(&mut self, opened: &Opened<'_>) -> String {
        match opened.json_for(Receiver::Wallet) {
            Ok(ToWallet::Funds) => self.state.step(|state, _| reply(Ok(state.funds()))),
            Ok(ToWallet::Verify) => {
                self.state.step(|state, _| reply(verify::verify(&state.store).map_err(Error::from)))
            }
            Ok(ToWallet::Request { from, input }) => {
                let state = self.state.clone();
                self.calls.begin(async move { reply(announcements::request(&state, from, &input).await) })
            }
            Ok(ToWallet::RequestOf { operation }) => self.state.step(|state, _| reply(state.distributor_of(operation))),
            Err(fault) => unreadable(&fault),
        }
    }
}
