//! The world: distributors and wallets, each as the rules and as the model keep it, a network between them, and one
//! clock.

use std::collections::BTreeMap;

use universal_wallet_core::approvals;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Outcome};
use universal_wallet_core::id::{DistributorID, KeyID, OperationID, UserID};
use universal_wallet_core::operations::model::{CashOutRequestStatus, Merchant, merchant_wallet, phone_wallet};
use universal_wallet_core::people::model::Role;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use super::command::Command;
use super::model::{Minor, Ms, Office, RequestState};
use super::model_money::Purse;
use super::network::Message;
use crate::support::memory::MemoryStore;
use crate::support::random::Random;
use crate::support::wallet::MemoryWallet;
use crate::support::{DAY_MS, HOUR_MS, START, distributor, member, run, user};

/// A distributor.
pub(crate) struct Desk {
    pub(crate) id: DistributorID,
    pub(crate) store: MemoryStore,
    pub(crate) model: Office,
    /// Digest of each key's secret.
    pub(crate) secrets: BTreeMap<KeyID, Digest>,
}

/// A wallet.
#[derive(Default)]
pub(crate) struct Pocket {
    pub(crate) store: MemoryWallet,
    pub(crate) model: Purse,
}

pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) now: Ms,
    /// Factor of all amounts: in some worlds they come near the maximum balance.
    pub(crate) scale: Minor,
    pub(crate) offices: Vec<Desk>,
    pub(crate) wallets: BTreeMap<String, Pocket>,
    pub(crate) network: Vec<Message>,
    /// Commands that a client may send again.
    pub(crate) recent: Vec<Command>,
    /// Count of each refusal code, and of repeated calls.
    pub(crate) answers: BTreeMap<&'static str, u64>,
    /// Number of idempotency keys made.
    pub(crate) fresh: u64,
}

/// Converts an amount of the model to one of the rules.
pub(crate) fn amount(minor: Minor) -> Amount {
    Amount::from_minor(i64::try_from(minor).unwrap()).unwrap()
}

impl World {
    /// Number of customers.
    pub(crate) const PHONES: usize = 4;
    const OFFICES: u128 = 3;

    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let scale = random.pick(&[1, 1, 1, 900_000_000_000]);
        let now = START.unix_ms() + i64::try_from(random.below(24)).unwrap() * HOUR_MS;
        let mut offices = Vec::new();
        for number in 1..=Self::OFFICES {
            let roles: [&[Role]; 6] = [
                &[Role::Maker],
                &[Role::Maker, Role::Checker],
                &[Role::Maker, Role::Checker],
                &[Role::Checker],
                &[Role::Admin],
                &[Role::Viewer],
            ];
            let members = (0_u128..).zip(roles).map(|(place, roles)| member(number * 10 + place, roles));
            let mut store = distributor(number, Timestamp::from_unix_ms(now), members);
            // Few enough to be reached, or without limit.
            let max_given_back = random.pick(&[0, 5, 30]);
            store.max_given_back = max_given_back;
            let ids = (0_u128..).zip(roles).map(|(place, roles)| (user(number * 10 + place), roles.to_vec()));
            let model = Office { members: ids.collect(), max_given_back, ..Office::default() };
            offices.push(Desk { id: store.profile().id, store, model, secrets: BTreeMap::new() });
        }
        Self {
            random,
            now,
            scale,
            offices,
            wallets: BTreeMap::new(),
            network: Vec::new(),
            recent: Vec::new(),
            answers: BTreeMap::new(),
            fresh: 0,
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.now)
    }

    pub(crate) fn moment(&mut self) -> Moment {
        Moment { now: self.at(), random: self.random.bits() }
    }

    /// A customer's number in a random spelling.
    pub(crate) fn phone(&mut self, place: usize) -> Phone {
        let text = if self.random.percent(50) {
            format!("+23480312345{place:02}")
        } else {
            format!("+234 (803) 123-45{place:02}")
        };
        text.parse().unwrap()
    }

    pub(crate) fn phone_wallet(place: usize) -> String {
        phone_wallet(&format!("+23480312345{place:02}").parse().unwrap())
    }

    pub(crate) fn merchant() -> Merchant {
        Merchant { id: "merchant".into(), short_code: "100000".parse().unwrap(), name: "Market".into() }
    }

    pub(crate) fn merchant_wallet() -> String {
        merchant_wallet(Self::merchant().short_code)
    }

    /// Ends everything due at a distributor, in the rules and in the model.
    pub(crate) fn settle(&mut self, office: usize, now: Ms) {
        let desk = &mut self.offices[office];
        approvals::deadlines::settle(&mut desk.store, Timestamp::from_unix_ms(now)).unwrap();
        desk.model.today = now.div_euclid(DAY_MS);
        desk.model.expire(now);
        // A request reopened by a lapse stays open for at least an hour; its exact expiry is read from the rules.
        for (id, request) in &mut desk.model.requests {
            let Some(since) = request.put_back_at.take() else { continue };
            let stored = desk.store.request(*id).unwrap().unwrap();
            let expires = stored.expires_at.unix_ms();
            assert!(expires >= since + HOUR_MS, "{id} was put back for less than an hour");
            assert!(expires <= request.expires.max(now + HOUR_MS), "{id} was put back for too long");
            request.expires = expires;
            request.state =
                if stored.status == CashOutRequestStatus::Open { RequestState::Open } else { RequestState::Expired };
            assert_eq!(request.state == RequestState::Open, expires > now, "{id}");
        }
    }

    /// Runs a command of a distributor, after everything due has ended.
    pub(crate) fn run<T>(
        &mut self,
        office: usize,
        command: impl FnOnce(&mut MemoryStore, Moment) -> Outcome<T>,
    ) -> Result<T, Code> {
        let moment = self.moment();
        let result = run(&mut self.offices[office].store, |store| command(store, moment));
        if let Err(code) = &result {
            *self.answers.entry(code.as_str()).or_default() += 1;
        }
        result
    }

    pub(crate) fn caller(&self, office: usize, user: UserID) -> universal_wallet_core::people::caller::Caller {
        crate::support::caller(&self.offices[office].store, user)
    }

    pub(crate) fn wallet(&mut self, name: &str) -> &mut Pocket {
        self.wallets.entry(name.into()).or_default()
    }

    /// The ID of an operation in the model.
    pub(crate) fn operation_id(&self, office: usize, operation: usize) -> OperationID {
        self.offices[office].model.operations[operation].id
    }
}
