//! Applies each command to the rules and to the model, whose answers must be equal.

use universal_wallet_core::error::Code;
use universal_wallet_core::id::{OperationID, UserID};
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::float::{FloatMovement, move_float};
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::wallet::{Hold, HoldStatus, announce, place_hold};
use universal_wallet_core::{keys, operations, provisioning};
use universal_wallet_sdk::Timestamp;

use super::command::Command;
use super::model::{Made, Minor};
use super::network::Message;
use super::world::{World, amount};
use crate::support::{create, input};

/// Malformed bodies, and the code that refuses each.
const MALFORMED: [(&str, Code); 8] = [
    (r#"{"operationType":"cash-in","amount":"0","phoneTo":"+2348031234501"}"#, Code::InvalidAmount),
    (r#"{"operationType":"cash-in","amount":"1.001","phoneTo":"+2348031234501"}"#, Code::InvalidAmount),
    (r#"{"operationType":"cash-in","amount":5,"phoneTo":"+2348031234501"}"#, Code::InvalidAmount),
    (r#"{"operationType":"cash-in","amount":"1000000000000000","phoneTo":"+2348031234501"}"#, Code::InvalidAmount),
    (r#"{"operationType":"cash-in","amount":"5"}"#, Code::InvalidRequest),
    (r#"{"operationType":"cash-in","amount":"5","amount":"6","phoneTo":"+2348031234501"}"#, Code::InvalidRequest),
    (r#"{"operationType":"cash-in","amount":"5","phoneTo":"08031234501"}"#, Code::InvalidRequest),
    (r#"["operationType"]"#, Code::InvalidJson),
];

impl World {
    /// Applies a command, after the distributors that it concerns end everything due.
    pub(crate) fn apply(&mut self, command: &Command) {
        match command.clone() {
            Command::CashIn { office, by, to, amount, idempotency } => {
                self.cash_in(office, by, to, amount, idempotency);
            }
            Command::Fulfil { office, by, phone, amount, paid, idempotency } => {
                self.fulfil(office, by, phone, amount, paid, idempotency);
            }
            Command::Put { office, by, request, paid, idempotency } => self.put(office, by, request, paid, idempotency),
            Command::WithdrawByKey { office, by, operation } => self.withdraw_by_key(office, by, operation),
            Command::AskForKey { office, user, limits, idempotency } => {
                self.ask_for_key(office, user, limits, idempotency);
            }
            Command::Rotate { office, user, key, overlap_hours, idempotency } => {
                self.rotate(office, user, key, overlap_hours, idempotency);
            }
            Command::Claim { office, user, key } => self.claim(office, user, key),
            Command::Revoke { office, user, key } => self.revoke(office, user, key),
            Command::Tighten { office, user, key, most } => self.tighten(office, user, key, most),
            Command::Decide { office, user, ask, decision } => self.decide(office, user, ask, decision),
            Command::TopUp { office, amount, idempotency } => {
                self.move_float(office, FloatMovement::TopUp, amount, idempotency);
            }
            Command::Redeem { office, amount, idempotency } => {
                self.move_float(office, FloatMovement::Redemption, amount, idempotency);
            }
            Command::Suspend { office, suspended } => self.suspend(office, suspended),
            Command::Want { office, phone, amount, id } => self.want(office, phone, amount, id),
            Command::Cancel { office, request } => self.cancel(office, request),
            Command::Malformed { office, user, body } => self.malformed(office, user, body),
            Command::Send => self.send(),
            Command::Carry { message, lost, doubled } => {
                let Some(found) = self.network.get(message).cloned() else { return };
                if !doubled {
                    self.network.remove(message);
                }
                if !lost {
                    self.carry(found);
                }
            }
            Command::Wait { until, alarms } => self.wait(until, alarms),
        }
        if let Some(office) = command.office() {
            self.check_books(office);
        }
        // No two calls share a millisecond.
        self.now += 1;
    }

    fn wait(&mut self, until: i64, alarms: bool) {
        if alarms {
            for office in 0..self.offices.len() {
                loop {
                    let next = self.offices[office].store.deadlines().next().map(Timestamp::unix_ms);
                    let Some(at) = next.filter(|at| *at <= until) else { break };
                    self.settle(office, at.max(self.now));
                    let first = self.offices[office].store.deadlines().next();
                    assert!(first.is_none_or(|first| first.unix_ms() > at), "what is over at its deadline is ended");
                }
            }
        }
        self.now = self.now.max(until);
    }

    fn move_float(&mut self, office: usize, movement: FloatMovement, minor: Minor, idempotency: Option<String>) {
        self.settle(office, self.now);
        let scope = if movement == FloatMovement::TopUp { "top-up" } else { "redeem" };
        let asked = format!("{scope} {minor}");
        let model = &mut self.offices[office].model;
        let expected = match model.before(scope, idempotency.as_ref(), &asked) {
            _ if idempotency.is_none() => Err(Code::IdempotencyKeyRequired),
            Err(code) => Err(code),
            Ok(Some(_)) => Ok(true),
            Ok(None) => {
                let moved = if movement == FloatMovement::TopUp { model.top_up(minor) } else { model.redeem(minor) };
                if moved.is_ok() {
                    model.remember(scope, idempotency.as_ref(), &asked, Made::Float);
                }
                moved.map(|()| false)
            }
        };
        let balance = model.balance;
        let body = format!(r#"{{"amount":"{}","reference":"bank"}}"#, amount(minor));
        let call = input(body, idempotency.as_deref());
        let result = self.run(office, |store, moment| move_float(store, moment, movement, &call));
        let result = result.map(|moved| {
            assert_eq!(Minor::from(moved.balance.minor()), balance);
            moved.replayed
        });
        assert_eq!(result, expected);
    }

    fn suspend(&mut self, office: usize, suspended: bool) {
        self.settle(office, self.now);
        let model = &mut self.offices[office].model;
        model.suspended = suspended;
        let result = self.run(office, |store, moment| provisioning::set_suspended(store, moment.now, suspended));
        assert_eq!(result, Ok(()));
    }

    /// Requests a cash-out: the wallet holds the money, then the distributor is told.
    fn want(&mut self, office: usize, phone: usize, minor: Minor, id: OperationID) {
        let (from, created_at) = (self.phone(phone), self.at());
        let distributor = self.offices[office].id;
        let wallet = Self::phone_wallet(phone);
        let pocket = self.wallet(&wallet);
        let status = HoldStatus::Announcing;
        let amount = amount(minor);
        let hold = Hold { id, distributor, from, amount, memo: None, created_at, status, announcements: 0 };
        let before = pocket.store.writes;
        let result = match place_hold(&mut pocket.store, &hold) {
            Ok(()) => Ok(()),
            Err(universal_wallet_core::error::Error::Refusal(refusal)) => {
                assert_eq!(pocket.store.writes, before, "a refusal writes nothing");
                Err(refusal.code)
            }
            Err(fault) => panic!("{fault:?}"),
        };
        assert_eq!(result, pocket.model.want(id, minor));
        if result.is_ok() {
            let announcement = announce(&mut pocket.store, id).unwrap();
            self.network.push(Message::Announce { office, wallet, id, announcement });
        }
    }

    fn cancel(&mut self, office: usize, id: OperationID) {
        self.settle(office, self.now);
        let expected = self.offices[office].model.cancel(id);
        let result = self.run(office, |store, moment| operations::cash_outs::cancel(store, moment.now, id));
        assert_eq!(result, expected);
    }

    fn malformed(&mut self, office: usize, user: UserID, body: usize) {
        self.settle(office, self.now);
        let (body, code) = MALFORMED[body];
        let maker = self.offices[office].model.must_hold(user, &[Role::Maker]);
        let code = maker.err().unwrap_or(code);
        let requester = Requester::Person(self.caller(office, user));
        let call = input(body, None);
        let result = self
            .run(office, |store, moment| create(store, moment, &requester, &call, MerchantLookup::NotYet).map(|_| ()));
        assert_eq!(result, Err(code), "{body}");
        let caller = self.caller(office, user);
        let result =
            self.run(office, |store, moment| keys::lifecycle::request(store, moment, &caller, &call).map(|_| ()));
        assert!(result.is_err());
    }
}

impl Command {
    /// The distributor, if the command concerns only one.
    pub(crate) const fn office(&self) -> Option<usize> {
        match self {
            Self::CashIn { office, .. }
            | Self::Fulfil { office, .. }
            | Self::Put { office, .. }
            | Self::WithdrawByKey { office, .. }
            | Self::AskForKey { office, .. }
            | Self::Rotate { office, .. }
            | Self::Claim { office, .. }
            | Self::Revoke { office, .. }
            | Self::Tighten { office, .. }
            | Self::Decide { office, .. }
            | Self::TopUp { office, .. }
            | Self::Redeem { office, .. }
            | Self::Suspend { office, .. }
            | Self::Cancel { office, .. }
            | Self::Malformed { office, .. } => Some(*office),
            Self::Want { .. } | Self::Send | Self::Carry { .. } | Self::Wait { .. } => None,
        }
    }

    /// True if a client may send the command again.
    pub(crate) const fn can_be_repeated(&self) -> bool {
        !matches!(
            self,
            Self::Send | Self::Carry { .. } | Self::Wait { .. } | Self::Want { .. } | Self::Malformed { .. }
        )
    }
}
