//! A head and its archives among calls, readers, crashes, and a network in which whatever was sent may arrive never,
//! late, and any number of times. A client's call that a crash cut off is made again.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::objects::{Archive, Head, Known, Message, Mistake, Place, Row, Rules};

/// A sentence about an invariant that does not hold.
pub(crate) type Broken = &'static str;

/// One event of one object. Anything may happen between two of them.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A call arrives at the head.
    Call(usize),
    /// An archive answers a call that waits for it.
    Answer(usize),
    /// An operation reaches its end.
    Settle(u64),
    /// The head's mover goes on.
    Alarm,
    Deliver(Message),
    /// A list or a verification goes on by one read.
    Read(usize),
    /// The head's process ends.
    Crash,
}

/// A client's call with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Waiting,
    /// Waits for an archive; the others have said that they do not know the key.
    Asking {
        part: usize,
        asked: BTreeSet<usize>,
    },
    Answered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// From the newest entry down: lists and searches.
    List,
    /// From the first entry up: verification, exports and statements.
    Verification,
}

/// A reader and its cursor.
#[derive(Clone, Debug, Hash)]
struct Reader {
    kind: Kind,
    /// The next number, once it has begun.
    next: Option<u64>,
    /// Hash of the entry before, for a verification.
    before: u64,
    asked: Option<usize>,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) head: Head,
    pub(crate) archives: Vec<Archive>,
    /// Everything that was sent and not lost.
    pub(crate) network: BTreeSet<Message>,
    calls: Vec<(u8, Stage)>,
    readers: Vec<Reader>,
    /// Every row that was ever made, in its present state.
    pub(crate) made: Vec<Row>,
}

impl World {
    /// A world that already has an operation for each of these keys; of the last ones, so many may still change.
    pub(crate) fn new(rules: Rules, keys: &[u8], open: usize, calls: &[u8], readers: &[Kind]) -> Self {
        let mut world = Self {
            rules,
            head: Head::new(),
            archives: Vec::new(),
            network: BTreeSet::new(),
            calls: calls.iter().map(|key| (*key, Stage::Waiting)).collect(),
            readers: readers.iter().map(|kind| Reader { kind: *kind, next: None, before: 0, asked: None }).collect(),
            made: Vec::new(),
        };
        for (place, key) in keys.iter().enumerate() {
            world.append(*key, place + open < keys.len());
        }
        world
    }

    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    fn append(&mut self, key: u8, is_settled: bool) -> u64 {
        let row = Row::new(self.made.last().map_or(0, |last| last.hash), self.made.len() as u64 + 1, key, is_settled);
        self.made.push(row);
        self.head.append(row);
        row.number
    }

    /// Makes money for a key that has none yet.
    fn make(&mut self, key: u8) -> Result<u64, Broken> {
        if self.made.iter().any(|row| row.key == key) {
            return Err("a key makes money twice");
        }
        Ok(self.append(key, false))
    }

