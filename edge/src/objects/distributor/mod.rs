//! The Distributor object: keys, approvals, operations, members and the chain of one distributor.
//!
//! One decision, one place: every call is decided in one synchronous stretch on stored state, with its writes in one
//! transaction.

mod alarm;
mod api;
mod counters;
mod deliveries;
mod listeners;
mod merchants;
mod messages;
mod schema;
mod senders;
mod state;
mod store;
mod usage;
mod verification;
mod webhooks;

use std::rc::Rc;

use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::people::second_factor::proof::Requirement;
use universal_wallet_core::provisioning;
use universal_wallet_core::store::Profile;
use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use self::messages::new_member;
use self::state::DistributorState;
use self::store::SqlStore;
use crate::calls::executor::Calls;
use crate::calls::shared::Shared;
use crate::calls::step::{DONE, LOST, beside};
use crate::http::answer::Answer;
use crate::messages::call::Call;
use crate::messages::envelope::{self, Opened, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_distributor::{Invited, ToDistributor};
use crate::platform::clock;
use crate::platform::config::config;
use crate::platform::log::report;
use crate::platform::storage::Storage;

/// Types of the answers, for the API description.
#[cfg(test)]
pub(crate) mod answers {
    pub(crate) use super::api::approvals::Decision;
    pub(crate) use super::api::attention::Attention;
    pub(crate) use super::api::audit::AuditItem;
    pub(crate) use super::api::issuer::{FloatMoved, Position};
    pub(crate) use super::api::keys::Claimed;
    pub(crate) use super::api::lists::Page;
    pub(crate) use super::api::merchants::MerchantName;
    pub(crate) use super::api::overview::Summary;
    pub(crate) use super::api::settings::DistributorSettings;
    pub(crate) use super::api::usage::KeyUsage;
    pub(crate) use super::api::users::{UserChanged, UserRequested};
    pub(crate) use super::api::webhooks::{ClaimedSecret, WebhookRequested};
    pub(crate) use super::verification::consistency::Checked;
}

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct Distributor {
    db: Rc<Storage>,
    /// Absent until the distributor is created.
    state: Option<Shared<DistributorState>>,
    calls: Calls,
}

#[wasm_bindgen]
impl Distributor {
    /// Loads the object from its storage; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("Distributor", event);
        let db = Rc::new(Storage::from(state));
        let state = schema::MIGRATIONS.open(&db, || load(&db))?;
        Ok(Self { db, state, calls: Calls::default() })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("Distributor", message);
        #[cfg(feature = "fault_injection")]
        {
            crate::platform::fault_injection::begin(message);
            crate::platform::fault_injection::at("object");
        }
        clock::begin(now_ms);
        self.doubt();
        if !self.is_loaded() {
            return LOST.into();
        }
        let taken = envelope::open(message).and_then(|opened| match opened.content_for(Receiver::DistributorCall) {
            Some(content) => self.take_call(content),
            None => self.take(&opened),
        });
        self.telling(taken.unwrap_or_else(|fault| unreadable(&fault)))
    }

    /// Resumes a call with the reply of another object.
    pub fn resume(&mut self, number: &str, answer: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        if !self.is_loaded() {
            return LOST.into();
        }
        let step = self.calls.resume(number, answer).unwrap_or_else(|| LOST.into());
        self.telling(step)
    }

    /// Returns the ID of a person who may listen and the attachment of their socket, or nothing.
    pub fn listen(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("Distributor", message);
        clock::begin(now_ms);
        if !self.is_loaded() {
            return LOST.into();
        }
        let (Some(state), Ok(listener)) = (&self.state, envelope::read(Receiver::DistributorListener, message)) else {
            return String::new();
        };
        state.step(|state, now| state.admit_listener(&listener, now))
    }

    /// Handles the platform's alarm.
    pub fn alarm(&mut self, event: &str, now_ms: f64) -> String {
        envelope::enter("Distributor", event);
        clock::begin(now_ms);
        if !self.is_loaded() {
            return LOST.into();
        }
        let step = match &self.state {
            Some(state) => self.calls.begin(alarm::alarm(state.clone())),
            None => DONE.into(),
        };
        self.telling(step)
    }
}

