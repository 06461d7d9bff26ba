//! Every order of joining, leaving and resetting, with calls that break off between the objects: nobody acts at a
//! distributor but those whom its two people gave a code, and those two people themselves.

mod world;

use std::collections::{BTreeSet, HashSet};

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::people;
use world::{Fault, Who, World};

use crate::support::{START, caller, input, run, user};

/// Steps of the exploration.
const DEPTH: usize = 9;

/// Calls under way at a time.
const MAX_CALLS: usize = 2;

fn next(world: &World) -> Vec<World> {
    let mut all = Vec::new();
    let mut try_step = |step: &dyn Fn(&mut World) -> bool| {
        let mut after = world.clone();
        if step(&mut after) {
            all.push(after);
        }
    };
    for place in 0..world.calls.len() {
        try_step(&|world| {
            world.advance(place);
            true
        });
        // The call breaks off.
        try_step(&|world| {
            world.calls.remove(place);
            true
        });
    }
    for office in [0, 1] {
        if world.calls.len() < MAX_CALLS {
            let holder = world.codes[office];
            try_step(&|world| world.start(holder, office));
            if world.controllers.contains(&holder) {
                try_step(&|world| world.begin_join(office));
            }
            try_step(&|world| world.begin_reset(office));
            try_step(&|world| world.begin_leave(office));
        }
        try_step(&|world| world.use_reset(office));
        try_step(&|world| disable(world, office));
    }
    try_step(&World::change_password);
    all
}

fn disable(world: &mut World, office: usize) -> bool {
    let id = world.membership(office).member.to_string();
    let admin = caller(&world.offices[office], user(1));
    let (moment, body) = (Moment { now: START, random: 0 }, input(r#"{"disabled":true}"#, None));
    run(&mut world.offices[office], |store| people::members::change(store, moment, &admin, &id, &body)).is_ok()
}

/// A person who acts at an office.
type Acting = (Who, usize);

/// Explores; returns the number of states, whom the search found acting where they must not, and all who act.
fn explore(fault: Fault, codes: [Who; 2], depth: usize) -> (usize, Option<Acting>, BTreeSet<Acting>) {
    let mut seen = HashSet::new();
    let mut acting = BTreeSet::new();
    let mut frontier = vec![World::new(fault, codes)];
    for _ in 0..depth {
        let mut found = Vec::new();
        for after in frontier.iter().flat_map(next) {
            if !seen.insert(after.fingerprint()) {
                continue;
            }
            for office in [0, 1] {
                for who in after.acting_at(office) {
                    if who != codes[office] && who != Who::Office(office) {
                        return (seen.len(), Some((who, office)), acting);
                    }
                    acting.insert((who, office));
                }
            }
            found.push(after);
        }
        frontier = found;
    }
    (seen.len(), None, acting)
}

#[test]
fn nobody_acts_at_a_distributor_without_its_code() {
    for codes in [[Who::Nina, Who::Stranger], [Who::Nina, Who::Nina]] {
        let (states, found, acting) = explore(Fault::None, codes, DEPTH);
        println!("joining, codes of {codes:?}, depth {DEPTH}: {states} states");
        assert_eq!(found, None);
        // The search is not vacuous: those who may act do so, and two people take over an account of theirs alone.
        for expected in [(codes[0], 0), (codes[1], 1), (Who::Office(0), 0), (Who::Office(1), 1)] {
            assert!(acting.contains(&expected), "nobody reaches {expected:?}");
        }
    }
}

#[test]
fn mistakes_in_the_rules_of_joining_are_found() {
    let faults = [
        Fault::TwoCodesStartOneAccount,
        Fault::JoinsBeforeListing,
        Fault::ResetsWithoutAsking,
        Fault::JoinsWithACodeAsPassword,
        Fault::JoinsWithoutACode,
    ];
    for fault in faults {
        let all = [[Who::Nina, Who::Stranger], [Who::Nina, Who::Nina]];
        let found = all.iter().find_map(|codes| explore(fault, *codes, DEPTH + 1).1);
        println!("{fault:?}: {found:?}");
        assert!(found.is_some(), "the model does not see {fault:?}");
    }
}
