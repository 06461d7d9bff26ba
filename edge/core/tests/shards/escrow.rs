//! The rules of a distributor on several objects: a home and its shards. Float and the day's volume are split into
//! shares; a shard spends only from its own share, so no limit can be passed. A shard requests missing share from the
//! home, which collects all shares before it refuses anything.
//!
//! A share moves as money does: it leaves its sender at once and is sent again until acknowledged; the receiver takes
//! each move once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A spendable share in minor units: of the float, and of the day's volume of a line of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) float: u64,
    pub(crate) volume: u64,
}

impl Share {
    pub(crate) const fn of(amount: u64) -> Self {
        Self { float: amount, volume: amount }
    }

    pub(crate) const fn covers(self, other: Self) -> bool {
        self.float >= other.float && self.volume >= other.volume
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.float == 0 && self.volume == 0
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.float += other.float;
        self.volume += other.volume;
    }

    /// Subtracts the other share; panics if it is larger, because no share may overshoot.
    pub(crate) fn take(&mut self, other: Self) {
        assert!(self.covers(other), "{self:?} does not cover {other:?}");
        self.float -= other.float;
        self.volume -= other.volume;
    }

    /// The larger of the other share and an equal part, capped by this share.
    fn part(self, least: Self, parts: u64) -> Self {
        Self {
            float: least.float.max(self.float / parts).min(self.float),
            volume: least.volume.max(self.volume / parts).min(self.volume),
        }
    }
}

/// A message between home and shard. Every message may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Moves a share.
    Move { number: u64, share: Share },
    /// Acknowledges a move.
    Moved { number: u64 },
    /// A shard cannot cover a call.
    Want { call: u64, amount: u64 },
    /// The home collects the remaining share of every shard.
    Recall { round: u64 },
    /// The shard's whole remaining share is in this move and those before.
    Recalled { round: u64, moves: u64 },
    /// All shares together do not cover the call.
    Refuse { call: u64 },
}

/// Moves to one other object, sent until acknowledged, and the moves taken from it.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    made: u64,
    open: BTreeMap<u64, Share>,
    taken: BTreeSet<u64>,
}

impl Moves {
    pub(crate) fn make(&mut self, share: Share) -> Message {
        self.made += 1;
        self.open.insert(self.made, share);
        Message::Move { number: self.made, share }
    }

    /// True if the move is new; a repeated one changes nothing.
    pub(crate) fn take(&mut self, number: u64) -> bool {
        self.taken.insert(number)
    }

    pub(crate) fn has_taken(&self, number: u64) -> bool {
        self.taken.contains(&number)
    }

    /// True if all moves up to a number have been taken.
    fn has_all(&self, moves: u64) -> bool {
        (1..=moves).all(|number| self.taken.contains(&number))
    }

    fn repeat(&self) -> impl Iterator<Item = Message> {
        self.open.iter().map(|(number, share)| Message::Move { number: *number, share: *share })
    }

    /// Moves sent and not acknowledged.
    pub(crate) fn open(&self) -> impl Iterator<Item = (u64, Share)> {
        self.open.iter().map(|(number, share)| (*number, *share))
    }
}

/// A shard: decides calls from its own share.
#[derive(Debug, Default)]
pub(crate) struct Shard {
    pub(crate) free: Share,
    pub(crate) moves: Moves,
    /// Calls that wait for the home, in order of arrival.
    pub(crate) waiting: VecDeque<(u64, u64)>,
    /// The home's last answered round, and the number of moves in the answer.
    recalled: (u64, u64),
}

/// A shard's decision about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decided {
    Accepted { call: u64, amount: u64 },
    Error { call: u64, amount: u64 },
}

impl Shard {
    /// Takes a call.
    pub(crate) fn call(&mut self, call: u64, amount: u64, out: &mut Vec<Message>) -> Option<Decided> {
        if self.waiting.is_empty() && self.free.covers(Share::of(amount)) {
            self.free.take(Share::of(amount));
            return Some(Decided::Accepted { call, amount });
        }
        self.waiting.push_back((call, amount));
        if self.waiting.len() == 1 {
            out.push(Message::Want { call, amount });
        }
        None
    }

    /// Takes a message from the home.
    pub(crate) fn hear(&mut self, message: Message, out: &mut Vec<Message>) -> Vec<Decided> {
        let mut decided = Vec::new();
        match message {
            Message::Move { number, share } => {
                out.push(Message::Moved { number });
                if self.moves.take(number) {
                    self.free.add(share);
                }
            }
            Message::Moved { number } => {
                self.moves.open.remove(&number);
            }
            Message::Recall { round } => {
                if round > self.recalled.0 {
                    let all = std::mem::take(&mut self.free);
                    if !all.is_empty() {
                        out.push(self.moves.make(all));
                    }
                    self.recalled = (round, self.moves.made);
                }
                let (round, moves) = self.recalled;
                out.push(Message::Recalled { round, moves });
            }
            Message::Refuse { call } => {
                if let Some((first, amount)) = self.waiting.front().copied().filter(|(first, _)| *first == call) {
                    self.waiting.pop_front();
                    decided.push(Decided::Error { call: first, amount });
                    self.want_next(out);
                }
            }
            Message::Want { .. } | Message::Recalled { .. } => unreachable!("only shards say this"),
        }
        while let Some((call, amount)) = self.waiting.front().copied() {
            if !self.free.covers(Share::of(amount)) {
                break;
            }
            self.free.take(Share::of(amount));
            self.waiting.pop_front();
            decided.push(Decided::Accepted { call, amount });
            self.want_next(out);
        }
        decided
    }