/// The state in storage; absent until the distributor is created.
fn load(db: &Rc<Storage>) -> Result<Option<Shared<DistributorState>>, InternalError> {
    if !schema::exists(db)? {
        return Ok(None);
    }
    SqlStore::open(db.clone(), None).map(|store| Some(Shared::new(DistributorState::new(store))))
}

impl Distributor {
    /// Drops a state that could not be read in part, since its storage may have been repaired. A verification that waits
    /// goes on first.
    fn doubt(&self) {
        let is_readable =
            |state: &Shared<DistributorState>| state.step_on(|state, _| state.store.must_be_readable().is_ok());
        if self.calls.is_empty() && !self.state.as_ref().is_none_or(is_readable) {
            self.db.lose();
        }
    }

    /// True unless the state in memory was lost and cannot be loaded again. Calls that began on a lost state are dropped
    /// with it.
    fn is_loaded(&mut self) -> bool {
        if !self.db.take_lost() {
            return true;
        }
        self.calls = Calls::default();
        self.state = None;
        match load(&self.db) {
            Ok(state) => {
                self.state = state;
                true
            }
            Err(fault) => {
                self.db.lose();
                report(&fault);
                false
            }
        }
    }

    /// A step, with calls beside it that tell endpoints' objects of news.
    fn telling(&mut self, step: String) -> String {
        let Some(state) = &self.state else { return step };
        let calls = webhooks::tell(state);
        let others: Vec<String> = calls.into_iter().map(|call| self.calls.begin(call)).collect();
        beside(step, &others).unwrap_or_else(|fault| unreadable(&fault))
    }

    fn take_call(&mut self, content: &str) -> Result<String, InternalError> {
        let (principal, call) = Call::read(content)?;
        Ok(match &self.state {
            Some(state) => self.calls.begin(api::answer(state.clone(), principal, call)),
            None => Answer::refusal(&Refusal::not_found(), &call.origin).text(),
        })
    }

    fn take(&mut self, opened: &Opened<'_>) -> Result<String, InternalError> {
        let message = opened.json_for(Receiver::Distributor)?;
        Ok(match (&self.state, message) {
            (Some(state), ToDistributor::CancelRequest { id }) => {
                let state = state.clone();
                self.calls.begin(async move { reply(messages::cancel_request(state, id).await) })
            }
            (Some(state), message) => state.step(|state, now| state.take(message, now)),
            (None, message @ ToDistributor::Create { .. }) => reply(self.create(message, clock::now())),
            (None, _) => reply::<()>(Err(Refusal::not_found().into())),
        })
    }

    fn create(&mut self, message: ToDistributor, now: Timestamp) -> Outcome<Vec<Invited>> {
        let ToDistributor::Create { id, name, currency, members } = message else {
            return Err(Refusal::not_found().into());
        };
        let second_factor = if config()?.demo { Requirement::Optional } else { Requirement::Required };
        let profile = Profile {
            entry: 0,
            id,
            name,
            currency,
            suspended: false,
            second_factor,
            low_float: None,
            low_since: None,
            created_at: now,
        };
        let db = self.db.clone();
        let mut invited = Vec::new();
        let store = self.db.atomically(|| {
            schema::create(&db)?;
            let mut store = SqlStore::open(db.clone(), Some(profile.clone()))?;
            provisioning::create(&mut store, now, profile)?;
            for member in members {
                let member = new_member(member, now)?;
                invited.push(Invited { user: member.person.id, new_code: true });
                provisioning::add_user(&mut store, now, member)?;
            }
            Ok::<_, InternalError>(store)
        })?;
        let state = Shared::new(DistributorState::new(store));
        // Ends the first event, which tells listeners and sets the alarm.
        state.step(|_, _| ());
        self.state = Some(state);
        Ok(invited)
    }
}
