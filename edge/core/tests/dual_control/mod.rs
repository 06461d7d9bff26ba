//! Exhaustive exploration of dual control: from every set of roles that two or three people can hold, every order of
//! every possible action, up to a depth. No reachable state has a loosening in force that fewer than two persons agreed
//! to.
//!
//! Persons act through users. A key's secret belongs to its maker; a new password is known to anybody who learnt both
//! halves, and otherwise to the person it is meant for.

mod invariant;
mod persons;
mod state;
mod step;
mod webhooks;

use std::collections::{BTreeSet, HashSet};
use std::time::Instant;

use state::State;
use step::steps;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::second_factor::proof::Standing;

const ROLES: [Role; 3] = [Role::Admin, Role::Maker, Role::Checker];

/// The set of roles given by the bits of a number.
fn roles(bits: usize) -> Vec<Role> {
    (0..ROLES.len()).filter(|place| bits >> place & 1 == 1).map(|place| ROLES[place]).collect()
}

/// Result of an exploration.
#[derive(Default)]
struct Reached {
    states: usize,
    /// Steps that led to a state.
    steps: usize,
    /// Kinds of loosening seen.
    loosened: BTreeSet<&'static str>,
}

/// Explores from one initial state.
fn explore(start: State, depth: usize, reached: &mut Reached) {
    let papers = start.papers();
    let mut seen = HashSet::from([start.fingerprint(&papers)]);
    let mut frontier = vec![(start, papers)];
    for level in 1..=depth {
        let mut next = Vec::new();
        for (state, before) in &frontier {
            let mut after = state.clone();
            for step in steps(state, before) {
                // A refused step changes nothing.
                if !after.take(&step) {
                    continue;
                }
                reached.steps += 1;
                let before_step = state;
                let state = std::mem::replace(&mut after, state.clone());
                let papers = state.papers();
                state.no_ability_may_be_lost(before_step);
                state.no_key_may_be_looser(before, &papers);
                if seen.insert(state.fingerprint(&papers)) {
                    state.must_be_agreed(&papers);
                    reached.loosened.extend(state.loosened(&papers));
                    if level < depth {
                        next.push((state, papers));
                    }
                }
            }
        }
        frontier = next;
    }
    reached.states += seen.len();
}

/// Explores from several initial states and prints how far.
fn explore_all(what: &str, beginnings: impl IntoIterator<Item = State>, depth: usize) -> BTreeSet<&'static str> {
    let begin = Instant::now();
    let (mut count, mut reached) = (0, Reached::default());
    for beginning in beginnings {
        count += 1;
        explore(beginning, depth, &mut reached);
    }
    let (Reached { states, steps, loosened }, seconds) = (reached, begin.elapsed().as_secs_f64());
    println!("{what}: {count} beginnings, depth {depth}: {states} states by {steps} steps in {seconds:.1} s");
    assert!(states > count, "something can be done");
    loosened
}

/// All sets of roles for a number of people; people with equal roles are alike, so each combination appears once.
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

/// A number of people who hold every role: they can do everything that people with fewer roles can.
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
fn two_people_with_every_role_never_loosen_anything_alone() {
    let loosened = explore_all("two people with every role", [with_every_role(2)], 4);
    // Every kind of loosening occurs, so the search is not vacuous.
    for kind in ["key claimed", "operation decided", "user added", "password set"] {
        assert!(loosened.contains(kind), "nobody reaches: {kind}");
    }
}

#[test]
fn three_people_with_every_role_never_loosen_anything_alone() {
    explore_all("three people with every role", [with_every_role(3)], 3);
}

#[test]
fn a_key_in_use_is_never_loosened_by_one_person() {
    explore_all("two people with every role and a key in use", [with_every_role(2).with_key()], 3);
}

#[test]
fn a_successor_is_never_loosened_by_what_happens_to_the_key_it_replaces() {
    let beginning = with_every_role(2).with_key().with_successor();
    explore_all("two people with every role, a key in use and its successor", [beginning], 3);
}

#[test]
fn a_person_with_two_logins_never_loosens_anything_that_those_who_let_them_in_did_not_agree_to() {
    let beginning = with_every_role(2).with_second_login();
    let loosened = explore_all("two people with every role, one of them with a second login", [beginning], 3);
    for kind in ["decided by one person with two logins", "another's password learnt"] {
        assert!(loosened.contains(kind), "nobody reaches: {kind}");
    }
}

#[test]
fn one_stolen_password_never_loosens_anything() {
    let beginning = with_every_role(2).with_stolen_passwords(1, Standing::Proved);
    explore_all("two people with every role, one password stolen, no factors", [beginning], 3);
}

#[test]
#[should_panic(expected = "one person alone")]
fn two_stolen_passwords_are_two_people_where_nobody_has_a_factor() {
    let beginning = with_every_role(2).with_stolen_passwords(2, Standing::Proved);
    explore_all("two people with every role, both passwords stolen, no factors", [beginning], 3);
}

#[test]
fn two_stolen_passwords_never_loosen_anything_where_a_factor_is_required() {
    // Before their owners enrolled a factor, and with sessions that outlive a proof.
    for standing in [Standing::MustEnrol, Standing::MustProve] {
        let beginning = with_every_role(2).with_key().with_required_factor().with_stolen_passwords(2, standing);
        explore_all(&format!("two people with every role, both passwords stolen, {standing:?}"), [beginning], 3);
    }
}

#[test]
fn data_never_leaves_by_one_persons_will() {
    let beginnings = [with_every_role(2).with_webhook(), with_every_role(2).with_second_login().with_webhook()];
    let loosened = explore_all("two people with every role and an endpoint", beginnings, 4);
    for kind in ["secret claimed", "secret rotated", "endpoint enabled"] {
        assert!(loosened.contains(kind), "nobody reaches: {kind}");
    }
}

#[test]
fn one_person_alone_never_does_without_a_second_factor() {
    let beginning = with_every_role(2).with_required_factor();
    let loosened = explore_all("two people with every role, a factor required", [beginning], 3);
    assert!(loosened.contains("no second factor"), "two people can");
    let beginning = with_every_role(2).with_required_factor().with_stolen_passwords(1, Standing::Proved);
    explore_all("the same, one password and its factor stolen", [beginning], 3);
}
