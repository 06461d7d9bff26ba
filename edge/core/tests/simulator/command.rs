//! Random commands, chosen from the things that exist in the world.

use std::collections::BTreeMap;

use universal_wallet_core::id::{OperationID, UserID};
use universal_wallet_core::people::model::Role;
use uuid::Uuid;

use super::model::{
    AskState, KeyState, Limits, MAX_BALANCE, Minor, Ms, Office, Operation, OperationState, Paid, RequestState,
};
use super::model_money::By;
use super::world::World;
use crate::support::{DAY_MS, HOUR_MS};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Phone(usize),
    Merchant { known: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve { right_digest: bool },
    Reject,
    Withdraw,
}

/// A command. `office` is a distributor's index in the world; keys, asks and operations are given by their indexes in
/// its model.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    CashIn { office: usize, by: By, to: To, amount: Minor, idempotency: Option<String> },
    Fulfil { office: usize, by: By, phone: usize, amount: Minor, paid: Paid, idempotency: Option<String> },
    Put { office: usize, by: By, request: OperationID, paid: Paid, idempotency: Option<String> },
    WithdrawByKey { office: usize, by: By, operation: usize },
    AskForKey { office: usize, user: UserID, limits: Limits, idempotency: Option<String> },
    Rotate { office: usize, user: UserID, key: usize, overlap_hours: i64, idempotency: Option<String> },
    Claim { office: usize, user: UserID, key: usize },
    Revoke { office: usize, user: Option<UserID>, key: usize },
    Tighten { office: usize, user: UserID, key: usize, most: Option<Minor> },
    Decide { office: usize, user: UserID, ask: usize, decision: Decision },
    TopUp { office: usize, amount: Minor, idempotency: Option<String> },
    Redeem { office: usize, amount: Minor, idempotency: Option<String> },
    Suspend { office: usize, suspended: bool },
    Want { office: usize, phone: usize, amount: Minor, id: OperationID },
    Cancel { office: usize, request: OperationID },
    Malformed { office: usize, user: UserID, body: usize },
    Send,
    Carry { message: usize, lost: bool, doubled: bool },
    Wait { until: Ms, alarms: bool },
}

const AMOUNTS: [Minor; 9] = [1, 50, 100, 999, 2_500, 10_000, 10_001, 33_333, 100_000];

impl World {
    fn idempotency(&mut self) -> Option<String> {
        match self.random.below(10) {
            0..=2 => None,
            // Few enough to collide, on equal and on different calls.
            3 => Some(self.random.below(40).to_string()),
            _ => {
                self.fresh += 1;
                Some(format!("fresh-{}", self.fresh))
            }
        }
    }

    fn user(&mut self, office: usize) -> UserID {
        let users: Vec<UserID> = self.offices[office].model.members.keys().copied().collect();
        self.random.pick(&users)
    }

    /// A user, usually with the role.
    fn user_with(&mut self, office: usize, role: Role) -> UserID {
        let model = &self.offices[office].model;
        let fit: Vec<UserID> = model.members.keys().copied().filter(|user| model.holds(*user, role)).collect();
        if self.random.percent(90) { self.random.pick(&fit) } else { self.user(office) }
    }

    fn by(&mut self, office: usize) -> By {
        let keys = self.offices[office].model.keys.len();
        if keys == 0 || self.random.percent(25) {
            return By::Person(self.user_with(office, Role::Maker));
        }
        let model = &self.offices[office].model;
        let claimed: Vec<usize> = (0..keys).filter(|key| model.keys[*key].claimed).collect();
        let active: Vec<usize> =
            claimed.iter().copied().filter(|it| model.keys[*it].state == KeyState::Active).collect();
        let from = if !active.is_empty() && self.random.percent(90) { active } else { claimed };
        if from.is_empty() {
            return By::Person(self.user_with(office, Role::Maker));
        }
        By::Key(self.random.pick(&from), self.random.percent(95))
    }

    fn limits(&mut self) -> Limits {
        let (most, day) = self.random.pick(&[
            (None, None),
            (Some(10_000), None),
            (None, Some(50_000)),
            (Some(10_000), Some(30_000)),
            (Some(100_000), Some(200_000)),
            (Some(33_333), Some(33_333)),
        ]);
        let auto = match (most, day) {
            (Some(most), Some(_)) => self.random.pick(&[0, 100, 2_500, most]),
            _ => 0,
        };
        let scaled = |limit: Option<Minor>| limit.map(|minor| (minor * self.scale).min(MAX_BALANCE));
        let (most, day, auto) = (scaled(most), scaled(day), auto * self.scale);
        let performs = self.random.percent(90);
        let days = self.random.pick(&[1, 30, 90, 365]);
        Limits { most, day, auto, performs, listed: self.random.percent(20), days }
    }

