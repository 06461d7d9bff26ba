//! A ledger larger than one object, simulated: the design of docs/decisions/0014-archives-of-the-ledger.md.
//!
//! An explorer takes every order of every event in a small world, with a crash between any two; walks take some orders
//! in a larger one. Each mistake that can be put into the protocol is found by one of them.

mod objects;
mod world;

use std::collections::{BTreeSet, HashSet};

use objects::{Mistake, Row, Rules};
use world::{Broken, Kind, Step, World};

use crate::support::random::Random;

const SOUND: Rules = Rules { mistake: None, part: 2, batch: 1 };

/// Worlds small enough for every order of events: keys 0 and 4 share a fingerprint, and the last operation may still
/// change.
fn small_worlds(mistake: Option<Mistake>) -> [World; 3] {
    let rules = Rules { mistake, ..SOUND };
    [
        World::new(rules, &[0, 1, 2, 3], 1, &[0, 4, 4], &[]),
        World::new(rules, &[0, 1, 2, 3], 1, &[4, 0], &[Kind::List]),
        World::new(rules, &[0, 1, 2, 3], 1, &[], &[Kind::List, Kind::Verification]),
    ]
}

/// Every state that can be reached; the shortest way to a broken one.
fn explore(start: World) -> Result<usize, (Broken, Vec<Step>)> {
    let mut seen = HashSet::from([start.fingerprint()]);
    // For each level: the states, and whence and by which step they came.
    let mut levels = vec![vec![(start, 0, None)]];
    let way = |levels: &[Vec<(World, usize, Option<Step>)>], mut place: usize| {
        let mut way = Vec::new();
        for level in levels.iter().rev() {
            let (_, from, step) = &level[place];
            way.extend(step.clone());
            place = *from;
        }
        way.reverse();
        way
    };
    loop {
        let mut next = Vec::new();
        for (place, (state, ..)) in levels[levels.len() - 1].iter().enumerate() {
            for step in state.steps() {
                let mut after = state.clone();
                if let Err(broken) = after.take(&step) {
                    let mut way = way(&levels, place);
                    way.push(step);
                    return Err((broken, way));
                }
                if seen.insert(after.fingerprint()) {
                    next.push((after, place, Some(step)));
                }
            }
        }
        if next.is_empty() {
            return Ok(seen.len());
        }
        levels.push(next);
    }
}

/// One order of events in a larger world, then its end.
fn walk(seed: u64, mistake: Option<Mistake>) -> Result<World, Broken> {
    let mut random = Random::new(seed);
    let rules = Rules { mistake, part: 2 + random.bits() % 4, batch: 1 + random.below(3) };
    let calls: Vec<u8> = (0..40).map(|_| u8::try_from(random.below(24)).unwrap()).collect();
    let mut world = World::new(rules, &[], 0, &calls, &[Kind::List, Kind::Verification]);
    for _ in 0..400 {
        let steps = world.steps();
        let step = &steps[random.below(steps.len())];
        // A reader needs something to read, and crashes are rare enough for parts to be completed.
        let passes = match step {
            Step::Read(_) => world.made.is_empty(),
            Step::Crash => random.percent(80),
            _ => false,
        };
        if !passes {
            world.take(step)?;
        }
        if random.percent(30) {
            // Lost, if it was not delivered yet; else it does not come again.
            let lost = world.network.iter().nth(random.below(1 + world.network.len())).cloned();
            lost.map(|message| world.network.remove(&message));
        }
    }
    world.settle()?;
    let mut keys = calls;
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(world.made.len(), keys.len(), "each key made one operation");
    Ok(world)
}

#[test]
fn whatever_is_interrupted_no_row_is_lost_or_doubled_and_no_key_makes_money_twice() {
    let mut states = 0;
    for world in small_worlds(None) {
        states += explore(world).unwrap_or_else(|(broken, way)| panic!("{broken}: {way:#?}"));
    }
    println!("{states} states of the archives");
    assert!(states > 10_000, "{states}");
}

#[test]
fn long_walks_over_many_parts_end_with_every_part_archived_and_verified() {
    let mut parts = BTreeSet::new();
    for seed in 0..150 {
        let world = walk(seed, None).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        assert!(world.verifies(world.made[world.made.len() - 1].hash), "seed {seed}");
        parts.insert(world.archives.len());
    }
    println!("walks over {parts:?} parts");
    assert!(parts.iter().any(|parts| *parts > 5), "{parts:?}");
}

#[test]
fn each_mistake_in_the_protocol_is_found() {
    for mistake in [
        Mistake::ClosesOverOpenOperations,
        Mistake::CountsSentAsCopied,
        Mistake::MovesTheBoundaryBeforeTheCopy,
        Mistake::ForgetsFingerprints,
        Mistake::RemembersFingerprints,
        Mistake::DeletesWithoutTheBoundary,
        Mistake::LooksInTheHeadAlone,
        Mistake::BelievesAFingerprint,
        Mistake::DoesNotLookAgain,
        Mistake::ListsWhatLies,
    ] {
        let found = small_worlds(Some(mistake)).into_iter().find_map(|world| explore(world).err());
        let (broken, way) = found.unwrap_or_else(|| panic!("{mistake:?} is not found"));
        println!("{mistake:?}: {broken}, after {} events", way.len());
    }
    // An archive that never fits its range moves no boundary: nothing is lost, and the mover never ends.
    let found = (0..150).find_map(|seed| walk(seed, Some(Mistake::TakesABatchTwice)).err());
    assert!(found.is_some(), "a batch taken twice is not found");
}

