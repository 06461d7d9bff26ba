//! Every order of signing in and out, ending rights, waiting and reading with one browser: nobody acts as another than
//! their tab shows, and nothing is read or heard for longer than the right to it lasts.

mod world;

use std::collections::HashSet;

use world::{Seen, Step, World};

/// Steps of the exploration.
const DEPTH: usize = 6;

/// Explores; returns the number of states and what happened in any of them. Each world asserts what must hold.
fn explore(depth: usize) -> (usize, HashSet<Seen>) {
    let (mut states, mut happened) = (HashSet::new(), HashSet::new());
    let mut frontier = vec![World::new()];
    for _ in 0..depth {
        let mut found = Vec::new();
        for before in &frontier {
            for step in Step::ALL {
                let mut after = before.clone();
                let Some(seen) = after.take(step) else { continue };
                happened.insert(seen);
                if states.insert(after.fingerprint()) {
                    found.push(after);
                }
            }
        }
        frontier = found;
    }
    (states.len(), happened)
}

#[test]
fn nobody_acts_as_another_and_what_ended_does_not_go_on() {
    let (states, happened) = explore(DEPTH);
    println!("lasting, depth {DEPTH}: {states} states");
    // The search is not vacuous: each of these is reached.
    for expected in Seen::ALL {
        assert!(happened.contains(&expected), "nobody reaches {expected:?}");
    }
}