    fn key(&mut self, office: usize, wanted: impl Fn(KeyState) -> bool) -> Option<usize> {
        let keys = &self.offices[office].model.keys;
        let fit: Vec<usize> = (0..keys.len()).filter(|key| wanted(keys[*key].state)).collect();
        let all = keys.len();
        match (fit.is_empty(), all) {
            (_, 0) => None,
            (false, _) if self.random.percent(85) => Some(self.random.pick(&fit)),
            _ => Some(self.random.below(all)),
        }
    }

    fn decision(&mut self, office: usize) -> Option<Command> {
        let model = &self.offices[office].model;
        if model.asks.is_empty() {
            return None;
        }
        let pending = model.pending.clone();
        let all = model.asks.len();
        let ask = if pending.is_empty() || self.random.percent(8) {
            self.random.below(all)
        } else {
            self.random.pick(&pending)
        };
        let maker = self.offices[office].model.asks[ask].maker;
        let (user, decision) = match self.random.below(10) {
            0 => (if self.random.percent(80) { maker } else { self.user(office) }, Decision::Withdraw),
            1 | 2 => (self.user_with(office, Role::Checker), Decision::Reject),
            3 => (maker, Decision::Approve { right_digest: true }),
            _ => (self.user_with(office, Role::Checker), Decision::Approve { right_digest: self.random.percent(95) }),
        };
        Some(Command::Decide { office, user, ask, decision })
    }

    /// A customer's request, usually an open one.
    fn request(&mut self, office: usize) -> Option<OperationID> {
        let model = &self.offices[office].model;
        let recent = model.order.len().saturating_sub(30);
        let recent = &model.order[recent..];
        let open: Vec<OperationID> =
            recent.iter().copied().filter(|id| model.requests[id].state == RequestState::Open).collect();
        match (open.is_empty(), recent.is_empty()) {
            (_, true) => None,
            (false, _) if self.random.percent(60) => Some(self.random.pick(&open)),
            _ if self.random.percent(95) => Some(recent[self.random.below(recent.len())]),
            // A request of another distributor.
            _ => self.offices.iter().find_map(|desk| desk.model.order.last().copied()),
        }
    }

    fn until(&mut self, office: usize) -> Ms {
        let edge = self.random.pick(&[-1, 0, 1]);
        let near = i64::try_from(self.random.below(120_000)).unwrap();
        let now = self.now;
        let far = match self.random.below(60) {
            0 => i64::try_from(self.random.below(8)).unwrap() * DAY_MS + near,
            1..=3 => HOUR_MS + near * 100,
            4..=6 => (now / DAY_MS + 1) * DAY_MS + edge - now,
            7..=16 => {
                let deadline = self.offices[office].store.deadlines().next();
                deadline.map_or(near, |at| at.unix_ms() + edge - now)
            }
            _ => near,
        };
        now + far.max(1)
    }

    /// The next random command.
    pub(crate) fn next(&mut self) -> Command {
        loop {
            let office = self.random.below(self.offices.len());
            if let Some(command) = self.next_for(office) {
                return command;
            }
        }
    }

