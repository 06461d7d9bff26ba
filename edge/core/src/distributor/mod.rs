//! The commands of a distributor: each checks everything first and writes only then, so that a
//! refusal leaves nothing behind.

pub mod approvals;
pub mod authenticate;
pub mod cash_outs;
pub mod deadlines;
pub mod decide_operation;
pub mod funds;
pub mod keys;
pub mod new_operation;
pub mod operations;
pub mod requester;
pub mod rotate;
pub mod setup;
pub mod users;

use std::rc::Rc;

use crate::people::{Actor, Member, Role};
use crate::refusal::{Code, Outcome, refuse};
use crate::store::Profile;

/// A signed-in member who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub member: Rc<Member>,
    /// They have a password that two others made: it has to be changed before anything else.
    pub must_change_password: bool,
}

impl Caller {
    /// Refuses a caller who has to change their password first, or holds none of the roles;
    /// without roles every member may.
    pub fn may(&self, roles: &[Role]) -> Outcome<()> {
        if self.must_change_password {
            return refuse(
                Code::PasswordChangeRequired,
                "Change your password first; nothing else is possible before.",
            );
        }
        if roles.is_empty() { Ok(()) } else { self.member.must_hold(roles) }
    }

    /// The caller as the chain names them.
    pub fn actor(&self) -> Actor {
        Actor::User(self.member.person.clone())
    }
}

/// Refuses what a suspended distributor may not do.
pub fn refuse_suspended(profile: &Profile) -> Outcome<()> {
    if profile.suspended {
        return refuse(Code::DistributorSuspended, "This distributor is suspended; ask the issuer.");
    }
    Ok(())
}