    fn want_next(&self, out: &mut Vec<Message>) {
        if let Some((call, amount)) = self.waiting.front().copied()
            && !self.free.covers(Share::of(amount))
        {
            out.push(Message::Want { call, amount });
        }
    }

    /// Sends everything again that may have been lost.
    pub(crate) fn repeat(&self, out: &mut Vec<Message>) {
        out.extend(self.moves.repeat());
        self.want_next(out);
    }
}

/// The home: holds everything outside the shards.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) pool: Share,
    pub(crate) moves: Vec<Moves>,
    /// Calls that a shard could not cover, in order of arrival.
    wanted: VecDeque<(usize, u64, u64)>,
    /// Calls that were granted a share or refused.
    settled: BTreeMap<(usize, u64), bool>,
    round: u64,
    /// Shards that have answered the current round, with the number of moves in each answer.
    answers: BTreeMap<usize, u64>,
    collecting: bool,
}

impl Home {
    pub(crate) fn new(pool: Share, shards: usize) -> Self {
        Self {
            pool,
            moves: (0..shards).map(|_| Moves::default()).collect(),
            wanted: VecDeque::new(),
            settled: BTreeMap::new(),
            round: 0,
            answers: BTreeMap::new(),
            collecting: false,
        }
    }

    /// Takes a message from a shard.
    pub(crate) fn hear(&mut self, from: usize, message: Message, out: &mut Vec<(usize, Message)>) {
        match message {
            Message::Move { number, share } => {
                out.push((from, Message::Moved { number }));
                if self.moves[from].take(number) {
                    self.pool.add(share);
                }
            }
            Message::Moved { number } => {
                self.moves[from].open.remove(&number);
            }
            Message::Want { call, amount } => match self.settled.get(&(from, call)) {
                Some(true) => out.push((from, Message::Refuse { call })),
                Some(false) if self.moves[from].open.is_empty() => {
                    // The grant arrived and was collected again before the call could use it.
                    self.settled.remove(&(from, call));
                    self.wanted.push_back((from, call, amount));
                }
                Some(false) => {}
                None if self.wanted.iter().any(|(shard, known, _)| (*shard, *known) == (from, call)) => {}
                None => self.wanted.push_back((from, call, amount)),
            },
            Message::Recalled { round, moves } => {
                if self.collecting && round == self.round {
                    self.answers.insert(from, moves);
                }
            }
            Message::Recall { .. } | Message::Refuse { .. } => unreachable!("only the home says this"),
        }
        self.decide(out);
    }

    fn decide(&mut self, out: &mut Vec<(usize, Message)>) {
        while let Some((shard, call, amount)) = self.wanted.front().copied() {
            if self.pool.covers(Share::of(amount)) {
                let parts = 2 * self.moves.len() as u64;
                let share = self.pool.part(Share::of(amount), parts);
                self.pool.take(share);
                out.push((shard, self.moves[shard].make(share)));
                self.settle(shard, call, false);
                continue;
            }
            if !self.collecting {
                // A grant in transit would reach a shard that has already answered.
                if self.moves.iter().any(|moves| !moves.open.is_empty()) {
                    return;
                }
                self.collecting = true;
                self.round += 1;
                self.answers.clear();
                out.extend((0..self.moves.len()).map(|shard| (shard, Message::Recall { round: self.round })));
                return;
            }
            let all_here = (0..self.moves.len())
                .all(|shard| self.answers.get(&shard).is_some_and(|moves| self.moves[shard].has_all(*moves)));
            if !all_here {
                return;
            }
            out.push((shard, Message::Refuse { call }));
            self.settle(shard, call, true);
        }
    }

    fn settle(&mut self, shard: usize, call: u64, refused: bool) {
        self.wanted.pop_front();
        self.settled.insert((shard, call), refused);
        self.collecting = false;
    }

    /// Sends everything again that may have been lost.
    pub(crate) fn repeat(&self, out: &mut Vec<(usize, Message)>) {
        for (shard, moves) in self.moves.iter().enumerate() {
            out.extend(moves.repeat().map(|message| (shard, message)));
            if self.collecting && !self.answers.contains_key(&shard) {
                out.push((shard, Message::Recall { round: self.round }));
            }
        }
    }
}