    fn next_for(&mut self, office: usize) -> Option<Command> {
        let amount = self.random.pick(&AMOUNTS) * self.scale;
        let paid = (self.random.percent(70), self.random.pick(&[None, None, Some(1), Some(2)]));
        let phone = self.random.below(World::PHONES);
        Some(match self.random.below(100) {
            0..=17 => {
                let to = if self.random.percent(85) {
                    To::Phone(phone)
                } else {
                    To::Merchant { known: self.random.percent(80) }
                };
                let (by, idempotency) = (self.by(office), self.idempotency());
                Command::CashIn { office, by, to, amount, idempotency }
            }
            18..=20 => {
                let (by, idempotency) = (self.by(office), self.idempotency());
                let request = self.request(office).and_then(|id| self.offices[office].model.requests.get(&id));
                let (phone, amount) = request.map_or((phone, amount), |request| {
                    let owner = (0..Self::PHONES).find(|place| Self::phone_wallet(*place) == request.wallet);
                    (owner.unwrap_or(phone), request.amount)
                });
                Command::Fulfil { office, by, phone, amount, paid, idempotency }
            }
            21..=27 => {
                let request = self.request(office)?;
                let (by, idempotency) = (self.by(office), self.idempotency());
                Command::Put { office, by, request, paid, idempotency }
            }
            28 => {
                let operations = self.offices[office].model.operations.len();
                let recent = operations.min(20);
                let operation = operations.checked_sub(1 + self.random.below(recent.max(1)))?;
                let by = self.by(office);
                matches!(by, By::Key(..)).then_some(Command::WithdrawByKey { office, by, operation })?
            }
            29..=32 => {
                let (user, limits) = (self.user_with(office, Role::Maker), self.limits());
                let idempotency = self.idempotency();
                Command::AskForKey { office, user, limits, idempotency }
            }
            33 | 34 => {
                let key = self.key(office, |state| state == KeyState::Active)?;
                let (user, idempotency) = (self.user_with(office, Role::Maker), self.idempotency());
                let overlap_hours = self.random.pick(&[0, 1, 24, 168]);
                Command::Rotate { office, user, key, overlap_hours, idempotency }
            }
            35..=38 => {
                let key = self.key(office, |state| state == KeyState::Approved)?;
                let maker = self.offices[office].model.keys[key].maker;
                let user = if self.random.percent(90) { maker } else { self.user(office) };
                Command::Claim { office, user, key }
            }
            39 => {
                let key = self.key(office, |state| matches!(state, KeyState::Approved | KeyState::Active))?;
                let user = if self.random.percent(20) { None } else { Some(self.user(office)) };
                Command::Revoke { office, user, key }
            }
            40 => {
                let key = self.key(office, |state| matches!(state, KeyState::Active | KeyState::Approved))?;
                let user = self.user(office);
                let most = self.random.pick(&[None, Some(100), Some(2_500), Some(10_000), Some(100_000)]);
                Command::Tighten { office, user, key, most: most.map(|most| most * self.scale) }
            }
            41..=58 => self.decision(office)?,
            59..=61 => {
                let top_up = if self.random.percent(3) {
                    MAX_BALANCE
                } else {
                    (amount * self.random.pick(&[1, 50])).min(MAX_BALANCE)
                };
                Command::TopUp { office, amount: top_up, idempotency: self.idempotency() }
            }
            62 => Command::Redeem { office, amount, idempotency: self.idempotency() },
            63 => Command::Suspend { office, suspended: self.random.percent(12) },
            64..=69 => {
                let id = OperationID::from_uuid(Uuid::from_u64_pair(self.random.bits(), self.random.bits()));
                Command::Want { office, phone, amount, id }
            }
            70 => Command::Cancel { office, request: self.request(office)? },
            71 => Command::Malformed { office, user: self.user(office), body: self.random.below(8) },
            72..=77 => Command::Send,
            78..=94 => {
                let waiting = self.network.len();
                if waiting == 0 {
                    return None;
                }
                let message = self.random.below(waiting);
                Command::Carry { message, lost: self.random.percent(15), doubled: self.random.percent(15) }
            }
            _ => Command::Wait { until: self.until(office), alarms: self.random.percent(50) },
        })
    }

    /// Counts how often each event of interest occurred.
    pub(crate) fn reached(&self, counts: &mut BTreeMap<&'static str, u64>) {
        let mut add = |what, times: usize| *counts.entry(what).or_default() += u64::try_from(times).unwrap();
        for office in &self.offices {
            let Office { operations, keys, asks, requests, .. } = &office.model;
            let done = |it: &&Operation| it.state == OperationState::Completed;
            add("operations", operations.len());
            add("cash-ins returned", operations.iter().filter(|it| it.state == OperationState::Failed).count());
            add("automatic operations", operations.iter().filter(|it| it.automatic).count());
            add("cash-ins completed", operations.iter().filter(done).filter(|it| it.paid.is_none()).count());
            add("cash-outs completed", operations.iter().filter(done).filter(|it| it.paid.is_some()).count());
            add("customers' requests", requests.len());
            add("requests expired", requests.values().filter(|it| it.state == RequestState::Expired).count());
            add("requests cancelled", requests.values().filter(|it| it.state == RequestState::Cancelled).count());
            add("keys asked for", keys.len());
            add("keys claimed", keys.iter().filter(|key| key.claimed).count());
            add("keys rotated", keys.iter().filter(|key| key.replaced).count());
            add("keys revoked", keys.iter().filter(|key| key.state == KeyState::Revoked).count());
            add("approvals lapsed", asks.iter().filter(|ask| ask.state == AskState::Expired).count());
            add("approvals withdrawn", asks.iter().filter(|ask| ask.state == AskState::Withdrawn).count());
        }
        for (code, times) in &self.answers {
            *counts.entry(*code).or_default() += times;
        }
    }
}
