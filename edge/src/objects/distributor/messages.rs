//! Messages to a distributor other than calls.

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Error, Outcome, refuse};
use universal_wallet_core::id::{OperationID, UserID};
use universal_wallet_core::operations::cash_outs;
use universal_wallet_core::people::model::{Member, Person};
use universal_wallet_core::provisioning;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_sdk::Timestamp;

use super::deliveries::deliver;
use super::state::DistributorState;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::reply::reply;
use crate::messages::to_distributor::{ConsoleCaller, Membership, NewMember, ToDistributor};
use crate::platform::log::report;
use crate::platform::random;
use crate::platform::sockets::Closing;

/// Cancels a request for the owner of a wallet.
pub(super) async fn cancel_request(state: Shared<DistributorState>, id: OperationID) -> Outcome<()> {
    let attempt = state.step(|state, now| {
        state.settle(now)?;
        state.write(|store| cash_outs::cancel(store, now, id))?;
        let due = state.store.deliveries.iter().find(|(_, delivery)| delivery.operation == id);
        Outcome::Ok(due.map(|(number, _)| *number).and_then(|number| state.attempt(number)))
    })?;
    if let Some(attempt) = attempt {
        deliver(&state, attempt, false).await;
    }
    Ok(())
}

/// A person as a member.
pub(super) fn new_member(new: NewMember, now: Timestamp) -> Member {
    Member {
        entry: 0,
        version: 1,
        person: Person { id: new.user, name: new.name },
        login: new.login,
        roles: new.roles,
        disabled: false,
        created_at: now,
    }
}

impl DistributorState {
    /// Handles a message that needs no other object.
    pub(super) fn take(&mut self, message: ToDistributor, now: Timestamp) -> String {
        if let Err(fault) = self.settle(now).and_then(|()| self.store.note_arrivals()) {
            return reply::<()>(Err(fault.into()));
        }
        match message {
            ToDistributor::Create { id, .. } => {
                // An earlier attempt created the distributor, and the issuer's record was not completed.
                reply(if id == self.store.profile().id { Ok(()) } else { refuse(Code::AlreadyExists, "Taken.") })
            }
            ToDistributor::AddMember { member, idempotency } => {
                reply(self.add_member(member, idempotency.as_ref(), now))
            }
            ToDistributor::Membership { user } => reply(Ok(self.membership(user))),
            ToDistributor::OpenRequest { id, from, amount, memo } => {
                let wanted = cash_outs::Wanted { id, from, amount, memo, created_at: now };
                reply(self.write(|store| cash_outs::open(store, now, wanted)))
            }
            ToDistributor::CancelRequest { .. } => DONE.into(),
            ToDistributor::SessionEnded { user } => {
                let closed = self.store.db.close_sockets(&user.to_string(), Closing::SessionEnded);
                reply(closed.map_err(Error::from))
            }
            ToDistributor::Export { export } => reply(self.next_page(export)),
        }
    }

    /// Returns the ID of a person who may listen, or nothing.
    pub(super) fn admit_listener(&mut self, caller: &ConsoleCaller, now: Timestamp) -> String {
        if let Err(fault) = self.settle(now) {
            report(&fault);
            return String::new();
        }
        self.store.listened = true;
        let member = self.store.member(caller.user).filter(|member| !member.disabled && !caller.must_change_password);
        member.map(|member| member.person.id.to_string()).unwrap_or_default()
    }

    fn membership(&self, user: UserID) -> Option<Membership> {
        let member = self.store.member(user).filter(|member| !member.disabled)?;
        Some(Membership { name: self.store.profile().name.clone(), roles: member.roles.clone() })
    }

    /// Adds a member for the issuer; returns whether the same call did so before.
    fn add_member(&mut self, member: NewMember, idempotency: Option<&Idempotency>, now: Timestamp) -> Outcome<bool> {
        if let Some(key) = idempotency
            && self.store.recall(key)?.is_some()
        {
            return Ok(true);
        }
        if self.store.member(member.user).is_some() {
            return refuse(Code::AlreadyExists, "This login is a member of the distributor already.");
        }
        let moment = Moment { now, random: random::bits()? };
        let user = member.user.to_string();
        self.write(|store| {
            provisioning::add_user(store, moment, new_member(member, now))?;
            idempotency.map_or(Ok(()), |key| store.remember(key, &user))?;
            Ok(false)
        })
    }
}
