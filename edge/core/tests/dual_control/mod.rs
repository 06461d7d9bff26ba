//! Dual control, explored: from every set of roles that two or three people can hold, everything
//! that they can do in every order, up to a depth. In no state that is reached is a loosening in
//! force that fewer than two persons agreed to.
//!
//! Persons act through users. The secret of a key is its maker's; a new password is known to whoever
//! learnt both of its halves, and where nobody did, to the person that it is for.

mod invariant;
mod state;
mod step;

use std::collections::HashSet;
use std::time::Instant;

use universal_wallet_core::people::Role;

use state::State;
use step::steps;

const ROLES: [Role; 3] = [Role::Admin, Role::Maker, Role::Checker];

/// Every set of roles, by its bits.
fn roles(bits: usize) -> Vec<Role> {
    (0..ROLES.len()).filter(|place| bits >> place & 1 == 1).map(|place| ROLES[place]).collect()
}

/// Explores from one beginning; how many states were reached, and how many steps led to one.
fn explore(start: State, depth: usize) -> (usize, usize) {
    let mut seen = HashSet::from([start.fingerprint()]);
    let mut frontier = vec![start];
    let mut taken = 0;
    for level in 1..=depth {
        let mut next = Vec::new();
        for state in &frontier {
            let mut after = state.clone();
            for step in steps(state) {
                // What is refused changes nothing.
                if !after.take(&step) {
                    continue;
                }
                taken += 1;
                let reached = core::mem::replace(&mut after, state.clone());
                if seen.insert(reached.fingerprint()) {
                    reached.must_be_agreed();
                    if level < depth {
                        next.push(reached);
                    }
                }
            }
        }
        frontier = next;
    }
    (seen.len(), taken)
}

/// Explores from several beginnings, and tells how far.
fn explore_all(what: &str, beginnings: impl IntoIterator<Item = State>, depth: usize) {
    let begin = Instant::now();
    let (mut count, mut states, mut taken) = (0, 0, 0);
    for beginning in beginnings {
        let (reached, steps) = explore(beginning, depth);
        count += 1;
        states += reached;
        taken += steps;
    }
    let seconds = begin.elapsed().as_secs_f64();
    println!("{what}: {count} beginnings, depth {depth}: {states} states by {taken} steps in {seconds:.1} s");
    assert!(states > count, "something can be done");
}

/// All sets of roles of so many people; people of equal roles are alike, so each combination is
/// taken once.
fn all_roles(people: usize) -> Vec<State> {
    let mut beginnings = Vec::new();
    let mut bits = vec![0; people];
    loop {
        if bits.is_sorted() {
            beginnings.push(State::new(bits.iter().map(|bits| roles(*bits))));
        }
        let Some(place) = (0..people).find(|place| bits[*place] < 7) else { return beginnings };
        bits[place] += 1;
        bits[..place].fill(0);
    }
}

/// So many people who hold every role: what fewer roles can do, they can.
fn with_every_role(people: usize) -> State {
    State::new((0..people).map(|_| ROLES.to_vec()))
}

#[test]
fn two_people_never_loosen_anything_alone() {
    explore_all("two people, all sets of roles", all_roles(2), 3);
}

#[test]
fn three_people_never_loosen_anything_alone() {
    explore_all("three people, all sets of roles", all_roles(3), 2);
}

#[test]
fn people_with_every_role_never_loosen_anything_alone() {
    explore_all("two people with every role", [with_every_role(2)], 4);
    explore_all("three people with every role", [with_every_role(3)], 3);
}

#[test]
fn a_key_in_use_is_never_loosened_by_one_person() {
    explore_all("two people with every role and a key in use", [with_every_role(2).with_key()], 3);
}

/// The shortest way to each kind of loosening exists, so that the search is not about nothing.
#[test]
fn two_people_together_loosen_everything() {
    let mut reached = HashSet::new();
    let mut frontier = vec![with_every_role(2)];
    for _ in 0..3 {
        let mut next = Vec::new();
        for state in &frontier {
            for step in steps(state) {
                let mut after = state.clone();
                if after.take(&step) {
                    reached.extend(after.loosened());
                    next.push(after);
                }
            }
        }
        frontier = next;
    }
    for kind in ["key claimed", "operation decided", "user added", "password set"] {
        assert!(reached.contains(kind), "nobody reaches: {kind}");
    }
}
