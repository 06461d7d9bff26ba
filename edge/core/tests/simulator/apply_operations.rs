//! Operations, applied to the rules and to the model.

use std::net::IpAddr;

use universal_wallet_core::error::Code;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::keys::settings::Permission;
use universal_wallet_core::keys::verify::{Checked, check};
use universal_wallet_core::operations;
use universal_wallet_core::operations::create::{Created, MerchantLookup};
use universal_wallet_core::operations::model::{Operation as Stored, OperationStatus};
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::store::Store;

use super::command::To;
use super::model::{About, Made, Minor, Operation, OperationState, Paid};
use super::model_money::{By, Expected};
use super::world::{World, amount};
use crate::support::{DAY_MS, create, input};

/// The address block of keys with an address list.
pub(crate) const LISTED: &str = "192.0.2.0/24";

pub(crate) fn status(state: OperationState) -> OperationStatus {
    match state {
        OperationState::Pending => OperationStatus::Pending,
        OperationState::Processing => OperationStatus::Processing,
        OperationState::Completed => OperationStatus::Completed,
        OperationState::Rejected => OperationStatus::Rejected,
        OperationState::Expired => OperationStatus::Expired,
        OperationState::Failed => OperationStatus::Failed,
    }
}

fn paid_members(paid: Paid, reference: &str) -> String {
    let means = if paid.0 { "cash" } else { "bank-transfer" };
    let reference = paid.1.map_or(String::new(), |number| format!(r#","{reference}":"{number}""#));
    format!(r#""cashOutFulfillmentType":"{means}"{reference}"#)
}

impl World {
    /// The caller, as the object admits them.
    fn requester(&self, office: usize, by: By) -> Result<Requester, Code> {
        match by {
            By::Person(user) => Ok(Requester::Person(self.caller(office, user))),
            By::Key(key, listed_address) => {
                let desk = &self.offices[office];
                let digest = desk.secrets[&desk.model.keys[key].id];
                let address: IpAddr = if listed_address { [192, 0, 2, 7] } else { [198, 51, 100, 7] }.into();
                let permission = Some(Permission::PerformOperations);
                match check(&desk.store, self.at(), &digest, Some(address), permission).unwrap() {
                    Checked::Allowed(key) => Ok(Requester::Key(key)),
                    Checked::Denied(_, refusal) => Err(refusal.code),
                    Checked::Unknown => Err(Code::InvalidApiKey),
                }
            }
        }
    }

    fn spelt(&mut self, minor: Minor) -> String {
        let text = amount(minor).to_string();
        match (self.random.below(3), text.strip_suffix(".00"), text.strip_suffix('0')) {
            (0, Some(whole), _) => whole.into(),
            (1, _, Some(short)) if short.len() > 3 && !short.ends_with('.') => short.into(),
            (2, _, _) if text.len() < 10 => format!("00{text}"),
            _ => text,
        }
    }

    pub(crate) fn cash_in(&mut self, office: usize, by: By, to: To, minor: Minor, idempotency: Option<String>) {
        self.settle(office, self.now);
        let asked = format!("cash-in {to:?} {minor}");
        let call = (asked.as_str(), idempotency.as_ref());
        let known = to != To::Merchant { known: false };
        let expected = self.offices[office].model.cash_in(by, known, minor, call, self.now);
        let (member, wallet) = match to {
            To::Phone(place) => (format!(r#""phoneTo":"{}""#, self.phone(place)), Self::phone_wallet(place)),
            To::Merchant { known } => {
                let code = if known { "100000" } else { "200000" };
                (format!(r#""merchantToShortCode":"{code}""#), Self::merchant_wallet())
            }
        };
        let looked_up = if known { MerchantLookup::Known(Self::merchant()) } else { MerchantLookup::Unknown };
        let body = input(
            format!(r#"{{"operationType":"cash-in","amount":"{}",{member}}}"#, self.spelt(minor)),
            idempotency.as_deref(),
        );
        let result = self.requester(office, by).and_then(|requester| {
            self.run(office, |store, moment| create(store, moment, &requester, &body, looked_up))
        });
        self.agree(office, by, &asked, idempotency.as_ref(), result, expected, |_| (wallet, minor, None));
    }

    pub(crate) fn fulfil(
        &mut self,
        office: usize,
        by: By,
        phone: usize,
        minor: Minor,
        paid: Paid,
        idempotency: Option<String>,
    ) {
        self.settle(office, self.now);
        let asked = format!("fulfil {phone} {minor} {paid:?}");
        let wallet = Self::phone_wallet(phone);
        let call = (asked.as_str(), idempotency.as_ref());
        let expected = self.offices[office].model.fulfil(by, &wallet, minor, call, self.now);
        let body = format!(
            r#"{{"operationType":"cash-out-fulfillment","amount":"{}","phoneFrom":"{}",{}}}"#,
            self.spelt(minor),
            self.phone(phone),
            paid_members(paid, "cashOutFulfillmentID"),
        );
        let body = input(body, idempotency.as_deref());
        let result = self.requester(office, by).and_then(|requester| {
            self.run(office, |store, moment| create(store, moment, &requester, &body, MerchantLookup::NotYet))
        });
        self.agree(office, by, &asked, idempotency.as_ref(), result, expected, |_| (wallet, minor, Some(paid)));
    }

    pub(crate) fn put(&mut self, office: usize, by: By, id: OperationID, paid: Paid, idempotency: Option<String>) {
        self.settle(office, self.now);
        let asked = format!("put {id} {paid:?}");
        let call = (asked.as_str(), idempotency.as_ref());
        let expected = self.offices[office].model.put(by, id, paid, call, self.now);
        let body = input(format!("{{{}}}", paid_members(paid, "transactionID")), idempotency.as_deref());
        let result = self.requester(office, by).and_then(|requester| {
            self.run(office, |store, moment| {
                operations::cash_outs::process(store, moment, &requester, &id.to_string(), &body)
            })
        });
        self.agree(office, by, &asked, idempotency.as_ref(), result, expected, |world| {
            let request = &world.offices[office].model.requests[&id];
            (request.wallet.clone(), request.amount, Some(paid))
        });
    }

    /// Compares the two results of an operation request, and adds a new operation to the model.
    #[allow(clippy::too_many_arguments, reason = "a call, what it came to, and what it should")]
    fn agree(
        &mut self,
        office: usize,
        by: By,
        asked: &str,
        idempotency: Option<&String>,
        result: Result<Created, Code>,
        expected: Result<Expected, Code>,
        facts: impl FnOnce(&Self) -> (String, Minor, Option<Paid>),
    ) {
        match (result, expected) {
            (Err(code), Err(expected)) => assert_eq!(code, expected, "{asked}"),
            (Ok(Created::Replayed(stored)), Ok(Expected::Again(index) | Expected::Present(index))) => {
                let operation = &self.offices[office].model.operations[index];
                assert_eq!((stored.number, stored.facts.id), (operation.number, operation.id), "{asked}");
                assert_eq!(stored.state.status, status(operation.state), "{asked}");
                *self.answers.entry("calls replayed").or_default() += 1;
            }
            (Ok(Created::New(stored)), Ok(Expected::New(request))) => {
                let (wallet, minor, paid) = facts(self);
                let scope = self.offices[office].model.scope(by);
                let index = self.add(office, by, &stored, wallet, minor, paid);
                if let Some(id) = request {
                    assert_eq!(stored.facts.id, id, "{asked}: the oldest open request");
                }
                let model = &mut self.offices[office].model;
                model.remember(&scope, idempotency, asked, Made::Operation(index));
            }
            (result, expected) => panic!("{asked}: {result:?} where {expected:?} was expected"),
        }
    }

    fn add(
        &mut self,
        office: usize,
        by: By,
        stored: &Stored,
        wallet: String,
        minor: Minor,
        paid: Option<Paid>,
    ) -> usize {
        let now = self.now;
        let model = &mut self.offices[office].model;
        let automatic = model.is_automatic(by, minor);
        let (key, maker) = match by {
            By::Key(key, _) => (Some(key), model.keys[key].maker),
            By::Person(user) => (None, user),
        };
        let state = if automatic { OperationState::Processing } else { OperationState::Pending };
        let facts = &stored.facts;
        assert_eq!((Minor::from(facts.amount.minor()), facts.wallet()), (minor, wallet.clone()));
        assert_eq!((facts.maker.id, facts.created_at.unix_ms()), (maker, now));
        assert_eq!((stored.state.status, facts.approval.is_none()), (status(state), automatic));
        let operation = Operation {
            number: stored.number,
            id: facts.id,
            wallet,
            amount: minor,
            state,
            key,
            maker,
            automatic,
            decided_by: None,
            day: now.div_euclid(DAY_MS),
            paid,
        };
        let index = model.add(operation);
        if let Some(id) = facts.approval {
            model.ask(id, About::Operation(index), maker, now + DAY_MS);
        }
        index
    }

    pub(crate) fn withdraw_by_key(&mut self, office: usize, by: By, operation: usize) {
        self.settle(office, self.now);
        let requester = self.requester(office, by);
        let id = self.operation_id(office, operation);
        // The ID names the latest attempt.
        let model = &mut self.offices[office].model;
        let latest = model.latest(id);
        let expected = model.withdraw_by_key(by, latest, self.now);
        let result = requester.and_then(|requester| {
            let Requester::Key(key) = requester else { return Err(Code::InvalidApiKey) };
            self.run(office, |store, moment| {
                operations::lifecycle::withdraw_by_key(store, moment.now, &key, &id.to_string()).map(|_| ())
            })
        });
        assert_eq!(result, expected);
        assert!(self.offices[office].store.operation(id).unwrap().is_some());
    }
}
