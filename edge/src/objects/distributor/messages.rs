//! Messages to a distributor other than calls.

use universal_wallet_core::error::{Code, InternalError, Outcome, refuse};
use universal_wallet_core::id::{DistributorID, OperationID, UserID};
use universal_wallet_core::operations::cash_outs;
use universal_wallet_core::people::model::{Member, Person};
use universal_wallet_core::people::{invitations, members};
use universal_wallet_core::provisioning;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::input::Idempotency;
use universal_wallet_sdk::Timestamp;

use super::deliveries::deliver;
use super::state::DistributorState;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::reply::reply;
use crate::messages::to_distributor::{CodeOwner, Invited, Membership, NewMember, ToDistributor};
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

/// A person whom the issuer invites, as a member with a new ID.
pub(super) fn new_member(new: NewMember, now: Timestamp) -> Result<Member, InternalError> {
    let person = Person { id: UserID::from_uuid(random::uuid()?), name: new.name };
    Ok(Member::invited(person, new.login, new.roles, new.code, now))
}

impl DistributorState {
    /// Handles a message that needs no other object.
    pub(super) fn take(&mut self, message: ToDistributor, now: Timestamp) -> String {
        // Endpoints' objects read arrivals from memory, so that they do not cost the cash-ins a write.
        let reads_memory = matches!(message, ToDistributor::WebhookWork { .. });
        let settled = self.settle(now);
        let noted = if reads_memory { settled } else { settled.and_then(|()| self.store.note_arrivals()) };
        if let Err(fault) = noted {
            return reply::<()>(Err(fault.into()));
        }
        match message {
            ToDistributor::Create { id, members, .. } => reply(self.create_again(id, &members, now)),
            ToDistributor::AddMember { member, idempotency } => {
                reply(self.add_member(member, idempotency.as_ref(), now))
            }
            ToDistributor::Exists => reply(Ok(())),
            ToDistributor::Membership { account } => reply(Ok(self.membership(account))),
            ToDistributor::Invited { login, code } => {
                let member = invitations::find(&self.store, now, &login, &code);
                reply(Ok(member.map(|member| CodeOwner { user: member.person.id, name: member.person.name })))
            }
            ToDistributor::Join { login, code, account } => {
                let joined = self.write(|store| invitations::join(store, now, &login, &code, account));
                reply(joined.map(|(_, before)| before))
            }
            ToDistributor::FactorEvent { account, event, has } => {
                reply(self.write(|store| Ok(members::note_factors(store, now, account, event, &has)?)))
            }
            ToDistributor::Leave { account } => reply(self.leave(account, now)),
            ToDistributor::Pause { account, idempotency } => reply(self.pause(account, idempotency.as_ref(), now)),
            ToDistributor::OpenRequest { id, from, amount, memo, announcement } => {
                let wanted = cash_outs::Wanted { id, from, amount, memo, announcement };
                reply(self.write(|store| cash_outs::open(store, now, wanted)).and_then(|answer| answer))
            }
            ToDistributor::CancelRequest { .. } => DONE.into(),
            ToDistributor::SessionEnded { account } => reply(self.end_sockets(account)),
            ToDistributor::Export { export } => reply(self.next_page(export, now)),
            ToDistributor::WebhookWork { webhook, again, from, awaited } => {
                reply(self.work(webhook, &again, from, awaited))
            }
            ToDistributor::WebhookFailing { webhook, since } => reply(self.note_failing(webhook, since)),
            ToDistributor::WebhookGivenUp { webhook, reason } => reply(self.give_up(webhook, reason, now)),
        }
    }

    fn membership(&self, account: UserID) -> Option<Membership> {
        let member = self.store.member_of(account)?;
        let (profile, roles) = (self.store.profile(), member.roles.clone());
        let (name, requires_factor) = (profile.name.clone(), profile.second_factor.is_required());
        Some(Membership { user: member.person.id, name, roles, disabled: member.disabled, requires_factor })
    }

    /// Answers a repeated creation: people who have not joined get the new code.
    fn create_again(&mut self, id: DistributorID, members: &[NewMember], now: Timestamp) -> Outcome<Vec<Invited>> {
        if id != self.store.profile().id {
            return refuse(Code::AlreadyExists, "Taken.");
        }
        self.write(|store| {
            let renew = |new: &NewMember| {
                let founders = store.members();
                let user = founders.iter().find(|member| member.login == new.login).map(|member| member.person.id);
                let user = user.ok_or_else(|| InternalError::new("a first user who is missing"))?;
                Ok(Invited { user, new_code: provisioning::renew_code(store, now, user, new.code)? })
            };
            members.iter().map(renew).collect()
        })
    }

    /// Invites a member for the issuer, and tells whether the same call did so before.
    fn add_member(
        &mut self,
        new: NewMember,
        idempotency: Option<&Idempotency>,
        now: Timestamp,
    ) -> Outcome<(Invited, bool)> {
        if let Some(key) = idempotency
            && let Some(user) = self.store.recall(key)?
        {
            let user = user.parse().map_err(|_| InternalError::new("a remembered user that cannot be parsed"))?;
            let new_code = self.write(|store| Ok(provisioning::renew_code(store, now, user, new.code)?))?;
            return Ok((Invited { user, new_code }, true));
        }
        let member = new_member(new, now)?;
        let user = member.person.id;
        self.write(|store| {
            provisioning::invite(store, now, member)?;
            idempotency.map_or(Ok(()), |key| store.remember(key, &user.to_string()))?;
            Ok((Invited { user, new_code: true }, false))
        })
    }

    fn leave(&mut self, account: UserID, now: Timestamp) -> Outcome<()> {
        if let Some(user) = self.write(|store| members::leave(store, now, account))? {
            self.store.db.close_sockets(&user.to_string(), Closing::MembershipEnded)?;
        }
        Ok(())
    }

    /// Pauses a member for the issuer; a repeated call changes nothing.
    fn pause(&mut self, account: UserID, idempotency: Option<&Idempotency>, now: Timestamp) -> Outcome<()> {
        if let Some(key) = idempotency
            && self.store.recall(key)?.is_some()
        {
            return Ok(());
        }
        let user = self.write(|store| {
            let user = provisioning::pause(store, now, account)?;
            if let (Some(key), Some(user)) = (idempotency, user) {
                store.remember(key, &user.to_string())?;
            }
            Ok(user)
        })?;
        match user {
            Some(user) => Ok(self.store.db.close_sockets(&user.to_string(), Closing::SessionEnded)?),
            None => Ok(()),
        }
    }
}
