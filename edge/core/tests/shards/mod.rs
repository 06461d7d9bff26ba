//! A distributor larger than one object, simulated: the design of
//! docs/decisions/0012-a-distributor-larger-than-one-object.md.

mod escrow;
mod world;

use escrow::Share;
use world::{Network, World};

use crate::support::random::Random;

const CALM: Network = Network { lost: 0, doubled: 0, delay: 3 };
const STORM: Network = Network { lost: 10, doubled: 10, delay: 30 };

#[test]
fn shards_never_pass_a_limit_and_refuse_only_what_all_of_them_together_lack() {
    for seed in 0..200 {
        let mut random = Random::new(seed);
        let shards = 1 + random.below(8);
        // Sometimes the float runs out first, sometimes the day's volume.
        let limit = Share { float: 2_000 + random.bits() % 2_000, volume: 2_000 + random.bits() % 2_000 };
        let mut world = World::new(seed, shards, limit, STORM);
        for _ in 0..400 {
            let amount = 1 + random.bits() % 30;
            world.call(random.below(shards), amount);
            for _ in 0..random.below(3) {
                world.step();
            }
        }
        world.settle();
        assert!(world.refused > 0, "seed {seed}: more was asked for than there is");
        assert!(world.spent <= limit.float.min(limit.volume));
    }
}

#[test]
fn exactly_the_limit_can_be_spent_however_it_is_spread_and_not_a_cent_more() {
    for seed in 0..50 {
        let mut world = World::new(seed, 5, Share::of(1_000), STORM);
        for call in 0..1_100 {
            world.call(call % 5, 1);
        }
        world.settle();
        assert_eq!((world.spent, world.accepted, world.refused), (1_000, 1_000, 100));
    }
}

#[test]
fn no_money_is_stuck_in_a_shard_that_nobody_calls() {
    let mut world = World::new(7, 8, Share::of(10_000), STORM);
    // One call per shard gives each a share; then seven of them go cold.
    for shard in 0..8 {
        world.call(shard, 1);
    }
    world.settle();
    for _ in 0..9_992 {
        world.call(0, 1);
    }
    world.settle();
    assert_eq!((world.spent, world.refused), (10_000, 0));
}

#[test]
fn throughput_grows_with_the_number_of_shards() {
    let throughput = |shards: usize| {
        let mut world = World::new(1, shards, Share::of(1_000_000_000), CALM);
        // There is always a next call; the number of decided calls counts.
        for _ in 0..10_000 {
            (0..shards).filter(|shard| world.is_idle(*shard)).collect::<Vec<_>>().into_iter().for_each(|shard| {
                world.call(shard, 100);
            });
            world.step();
        }
        world.accepted
    };
    let one = throughput(1);
    assert!(one > 9_000, "a shard decides nearly one call a tick: {one}");
    for shards in [2, 4, 8, 16] {
        let many = throughput(shards);
        println!("{shards} shards decide {many} calls in the time in which one decides {one}");
        assert!(many * 100 >= one * shards as u64 * 95, "{shards} shards: {many}, one: {one}");
    }
}
