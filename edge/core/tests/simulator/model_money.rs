//! The reference model: operations, customers' requests, the float, wallets.

use std::collections::{BTreeMap, BTreeSet};

use universal_wallet_core::error::Code;
use universal_wallet_core::id::{OperationID, UserID};
use universal_wallet_core::people::model::Role;

use super::model::{
    About, AskState, MAX_BALANCE, Made, Minor, Ms, Office, Operation, OperationState, Paid, RequestState,
};
use crate::support::DAY_MS;

/// The requester of an operation: a key, from a listed or another address, or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Key(usize, bool),
    Person(UserID),
}

/// Expected result of a call for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A new operation; for a cash-out, of this request.
    New(Option<OperationID>),
    Again(usize),
    /// Another call made the same PUT before; this one stores nothing.
    Present(usize),
}

impl Office {
    pub(crate) fn may_ask(&self, by: By) -> Result<(), Code> {
        match by {
            By::Key(key, listed_address) => self.key_may(key, listed_address),
            By::Person(user) => self.must_hold(user, &[Role::Maker]),
        }
    }

    pub(crate) fn scope(&self, by: By) -> String {
        match by {
            By::Key(key, _) => format!("line {}", self.keys[key].line),
            By::Person(user) => user.to_string(),
        }
    }

    /// The operation that an earlier call with this idempotency key made or was answered with.
    fn made_before(&self, by: By, call: (&str, Option<&String>)) -> Result<Option<usize>, Code> {
        Ok(self.before(&self.scope(by), call.1, call.0)?.map(|made| match made {
            Made::Operation(index) => index,
            Made::Key(_) | Made::Float => unreachable!("a call of another route has another body"),
        }))
    }

    /// The float cannot exceed the maximum balance, even after everything due has arrived.
    fn has_room(&self, amount: Minor) -> Result<(), Code> {
        if self.balance + self.incoming() + amount > MAX_BALANCE { Err(Code::InvalidAmount) } else { Ok(()) }
    }

    fn within_limits(&self, by: By, amount: Minor, now: Ms) -> Result<(), Code> {
        let By::Key(key, _) = by else { return Ok(()) };
        let key = &self.keys[key];
        if key.limits.most.is_some_and(|most| amount > most) {
            return Err(Code::TransactionLimitExceeded);
        }
        let spent = self.volumes.get(&(key.line, now / DAY_MS)).copied().unwrap_or(0);
        if key.limits.day.is_some_and(|most| spent + amount > most) {
            return Err(Code::DailyVolumeExceeded);
        }
        let given_back = self.given_back.get(&(key.line, now / DAY_MS)).copied().unwrap_or(0);
        if self.max_given_back > 0 && given_back >= self.max_given_back {
            return Err(Code::RateLimited);
        }
        Ok(())
    }

    pub(crate) fn cash_in(
        &self,
        by: By,
        known: bool,
        amount: Minor,
        call: (&str, Option<&String>),
        now: Ms,
    ) -> Result<Expected, Code> {
        self.may_ask(by)?;
        if let Some(index) = self.made_before(by, call)? {
            return Ok(Expected::Again(index));
        }
        self.must_not_be_suspended()?;
        if !known {
            return Err(Code::UnknownMerchant);
        }
        self.within_limits(by, amount, now)?;
        if self.available() < amount { Err(Code::InsufficientBalance) } else { Ok(Expected::New(None)) }
    }

    pub(crate) fn fulfil(
        &self,
        by: By,
        wallet: &str,
        amount: Minor,
        call: (&str, Option<&String>),
        now: Ms,
    ) -> Result<Expected, Code> {
        self.may_ask(by)?;
        if let Some(index) = self.made_before(by, call)? {
            return Ok(Expected::Again(index));
        }
        self.must_not_be_suspended()?;
        let fits = |id: &&OperationID| {
            let request = &self.requests[*id];
            request.state == RequestState::Open && request.wallet == wallet && request.amount == amount
        };
        let oldest = self.order.iter().find(fits).ok_or(Code::NoCashOutRequest)?;
        self.within_limits(by, amount, now)?;
        self.has_room(amount)?;
        Ok(Expected::New(Some(*oldest)))
    }

    pub(crate) fn put(
        &self,
        by: By,
        id: OperationID,
        paid: Paid,
        call: (&str, Option<&String>),
        now: Ms,
    ) -> Result<Expected, Code> {
        // A caller who may not know of the request learns that first; a key's permission comes before everything.
        let request = self.requests.get(&id).ok_or(Code::NotFound);
        if matches!(by, By::Person(_)) {
            request?;
        }
        self.may_ask(by)?;
        if let Some(index) = self.made_before(by, call)? {
            return Ok(Expected::Again(index));
        }
        let request = request?;
        match request.state {
            RequestState::Open => {}
            RequestState::Taken | RequestState::Paid => {
                let index = request.operation.unwrap();
                let same = self.operations[index].paid == Some(paid);
                return if same { Ok(Expected::Present(index)) } else { Err(Code::InvalidState) };
            }
            RequestState::Cancelled | RequestState::Expired => return Err(Code::InvalidState),
        }
        self.must_not_be_suspended()?;
        self.within_limits(by, request.amount, now)?;
        self.has_room(request.amount)?;
        Ok(Expected::New(Some(id)))
    }

    /// True if an operation by this key or person needs no checker.
    pub(crate) fn is_automatic(&self, by: By, amount: Minor) -> bool {
        matches!(by, By::Key(key, _) if amount <= self.keys[key].limits.auto)
    }

