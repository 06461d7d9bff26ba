//! Persons and their logins. The rules compare users; agreement is between persons.
//!
//! A login is known to the person it is meant for, and to anybody who learnt both halves of its password: they count as
//! that user. A person let in with a second login has two.

use std::collections::{BTreeMap, BTreeSet};

use universal_wallet_core::id::UserID;

/// A person, independent of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Person(pub(crate) u128);

/// A person acting as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Acting {
    pub(crate) person: Person,
    pub(crate) user: UserID,
}

/// The acting person, and everybody without whom they could not have acted.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Behind {
    pub(crate) acting: Acting,
    pub(crate) persons: BTreeSet<Person>,
}

/// The logins that each person can use.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Logins {
    meant_for: BTreeMap<UserID, Person>,
    /// Persons who let the acting one in; empty for a login from the issuer.
    known: BTreeMap<Acting, BTreeSet<Person>>,
    /// Logins whose password somebody stole.
    stolen: BTreeSet<Acting>,
}

impl Logins {
    /// Gives a person a login.
    pub(crate) fn give(&mut self, user: UserID, person: Person, let_in_by: BTreeSet<Person>) {
        self.meant_for.insert(user, person);
        self.known.insert(Acting { person, user }, let_in_by);
    }

    /// A person steals a password.
    pub(crate) fn steal(&mut self, user: UserID, thief: Person) {
        let acting = Acting { person: thief, user };
        self.known.insert(acting, BTreeSet::new());
        self.stolen.insert(acting);
    }

    /// True for a person who stole the password.
    pub(crate) fn is_stolen(&self, acting: Acting) -> bool {
        self.stolen.contains(&acting)
    }

    /// Sets a new password; each of the two persons learnt one half, and the person it is meant for gets both.
    pub(crate) fn set_password(&mut self, user: UserID, first: &Behind, second: &Behind) {
        let (meant_for, person) = (self.meant_for[&user], first.acting.person);
        self.known.retain(|known, _| known.user != user || known.person == meant_for);
        if person == second.acting.person && person != meant_for {
            let let_in_by = first.persons.union(&second.persons).copied().collect();
            self.known.insert(Acting { person, user }, let_in_by);
        }
    }

    /// Every pair of a person and a user whose login the person can use.
    pub(crate) fn all(&self) -> impl Iterator<Item = Acting> {
        self.known.keys().copied()
    }

    /// Logins known to a person they are not meant for and who did not steal them, with the persons who let them in.
    pub(crate) fn learnt(&self) -> impl Iterator<Item = (Acting, &BTreeSet<Person>)> {
        let others =
            |(known, _): &(&Acting, _)| self.meant_for[&known.user] != known.person && !self.is_stolen(**known);
        self.known.iter().filter(others).map(|(known, by)| (*known, by))
    }

    /// The acting person, and everybody who let them in.
    pub(crate) fn behind(&self, acting: Acting) -> Behind {
        let mut persons = self.known[&acting].clone();
        persons.insert(acting.person);
        Behind { acting, persons }
    }
}
