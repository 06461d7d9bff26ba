//! A signed-in member who calls.

use std::rc::Rc;

use crate::error::{Code, Outcome, refuse};
use crate::people::model::{Actor, Member, Role};

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
