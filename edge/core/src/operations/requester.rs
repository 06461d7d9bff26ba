//! The requester of an operation.

use std::rc::Rc;

use crate::error::Outcome;
use crate::keys::model::Key;
use crate::people::caller::Caller;
use crate::people::model::{Actor, Person, Role};

/// The requester of an operation.
#[derive(Clone, Debug)]
pub enum Requester {
    /// A key; the key's maker counts as the operation's maker.
    Key(Rc<Key>),
    /// A person in the console, whose operations always need approval.
    Person(Caller),
}

impl Requester {
    /// The operation's maker.
    pub fn maker(&self) -> &Person {
        match self {
            Self::Key(key) => &key.maker,
            Self::Person(caller) => &caller.member.person,
        }
    }

    /// The requester as a chain actor.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Key(key) => Actor::Key { id: key.id, name: key.settings.label.clone() },
            Self::Person(caller) => caller.actor(),
        }
    }

    /// Scope of idempotency keys: the line of rotations, or the person.
    pub fn scope(&self) -> String {
        match self {
            Self::Key(key) => key.lineage.to_string(),
            Self::Person(caller) => caller.member.person.id.to_string(),
        }
    }

    /// Refuses a person without the maker role; a key's permission is already checked.
    pub fn may(&self) -> Outcome<()> {
        match self {
            Self::Key(_) => Ok(()),
            Self::Person(caller) => caller.may(&[Role::Maker]),
        }
    }

    /// The requesting key, if any.
    pub const fn key(&self) -> Option<&Rc<Key>> {
        match self {
            Self::Key(key) => Some(key),
            Self::Person(_) => None,
        }
    }
}