/// A world of several parts and a head, at rest.
fn archived() -> World {
    let keys: Vec<u8> = (0..11).collect();
    let mut world = World::new(Rules { part: 3, ..SOUND }, &keys, 0, &[], &[]);
    world.settle().unwrap();
    assert_eq!((world.archives.len(), world.head.rows.len()), (3, 2));
    world
}

/// Writes the hashes of an archive anew, so that it holds by itself.
fn forge(world: &mut World, part: usize) {
    let archive = &mut world.archives[part];
    let mut before = archive.part.before;
    for row in &mut archive.rows {
        *row = Row::new(before, row.number, row.key, row.is_settled);
        before = row.hash;
    }
    archive.part.last = before;
}

/// Every way to tamper with what lies in archives and head, with its name.
fn tampered() -> Vec<(String, World)> {
    let (world, mut all) = (archived(), Vec::new());
    let mut add = |name: String, change: &dyn Fn(&mut World)| {
        let mut changed = world.clone();
        change(&mut changed);
        all.push((name, changed));
    };
    for part in 0..3 {
        for place in 0..3 {
            add(format!("part {part}, row {place} altered"), &|it| it.archives[part].rows[place].key += 100);
            add(format!("part {part}, row {place} removed"), &|it| {
                it.archives[part].rows.remove(place);
            });
            add(format!("part {part}, row {place} exchanged"), &|it| {
                it.archives[part].rows.swap(place, (place + 1) % 3);
            });
            add(format!("part {part}, row {place} altered, and its hashes"), &|it| {
                it.archives[part].rows[place].key += 100;
                forge(it, part);
            });
        }
        add(format!("part {part} emptied"), &|it| it.archives[part].rows.clear());
        add(format!("part {part} exchanged"), &|it| it.archives.swap(part, (part + 1) % 3));
        add(format!("the end of part {part} altered in the head"), &|it| it.head.parts[part].last += 1);
        add(format!("part {part} forgotten"), &|it| {
            it.head.parts.remove(part);
            it.archives.remove(part);
        });
    }
    for number in [10, 11] {
        add(format!("row {number} of the head altered"), &|it| it.head.rows.get_mut(&number).unwrap().key += 100);
        add(format!("row {number} of the head removed"), &|it| {
            it.head.rows.remove(&number);
        });
    }
    all
}

#[test]
fn verification_over_all_parts_finds_whatever_was_tampered_with() {
    let world = archived();
    let anchor = world.made[10].hash;
    assert!(world.verifies(anchor));
    let all = tampered();
    println!("{} ways to tamper with archives", all.len());
    for (name, tampered) in &all {
        assert!(!tampered.verifies(anchor), "{name}");
    }
    // A verification that compares no joints believes an archive that was written anew.
    let mut missed = Vec::new();
    for (name, mut world) in all {
        world.rules.mistake = Some(Mistake::VerifiesNoJoints);
        missed.extend(world.verifies(anchor).then_some(name));
    }
    assert!(missed.iter().any(|name| name.ends_with("and its hashes")), "{missed:?}");
}

/// Figures of the design; bytes of an operation and of a fingerprint are measured, see the decision.
mod figures {
    use universal_wallet_core::room::{FULL, MAX_BYTES};

    /// Bytes of an operation that was approved at once, at most; and of one that a checker approved.
    const OPERATION: [u64; 2] = [160, 700];
    /// Bytes of the rows that one part takes.
    const PART: u64 = 4_000_000_000;
    /// Bytes of operations that the head keeps at most, before and while a part is moved.
    const LEDGER: u64 = 5_000_000_000;
    /// Bytes of an archived operation that stay in the head, in hundredths.
    const FINGERPRINT_HUNDREDTHS: u64 = 440;
    const BUCKETS: u64 = 1 << 17;

    #[test]
    fn the_capacity_is_that_of_the_decision() {
        let room = MAX_BYTES / 100 * FULL;
        for bytes in OPERATION {
            let (alone, part) = (room / bytes, PART / bytes);
            let archived = (room - LEDGER) * 100 / FINGERPRINT_HUNDREDTHS;
            let parts = archived / part;
            // A fingerprint is 24 bits in one of the buckets.
            let calls_per_vain_question = (BUCKETS << 24) / archived;
            println!(
                "{bytes} bytes: {alone} operations without archives, {part} in a part, {archived} in {parts} parts; \
                 one new key in {calls_per_vain_question} is asked for in vain"
            );
        }
        assert_eq!((room / 160, PART / 160, (room - LEDGER) * 100 / 440), (59_375_000, 25_000_000, 1_022_727_272));
    }
}
