//! Random commands against a reference model, from a seed that is printed.
//!
//! `SIMULATOR_COMMANDS` is the number of commands (default 100,000), `SIMULATOR_SEED` the seed (default: a new one each
//! time). A run is many worlds of some thousand commands each; a failure prints the seed and the number of commands
//! that reproduce it in one world.

mod apply;
mod apply_keys;
mod apply_operations;
mod check;
mod command;
mod model;
mod model_keys;
mod model_money;
mod network;
mod world;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

use command::Command;
use world::World;

/// Commands per world.
const WORLD: u64 = 4_000;
/// Commands between two full comparisons.
const FULL_CHECK: u64 = 500;

/// Events that the commands of a long run must reach, so that the run is not vacuous.
const REACHED: [&str; 32] = [
    "automatic operations",
    "cash-ins completed",
    "cash-outs completed",
    "requests expired",
    "requests cancelled",
    "keys claimed",
    "keys rotated",
    "keys revoked",
    "approvals lapsed",
    "approvals withdrawn",
    "calls replayed",
    "late announcements refused",
    "cash-ins returned",
    "already_claimed",
    "approval_required",
    "approval_stale",
    "claim_expired",
    "daily_volume_exceeded",
    "distributor_suspended",
    "idempotency_key_required",
    "idempotency_key_reused",
    "insufficient_balance",
    "invalid_amount",
    "invalid_json",
    "invalid_request",
    "invalid_state",
    "no_cash_out_request",
    "not_the_maker",
    "rate_limited",
    "role_required",
    "self_approval",
    "transaction_limit_exceeded",
];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs a world; the last command is kept so that a failure can print it.
fn live(seed: u64, commands: u64, last: &mut Vec<Command>, reached: &mut BTreeMap<&'static str, u64>) {
    let mut world = World::new(seed);
    for step in 1..=commands {
        let again = world.random.percent(12) && !world.recent.is_empty();
        let command = if again {
            let place = world.random.below(world.recent.len());
            world.recent[place].clone()
        } else {
            world.next()
        };
        if last.len() >= 20 {
            last.remove(0);
        }
        last.push(command.clone());
        if command.can_be_repeated() && !again {
            if world.recent.len() >= 50 {
                world.recent.remove(0);
            }
            world.recent.push(command.clone());
        }
        world.apply(&command);
        world.check_conservation();
        if step % FULL_CHECK == 0 {
            for office in 0..world.offices.len() {
                world.settle(office, world.now);
            }
            world.check_all();
        }
    }
    world.drain();
    world.check_all();
    world.check_settled();
    world.reached(reached);
}

#[test]
fn random_commands_leave_what_the_reference_model_says() {
    let seed = setting("SIMULATOR_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let commands = setting("SIMULATOR_COMMANDS").unwrap_or(100_000);
    println!("SIMULATOR_SEED={seed} SIMULATOR_COMMANDS={commands}");
    let start = Instant::now();
    let mut reached = BTreeMap::new();
    let mut done = 0;
    while done < commands {
        let (seed, now) = (seed.wrapping_add(done / WORLD), WORLD.min(commands - done));
        let mut last = Vec::new();
        let world = catch_unwind(AssertUnwindSafe(|| live(seed, now, &mut last, &mut reached)));
        if let Err(panic) = world {
            for command in &last {
                eprintln!("{command:?}");
            }
            eprintln!("again with SIMULATOR_SEED={seed} SIMULATOR_COMMANDS={now}");
            resume_unwind(panic);
        }
        done += now;
    }
    println!("{commands} commands in {:.1} s", start.elapsed().as_secs_f64());
    for (what, times) in &reached {
        println!("{times:>9} {what}");
    }
    if commands >= 50_000 {
        for what in REACHED {
            assert!(reached.contains_key(what), "no command came to {what}");
        }
    }
}
