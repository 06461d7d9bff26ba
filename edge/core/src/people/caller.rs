//! A signed-in member making a call.

use std::rc::Rc;

use crate::error::Outcome;
use crate::people::model::{Actor, Member, Role};
use crate::people::password::refuse_unchanged;
use crate::people::second_factor::proof::Standing;

/// A signed-in member making a call.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The member.
    pub member: Rc<Member>,
    /// True if the password was made by two others and has to be changed before anything else.
    pub must_change_password: bool,
    /// Where the caller stands with their second factor.
    pub second_factor: Standing,
}

impl Caller {
    /// Refuses a caller who must change the password or enrol a factor first, or who holds none of the roles; without
    /// roles any member may call.
    pub fn may(&self, roles: &[Role]) -> Outcome<()> {
        refuse_unchanged(self.must_change_password)?;
        self.second_factor.refuse_unenrolled()?;
        if roles.is_empty() { Ok(()) } else { self.member.must_hold(roles) }
    }

    /// Refuses a call that matters without a recent proof of the second factor.
    pub fn must_prove(&self) -> Outcome<()> {
        self.second_factor.refuse_unproved()
    }

    /// The caller as a chain actor.
    pub fn actor(&self) -> Actor {
        Actor::User(self.member.person.clone())
    }
}
