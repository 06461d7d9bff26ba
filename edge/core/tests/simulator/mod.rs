//! Random commands against a reference model, from a seed that is printed.
//!
//! `SIMULATOR_COMMANDS` says how many (default 100,000), `SIMULATOR_SEED` from which seed (default:
//! a new one each time). A run is many worlds of some thousand commands each; what fails tells the
//! seed and the number of commands that show it again in one world.

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

use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

use command::Command;
use world::World;

/// How many commands a world lives for.
const WORLD: u64 = 4_000;
/// After how many commands everything is compared.
const FULL_CHECK: u64 = 500;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs a world; the last command is kept, so that a failure can tell it.
fn live(seed: u64, commands: u64, last: &mut Vec<Command>) -> [usize; 6] {
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
    world.reached()
}

#[test]
fn random_commands_leave_what_the_reference_model_says() {
    let seed = setting("SIMULATOR_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let commands = setting("SIMULATOR_COMMANDS").unwrap_or(100_000);
    println!("SIMULATOR_SEED={seed} SIMULATOR_COMMANDS={commands}");
    let start = Instant::now();
    let mut reached = [0; 6];
    let mut done = 0;
    while done < commands {
        let (seed, now) = (seed.wrapping_add(done / WORLD), WORLD.min(commands - done));
        let mut last = Vec::new();
        match catch_unwind(AssertUnwindSafe(|| live(seed, now, &mut last))) {
            Ok(counts) => {
                for (sum, count) in reached.iter_mut().zip(counts) {
                    *sum += count;
                }
            }
            Err(panic) => {
                for command in &last {
                    eprintln!("{command:?}");
                }
                eprintln!("again with SIMULATOR_SEED={seed} SIMULATOR_COMMANDS={now}");
                resume_unwind(panic);
            }
        }
        done += now;
    }
    let [operations, completed, cash_outs, keys, lapsed, key_requests] = reached;
    println!(
        "{commands} commands in {:.1} s: {operations} operations ({completed} completed, {cash_outs} cash-outs), \
         {key_requests} key requests ({keys} keys claimed), {lapsed} requests lapsed",
        start.elapsed().as_secs_f64(),
    );
    if commands >= 10_000 {
        assert!(reached.iter().all(|count| *count > 0), "the commands reach everything: {reached:?}");
    }
}
