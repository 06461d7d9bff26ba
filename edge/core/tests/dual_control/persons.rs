//! Persons and their logins. The rules compare users; it is persons who agree.
//!
//! A login is known to the person that it is meant for, and to whoever learnt both halves of its
//! password: they count as that user. A person who was let in with a second login has two.

use std::collections::{BTreeMap, BTreeSet};

use universal_wallet::id::UserID;

/// A person, whatever they sign in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Person(pub(crate) u128);

/// A person who acts as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Acting {
    pub(crate) person: Person,
    pub(crate) user: UserID,
}

/// Who did something, and everybody without whom they could not have.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Behind {
    pub(crate) acting: Acting,
    pub(crate) persons: BTreeSet<Person>,
}

/// Who can sign in as whom.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Logins {
    meant_for: BTreeMap<UserID, Person>,
    /// By whom else each was let in: by nobody, where it was the issuer.
    known: BTreeMap<Acting, BTreeSet<Person>>,
}

impl Logins {
    /// A login that a person has.
    pub(crate) fn give(&mut self, user: UserID, person: Person, let_in_by: BTreeSet<Person>) {
        self.meant_for.insert(user, person);
        self.known.insert(Acting { person, user }, let_in_by);
    }

    /// A new password, of which these two learnt one half each; the person that it is for gets both.
    pub(crate) fn set_password(&mut self, user: UserID, first: &Behind, second: &Behind) {
        let (meant_for, person) = (self.meant_for[&user], first.acting.person);
        self.known.retain(|known, _| known.user != user || known.person == meant_for);
        if person == second.acting.person && person != meant_for {
            let let_in_by = first.persons.union(&second.persons).copied().collect();
            self.known.insert(Acting { person, user }, let_in_by);
        }
    }

    /// Everybody, as everybody that they can sign in as.
    pub(crate) fn all(&self) -> impl Iterator<Item = Acting> {
        self.known.keys().copied()
    }

    /// Who else's logins persons know, and by whom they were let in.
    pub(crate) fn learnt(&self) -> impl Iterator<Item = (Acting, &BTreeSet<Person>)> {
        let others = |(known, _): &(&Acting, _)| self.meant_for[&known.user] != known.person;
        self.known.iter().filter(others).map(|(known, by)| (*known, by))
    }

    /// Who acts, and everybody who let them in.
    pub(crate) fn behind(&self, acting: Acting) -> Behind {
        let mut persons = self.known[&acting].clone();
        persons.insert(acting.person);
        Behind { acting, persons }
    }
}
