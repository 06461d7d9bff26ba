//! Endpoints and messages: who may do what and when, and what each entry of the chain tells.

mod life;
mod messages;
mod notices;

use universal_wallet_core::approvals;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Outcome};
use universal_wallet_core::id::ApprovalID;
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::webhooks::endpoints;
use universal_wallet_core::webhooks::model::Endpoint;
use universal_wallet_core::webhooks::requests;
use universal_wallet_sdk::Timestamp;

use crate::support::memory::MemoryStore;
use crate::support::{START, caller, distributor, input, member, run, user};

const MAKER: u128 = 1;
const CHECKER: u128 = 2;
const OTHER_MAKER: u128 = 3;
const ADMIN: u128 = 4;

/// A distributor with two makers, a checker and an admin, and the time of the next command.
pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) now: Timestamp,
}

impl World {
    fn new() -> Self {
        let members = [
            member(MAKER, &[Role::Maker]),
            member(CHECKER, &[Role::Checker]),
            member(OTHER_MAKER, &[Role::Maker]),
            member(ADMIN, &[Role::Admin]),
        ];
        Self { store: distributor(1, START, members), now: START }
    }

    fn run<T>(&mut self, command: impl FnOnce(&mut MemoryStore, Moment) -> Outcome<T>) -> Result<T, Code> {
        let moment = Moment { now: self.now, random: self.store.writes };
        run(&mut self.store, |store| command(store, moment))
    }

    fn wait(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
        approvals::deadlines::settle(&mut self.store, self.now).unwrap();
    }

    fn request(&mut self, by: u128, body: &str) -> Result<Endpoint, Code> {
        let (caller, body) = (caller(&self.store, user(by)), input(body, None));
        self.run(|store, moment| requests::request(store, moment, &caller, &body, false)).map(|made| made.endpoint)
    }

    fn approve(&mut self, by: u128, approval: ApprovalID) -> Result<(), Code> {
        let digest = self.store.approval(approval).unwrap().unwrap().digest;
        let (caller, body) = (caller(&self.store, user(by)), input(format!(r#"{{"digest":"{digest}"}}"#), None));
        let id = approval.to_string();
        let second = HalfDigest::of("second");
        self.run(|store, moment| approvals::decide::approve(store, moment.now, &caller, &id, &body, second)).map(drop)
    }

    fn claim(&mut self, by: u128, endpoint: &Endpoint, secret: &str) -> Result<Endpoint, Code> {
        let (caller, id) = (caller(&self.store, user(by)), endpoint.id.to_string());
        let digest = Digest::of(&[secret.as_bytes()]);
        self.run(|store, moment| endpoints::claim(store, moment.now, &caller, &id, &input("", None), digest))
    }

    fn rotate(&mut self, by: u128, endpoint: &Endpoint, body: &str) -> Result<ApprovalID, Code> {
        let (caller, id, body) = (caller(&self.store, user(by)), endpoint.id.to_string(), input(body, None));
        self.run(|store, moment| requests::rotate(store, moment, &caller, &id, &body)).map(|asked| asked.approval.id)
    }

    fn enable(&mut self, by: u128, endpoint: &Endpoint) -> Result<ApprovalID, Code> {
        let (caller, id) = (caller(&self.store, user(by)), endpoint.id.to_string());
        self.run(|store, moment| requests::enable(store, moment, &caller, &id, &input("", None)))
            .map(|asked| asked.approval.id)
    }

    fn disable(&mut self, by: u128, endpoint: &Endpoint) -> Result<Endpoint, Code> {
        let (caller, id) = (caller(&self.store, user(by)), endpoint.id.to_string());
        let reason = input(r#"{"reason":"wrong system"}"#, None);
        self.run(|store, moment| endpoints::disable(store, moment.now, &caller, &id, &reason))
    }

    fn stored(&self, endpoint: &Endpoint) -> Endpoint {
        (*self.store.webhook(endpoint.id).unwrap().unwrap()).clone()
    }

    /// An endpoint that sends.
    fn active(&mut self) -> Endpoint {
        let endpoint = self.request(MAKER, BODY).unwrap();
        self.approve(CHECKER, endpoint.approval).unwrap();
        self.claim(MAKER, &endpoint, "first").unwrap()
    }
}

const BODY: &str = r#"{"url":"https://hooks.example.com/uw","events":["operation.completed","float.topped-up"]}"#;
