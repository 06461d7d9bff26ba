//! A home, its shards, and a network that loses, doubles, delays and reorders what they tell each
//! other. Each object does one thing a tick, as one object does one thing at a time.

use std::collections::{BTreeMap, VecDeque};

use super::escrow::{Decided, Home, Message, Shard, Share};
use crate::support::random::Random;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Home,
    Shard(usize),
}

/// What waits for an object: a call, or a message and who told it.
enum Item {
    Call(u64, u64),
    Told(usize, Message),
}

/// How the network treats a message, in percent.
#[derive(Clone, Copy)]
pub(crate) struct Network {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// The longest delay, in ticks.
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

/// Open moves and questions are told again after so many ticks.
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

    /// A client's call reaches a shard.
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

    /// Every object does one thing.
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
            // A refusal says that nowhere is enough: what every share and the pool have left.
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

    /// What nobody has spent, wherever it is; a move that was taken is where it went.
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

    /// No limit is passed, and nothing is lost or doubled on its way.
    fn must_add_up(&self) {
        let mut all = self.left();
        all.add(Share::of(self.spent));
        assert_eq!(all, self.limit);
    }

    /// A shard has nothing to do.
    pub(crate) fn is_idle(&self, shard: usize) -> bool {
        self.inboxes[&Place::Shard(shard)].is_empty()
    }

    /// Every call was decided.
    pub(crate) fn is_quiet(&self) -> bool {
        self.accepted + self.refused == self.calls
    }

    /// Steps until every call was decided; panics where one hangs.
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
