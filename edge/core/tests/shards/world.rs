//! A home, its shards, and a network that loses, duplicates, delays and reorders messages. Each object does one thing
//! per tick.

use std::collections::{BTreeMap, VecDeque};

use super::escrow::{Decided, Home, Message, Shard, Share};
use crate::support::random::Random;

/// Receiver of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Home,
    Shard(usize),
}

/// Input that waits for an object: a call, or a message with its sender.
enum Item {
    Call(u64, u64),
    Told(usize, Message),
}

/// Message faults of the network, in percent.
#[derive(Clone, Copy)]
pub(crate) struct Network {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// Maximum delay in ticks.
    pub(crate) delay: usize,
}

pub(crate) struct World {
    home: Home,
    shards: Vec<Shard>,
    inboxes: BTreeMap<Place, VecDeque<Item>>,
    on_the_way: BTreeMap<u64, Vec<(Place, usize, Message)>>,
    network: Network,
    random: Random,
    tick: u64,
    calls: u64,
    limit: Share,
    pub(crate) spent: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
}

/// Ticks after which open moves and questions are repeated.
const REPEAT: u64 = 25;

impl World {
    pub(crate) fn new(seed: u64, shards: usize, limit: Share, network: Network) -> Self {
        let places = std::iter::once(Place::Home).chain((0..shards).map(Place::Shard));
        Self {
            home: Home::new(limit, shards),
            shards: (0..shards).map(|_| Shard::default()).collect(),
            inboxes: places.map(|place| (place, VecDeque::new())).collect(),
            on_the_way: BTreeMap::new(),
            network,
            random: Random::new(seed),
            tick: 0,
            calls: 0,
            limit,
            spent: 0,
            accepted: 0,
            refused: 0,
        }
    }

    /// Sends a client's call to a shard.
    pub(crate) fn call(&mut self, shard: usize, amount: u64) {
        self.calls += 1;
        let item = Item::Call(self.calls, amount);
        self.inboxes.get_mut(&Place::Shard(shard)).unwrap().push_back(item);
    }

    fn send(&mut self, to: Place, from: usize, message: Message) {
        let copies = if self.random.percent(self.network.doubled) { 2 } else { 1 };
        for _ in 0..copies {
            if !self.random.percent(self.network.lost) {
                let at = self.tick + 1 + self.random.below(self.network.delay + 1) as u64;
                self.on_the_way.entry(at).or_default().push((to, from, message));
            }
        }
    }

    /// Lets every object do one thing.
    pub(crate) fn step(&mut self) {
        self.tick += 1;
        for (to, from, message) in self.on_the_way.remove(&self.tick).unwrap_or_default() {
            self.inboxes.get_mut(&to).unwrap().push_back(Item::Told(from, message));
        }
        for number in 0..self.shards.len() {
            let mut out = Vec::new();
            let decided = match self.inboxes.get_mut(&Place::Shard(number)).unwrap().pop_front() {
                Some(Item::Call(call, amount)) => {
                    self.shards[number].call(call, amount, &mut out).into_iter().collect()
                }
                Some(Item::Told(_, message)) => self.shards[number].hear(message, &mut out),
                None => Vec::new(),
            };
            if self.tick % REPEAT == number as u64 % REPEAT {
                self.shards[number].repeat(&mut out);
            }
            for message in out {
                self.send(Place::Home, number, message);
            }
            for decision in decided {
                self.note(decision);
            }
        }
        let mut out = Vec::new();
        if let Some(Item::Told(from, message)) = self.inboxes.get_mut(&Place::Home).unwrap().pop_front() {
            self.home.hear(from, message, &mut out);
        }
        if self.tick % REPEAT == REPEAT - 1 {
            self.home.repeat(&mut out);
        }
        for (shard, message) in out {
            // A refusal claims that the call exceeds the pool and all shares together.
            if let Message::Refuse { call } = message
                && let Some((_, amount)) = self.shards[shard].waiting.front().filter(|(first, _)| *first == call)
            {
                assert!(!self.left().covers(Share::of(*amount)), "{:?} was left for {amount}", self.left());
            }
            self.send(Place::Shard(shard), 0, message);
        }
        self.must_add_up();
    }

    fn note(&mut self, decision: Decided) {
        match decision {
            Decided::Accepted { amount, .. } => {
                self.spent += amount;
                self.accepted += 1;
            }
            Decided::Error { .. } => self.refused += 1,
        }
    }

    /// The unspent share everywhere; a move that its receiver has taken counts there only.
    fn left(&self) -> Share {
        let mut left = self.home.pool;
        for (shard, home) in self.shards.iter().zip(&self.home.moves) {
            left.add(shard.free);
            for (number, share) in home.open() {
                if !shard.moves.has_taken(number) {
                    left.add(share);
                }
            }
            for (number, share) in shard.moves.open() {
                if !home.has_taken(number) {
                    left.add(share);
                }
            }
        }
        left
    }

    /// Asserts that no limit is passed and nothing is lost or duplicated in transit.
    fn must_add_up(&self) {
        let mut all = self.left();
        all.add(Share::of(self.spent));
        assert_eq!(all, self.limit);
    }

    /// True if a shard has nothing to do.
    pub(crate) fn is_idle(&self, shard: usize) -> bool {
        self.inboxes[&Place::Shard(shard)].is_empty()
    }

    /// True if every call is decided.
    pub(crate) fn is_quiet(&self) -> bool {
        self.accepted + self.refused == self.calls
    }

    /// Steps until every call is decided; panics if one hangs.
    pub(crate) fn settle(&mut self) {
        for _ in 0..1_000_000 {
            if self.is_quiet() {
                return;
            }
            self.step();
        }
        panic!("{} of {} calls were decided", self.accepted + self.refused, self.calls);
    }
}