    /// Every event that can come next.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::Alarm, Step::Crash];
        let waiting = self.calls.iter().enumerate().filter(|(_, call)| call.1 == Stage::Waiting);
        steps.extend(waiting.take(2).map(|(call, _)| Step::Call(call)));
        let asking = self.calls.iter().enumerate().filter(|(_, call)| matches!(call.1, Stage::Asking { .. }));
        steps.extend(asking.map(|(call, _)| Step::Answer(call)));
        steps.extend(self.made.iter().filter(|row| !row.is_settled).map(|row| Step::Settle(row.number)));
        steps.extend(self.network.iter().cloned().map(Step::Deliver));
        steps.extend((0..self.readers.len()).map(Step::Read));
        steps
    }

    pub(crate) fn take(&mut self, step: &Step) -> Result<(), Broken> {
        match step {
            Step::Call(call) => self.decide(*call, BTreeSet::new())?,
            Step::Answer(call) => self.answer(*call)?,
            Step::Settle(number) => {
                self.made[usize::try_from(number - 1).unwrap()].is_settled = true;
                if let Some(row) = self.head.rows.get_mut(number) {
                    row.is_settled = true;
                }
            }
            Step::Alarm => {
                let message = self.head.alarm(&self.rules);
                self.network.extend(message);
            }
            Step::Deliver(message) => self.deliver(message),
            Step::Read(reader) => self.read(*reader)?,
            Step::Crash => {
                self.head.crash(&self.rules);
                for (_, stage) in &mut self.calls {
                    if *stage != Stage::Answered {
                        *stage = Stage::Waiting;
                    }
                }
                for reader in &mut self.readers {
                    (reader.next, reader.asked) = (None, None);
                }
            }
        }
        self.must_hold()
    }

    /// The stretch in which the head decides a call: a known key has its first answer, and only a key that nobody can
    /// know makes money.
    fn decide(&mut self, call: usize, asked: BTreeSet<usize>) -> Result<(), Broken> {
        let key = self.calls[call].0;
        let number = match self.head.look_up(key, &asked, &self.rules) {
            Known::Perhaps(part) => {
                self.calls[call].1 = Stage::Asking { part, asked };
                return Ok(());
            }
            Known::New => self.make(key)?,
            Known::Made(number) => number,
        };
        self.reply(call, number)
    }

    fn answer(&mut self, call: usize) -> Result<(), Broken> {
        let (key, stage) = &mut self.calls[call];
        let (key, Stage::Asking { part, asked }) = (*key, stage) else { return Ok(()) };
        let (part, mut asked) = (*part, std::mem::take(asked));
        if let Some(number) = self.archives[part].find(key, &self.rules) {
            return self.reply(call, number);
        }
        if self.rules.has(Mistake::DoesNotLookAgain) {
            let number = self.make(key)?;
            return self.reply(call, number);
        }
        asked.insert(part);
        self.decide(call, asked)
    }

    fn reply(&mut self, call: usize, number: u64) -> Result<(), Broken> {
        let (key, stage) = &mut self.calls[call];
        *stage = Stage::Answered;
        let is_right = self.made.iter().find(|row| row.key == *key).is_some_and(|row| row.number == number);
        if is_right { Ok(()) } else { Err("a call is answered with another operation") }
    }

    fn deliver(&mut self, message: &Message) {
        let (Message::Copy { part, .. } | Message::Seal { part }) = message else {
            return self.head.hear(message, &self.rules);
        };
        if *part == self.archives.len() {
            self.archives.push(Archive::new(self.head.parts[*part].clone()));
        }
        let reply = self.archives[*part].hear(message, &self.rules);
        self.network.extend(reply);
    }

    /// A reader's next read: from the head at once, or from an archive, which answers in an event of its own.
    fn read(&mut self, reader: usize) -> Result<(), Broken> {
        let Reader { kind, next, asked, .. } = self.readers[reader];
        let first = if kind == Kind::List { self.made.len() as u64 } else { 1 };
        let number = next.unwrap_or(first);
        self.readers[reader].next = Some(number);
        let by_what_lies = kind == Kind::List && self.rules.has(Mistake::ListsWhatLies);
        let rows: Vec<Row> = match (asked, self.head.place_of(number)) {
            (Some(part), _) => {
                self.readers[reader].asked = None;
                let archive = &self.archives[part];
                let number = if by_what_lies { archive.part.end - 1 } else { number };
                if kind == Kind::List {
                    archive.rows.iter().rev().filter(|row| row.number <= number).copied().collect()
                } else {
                    archive.rows.iter().filter(|row| row.number >= number).copied().collect()
                }
            }
            (None, Place::Part(_)) if by_what_lies && self.head.rows.contains_key(&number) => {
                vec![self.head.rows[&number]]
            }
            (None, Place::Part(part)) => {
                self.readers[reader].asked = Some(part);
                return Ok(());
            }
            (None, Place::Head) => self.head.rows.get(&number).copied().into_iter().collect(),
        };
        if rows.is_empty() {
            return Err("a reader is shown nothing where there is a row");
        }
        rows.into_iter().take(self.rules.batch).try_for_each(|row| self.show(reader, row))
    }

    fn show(&mut self, reader: usize, row: Row) -> Result<(), Broken> {
        let last = self.made.len() as u64;
        let Reader { kind, next, before, .. } = &mut self.readers[reader];
        let number = next.unwrap_or(0);
        if row.number != number || !self.made.contains(&row) {
            return Err("a reader is shown another row than the next");
        }
        if *kind == Kind::List {
            *next = (number > 1).then(|| number - 1);
            return Ok(());
        }
        let from = if number == 1 { 0 } else { *before };
        (*before, *next) = (row.hash, (number < last).then_some(number + 1));
        if row.follows(from) { Ok(()) } else { Err("the chain does not hold, and nobody tampered with it") }
    }

    /// Every row is whole where it is answered for, and no other copy of it differs.
    fn must_hold(&self) -> Result<(), Broken> {
        for row in &self.made {
            let in_head = self.head.rows.get(&row.number);
            let in_archives = || self.archives.iter().flat_map(|archive| &archive.rows);
            let is_there = match self.head.place_of(row.number) {
                Place::Head => in_head == Some(row),
                Place::Part(part) => {
                    self.archives.get(part).is_some_and(|it| it.is_sealed && it.row(row.number) == Some(*row))
                }
            };
            if !is_there {
                return Err("a row is lost, or its last change is");
            }
            let copies = in_archives().filter(|copy| copy.number == row.number);
            if in_head.into_iter().chain(copies.clone()).any(|copy| copy != row) {
                return Err("a row exists in two forms");
            }
            if copies.count() > 1 {
                return Err("an archive has a row twice");
            }
        }
        Ok(())
    }

    /// Lets everything come to its end, without crashes and losses; fails if something never ends.
    pub(crate) fn settle(&mut self) -> Result<(), Broken> {
        for _ in 0..20 + 20 * self.made.len() {
            let steps = self.steps().into_iter().filter(|step| !matches!(step, Step::Crash | Step::Read(_)));
            let steps: Vec<_> = steps.collect();
            steps.iter().try_for_each(|step| self.take(step))?;
            self.network
                .retain(|message| !steps.iter().any(|step| matches!(step, Step::Deliver(done) if done == message)));
        }
        let rest = self.made.len() as u64 + 1 - self.head.boundary;
        let is_done = self.calls.iter().all(|call| call.1 == Stage::Answered);
        if !is_done || rest >= self.rules.part || self.head.rows.len() as u64 != rest {
            return Err("the mover or a call never ends");
        }
        Ok(())
    }

    /// Everything as a verification reads it, with the head of the chain that the issuer keeps.
    pub(crate) fn verifies(&self, anchor: u64) -> bool {
        let (mut number, mut before) = (1, 0);
        for (part, archive) in self.head.parts.iter().zip(&self.archives) {
            if self.rules.has(Mistake::VerifiesNoJoints) {
                before = archive.part.before;
            } else if part.before != before || part.first != number {
                return false;
            }
            for row in &archive.rows {
                if row.number != number || !row.follows(before) {
                    return false;
                }
                (number, before) = (number + 1, row.hash);
            }
            let last = if self.rules.has(Mistake::VerifiesNoJoints) { archive.part.last } else { part.last };
            if before != last || number != part.end {
                return false;
            }
        }
        for row in self.head.rows.range(self.head.boundary..).map(|(_, row)| row) {
            if row.number != number || !row.follows(before) {
                return false;
            }
            (number, before) = (number + 1, row.hash);
        }
        before == anchor
    }
}