    pub(crate) fn add(&mut self, operation: Operation) -> usize {
        let index = self.operations.len();
        if operation.paid.is_some() {
            let request = self.requests.get_mut(&operation.id).unwrap();
            request.state = RequestState::Taken;
            request.operation = Some(index);
        } else if operation.automatic {
            self.balance -= operation.amount;
            self.charged += operation.amount;
        }
        let amount = operation.amount;
        self.operations.push(operation);
        if let Some(volume) = self.volume_of(index) {
            *volume += amount;
        }
        index
    }

    pub(crate) fn withdraw_by_key(&mut self, by: By, index: usize, now: Ms) -> Result<(), Code> {
        self.may_ask(by)?;
        let By::Key(key, _) = by else { return Err(Code::InvalidApiKey) };
        let line = self.keys[key].line;
        // Keys are numbered in order of request.
        if self.operations[index].key.is_none_or(|made_by| self.keys[made_by].line != line || made_by > key) {
            return Err(Code::NotTheMaker);
        }
        if self.operations[index].state != OperationState::Pending {
            return Err(Code::InvalidState);
        }
        let about = About::Operation(index);
        let ask = self.pending.iter().copied().find(|ask| self.asks[*ask].about == about).unwrap();
        self.end(ask, AskState::Withdrawn, None, now);
        Ok(())
    }

    /// The latest operation with that ID: a reopened request can become an operation again.
    pub(crate) fn latest(&self, id: OperationID) -> usize {
        self.operations.iter().rposition(|operation| operation.id == id).unwrap()
    }

    /// Returns a cash-in that a wallet could not take.
    pub(crate) fn returned(&mut self, id: OperationID) {
        let index = self.latest(id);
        let Operation { amount, state, .. } = self.operations[index];
        if state == OperationState::Processing {
            self.operations[index].state = OperationState::Failed;
            self.balance += amount;
            self.charged -= amount;
            self.give_back(index);
        }
    }

    /// Records a wallet's acknowledgement.
    pub(crate) fn arrived(&mut self, id: OperationID) {
        let index = self.latest(id);
        let operation = &mut self.operations[index];
        if operation.state == OperationState::Processing {
            operation.state = OperationState::Completed;
            if operation.paid.is_some() {
                self.balance += operation.amount;
                self.cashed_out += operation.amount;
                self.requests.get_mut(&operation.id).unwrap().state = RequestState::Paid;
            }
        }
    }

    pub(crate) fn top_up(&mut self, amount: Minor) -> Result<(), Code> {
        self.has_room(amount)?;
        self.balance += amount;
        self.issued += amount;
        Ok(())
    }

    pub(crate) fn redeem(&mut self, amount: Minor) -> Result<(), Code> {
        if self.available() < amount {
            return Err(Code::InsufficientBalance);
        }
        self.balance -= amount;
        self.issued -= amount;
        Ok(())
    }

    pub(crate) fn cancel(&mut self, id: OperationID) -> Result<(), Code> {
        let request = self.requests.get_mut(&id).ok_or(Code::NotFound)?;
        match request.state {
            RequestState::Open => request.state = RequestState::Cancelled,
            RequestState::Cancelled => {}
            _ => return Err(Code::InvalidState),
        }
        Ok(())
    }
}

/// Destination of the money that a customer's request holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoldState {
    Announcing,
    Held,
    Captured,
    Released,
}

/// A wallet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purse {
    pub(crate) balance: Minor,
    pub(crate) taken: BTreeSet<OperationID>,
    /// Cash-ins that arrived without room: refused for good, since their money goes back.
    pub(crate) refused: BTreeSet<OperationID>,
    pub(crate) holds: BTreeMap<OperationID, (Minor, HoldState)>,
}

impl Purse {
    pub(crate) fn held(&self) -> Minor {
        let open = self.holds.values().filter(|(_, it)| matches!(it, HoldState::Announcing | HoldState::Held));
        open.map(|(amount, _)| *amount).sum()
    }

    pub(crate) fn want(&mut self, id: OperationID, amount: Minor) -> Result<(), Code> {
        if self.balance - self.held() < amount {
            return Err(Code::InsufficientBalance);
        }
        self.holds.insert(id, (amount, HoldState::Announcing));
        Ok(())
    }

    /// Takes a cash-in once, unless the balance would pass the maximum.
    pub(crate) fn credit(&mut self, id: OperationID, amount: Minor) -> bool {
        if self.taken.contains(&id) {
            return true;
        }
        if self.refused.contains(&id) || self.balance + amount > MAX_BALANCE {
            self.refused.insert(id);
            return false;
        }
        self.taken.insert(id);
        self.balance += amount;
        true
    }

    pub(crate) fn announced(&mut self, id: OperationID) {
        let (_, state) = self.holds.get_mut(&id).unwrap();
        if *state == HoldState::Announcing {
            *state = HoldState::Held;
        }
    }

    pub(crate) fn release(&mut self, id: OperationID) {
        let (_, state) = self.holds.get_mut(&id).unwrap();
        if matches!(state, HoldState::Announcing | HoldState::Held) {
            *state = HoldState::Released;
        }
    }

    pub(crate) fn capture(&mut self, id: OperationID) {
        let (amount, state) = self.holds.get_mut(&id).unwrap();
        assert_ne!(*state, HoldState::Released, "cash was paid out for a hold that is gone");
        if *state != HoldState::Captured {
            *state = HoldState::Captured;
            self.balance -= *amount;
            self.taken.insert(id);
        }
    }
}
