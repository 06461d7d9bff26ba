//! The head, which is the Distributor, and its archives. What each of them keeps in storage is durable with the event
//! that writes it; what it keeps in memory is lost in a crash.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A deliberate mistake in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mistake {
    /// A range is closed over operations that may still change.
    ClosesOverOpenOperations,
    /// A batch counts as copied once it is sent, so rows are deleted before anybody confirmed their copy.
    CountsSentAsCopied,
    /// The boundary moves with the first confirmed batch.
    MovesTheBoundaryBeforeTheCopy,
    /// The boundary moves before the fingerprints of the range are written.
    ForgetsFingerprints,
    /// Fingerprints are kept in memory.
    RemembersFingerprints,
    /// Rows are deleted whether or not the boundary has passed them.
    DeletesWithoutTheBoundary,
    /// An archive appends a batch that it has already.
    TakesABatchTwice,
    /// An idempotency key is looked up in the head alone.
    LooksInTheHeadAlone,
    /// An archive answers for a key of which it has only the fingerprint.
    BelievesAFingerprint,
    /// A call goes on after the reply of an archive without looking at the head again.
    DoesNotLookAgain,
    /// A list shows the rows that an object has, and not those that it answers for.
    ListsWhatLies,
    /// A verification checks each part by itself.
    VerifiesNoJoints,
}

/// The protocol's sizes, and the mistake in it, if any.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Rules {
    pub(crate) mistake: Option<Mistake>,
    /// Rows of a part.
    pub(crate) part: u64,
    /// Rows that one event reads, sends, marks or deletes.
    pub(crate) batch: usize,
}

impl Rules {
    pub(crate) fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }
}

/// A row of the ledger: an entry of the chain that made money for one idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) key: u8,
    /// False while the operation may still change.
    pub(crate) is_settled: bool,
    pub(crate) hash: u64,
}

impl Row {
    pub(crate) fn new(before: u64, number: u64, key: u8, is_settled: bool) -> Self {
        Self { number, key, is_settled, hash: chained(before, number, key) }
    }

    pub(crate) fn follows(&self, before: u64) -> bool {
        self.hash == chained(before, self.number, self.key)
    }
}

/// The hash of an entry after another one.
fn chained(before: u64, number: u64, key: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    (before, number, key).hash(&mut hasher);
    hasher.finish()
}

/// Few bits of a key, so that different keys often have the same.
const fn fingerprint(key: u8) -> u8 {
    key % 4
}

/// A message between head and archive. Each may be lost, doubled and late.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    Copy {
        part: usize,
        rows: Vec<Row>,
    },
    /// The archive's rows end before this number.
    Copied {
        part: usize,
        next: u64,
    },
    Seal {
        part: usize,
    },
    /// The archive is complete and takes no more rows; its last hash.
    Sealed {
        part: usize,
        hash: u64,
    },
}

/// A closed range of the chain, as the head notes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Part {
    pub(crate) first: u64,
    pub(crate) end: u64,
    /// Hash of the entry before the first.
    pub(crate) before: u64,
    /// Hash of the last entry.
    pub(crate) last: u64,
}

/// An archive object; it is made knowing its range.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Archive {
    pub(crate) part: Part,
    pub(crate) rows: Vec<Row>,
    pub(crate) is_sealed: bool,
}

impl Archive {
    pub(crate) const fn new(part: Part) -> Self {
        Self { part, rows: Vec::new(), is_sealed: false }
    }

    fn next(&self) -> u64 {
        self.part.first + self.rows.len() as u64
    }

    pub(crate) fn hear(&mut self, message: &Message, rules: &Rules) -> Option<Message> {
        match message {
            Message::Copy { part, rows } => {
                for row in rows {
                    let before = self.rows.last().map_or(self.part.before, |last| last.hash);
                    let is_next = row.number == self.next() && row.follows(before);
                    if !self.is_sealed && (is_next || rules.has(Mistake::TakesABatchTwice)) {
                        self.rows.push(*row);
                    }
                }
                Some(Message::Copied { part: *part, next: self.next() })
            }
            Message::Seal { part } if self.next() == self.part.end => {
                self.is_sealed = true;
                self.rows.last().map(|last| Message::Sealed { part: *part, hash: last.hash })
            }
            _ => None,
        }
    }

    /// The number of the operation that a key made.
    pub(crate) fn find(&self, key: u8, rules: &Rules) -> Option<u64> {
        let fits = |row: &&Row| {
            row.key == key || (rules.has(Mistake::BelievesAFingerprint) && fingerprint(row.key) == fingerprint(key))
        };
        self.rows.iter().find(fits).map(|row| row.number)
    }

    pub(crate) fn row(&self, number: u64) -> Option<Row> {
        self.rows.iter().find(|row| row.number == number).copied()
    }
}

/// Knowledge of the head about an idempotency key.
pub(crate) enum Known {
    Made(u64),
    /// The archive of this part may know it.
    Perhaps(usize),
    New,
}

/// Whoever answers for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Head,
    Part(usize),
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct Head {
    // In storage.
    pub(crate) rows: BTreeMap<u64, Row>,
    pub(crate) used: BTreeMap<u8, u64>,
    pub(crate) parts: Vec<Part>,
    /// The lowest number for which the head answers.
    pub(crate) boundary: u64,
    fingerprints: BTreeSet<(u8, usize)>,
    // In memory.
    copied: u64,
    is_sealed: bool,
}

impl Head {
    pub(crate) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            used: BTreeMap::new(),
            parts: Vec::new(),
            boundary: 1,
            fingerprints: BTreeSet::new(),
            copied: 0,
            is_sealed: false,
        }
    }

    /// The process ends: what is in memory is gone.
    pub(crate) fn crash(&mut self, rules: &Rules) {
        (self.copied, self.is_sealed) = (0, false);
        if rules.has(Mistake::RemembersFingerprints) {
            self.fingerprints.clear();
        }
    }

    pub(crate) fn append(&mut self, row: Row) {
        self.rows.insert(row.number, row);
        self.used.insert(row.key, row.number);
    }

    pub(crate) fn place_of(&self, number: u64) -> Place {
        if number >= self.boundary {
            return Place::Head;
        }
        self.parts.iter().position(|part| number < part.end).map_or(Place::Head, Place::Part)
    }

    /// Looks a key up; `asked` are the parts that said no.
    pub(crate) fn look_up(&self, key: u8, asked: &BTreeSet<usize>, rules: &Rules) -> Known {
        if let Some(number) = self.used.get(&key) {
            return Known::Made(*number);
        }
        let marked = self.fingerprints.iter().filter(|(mark, part)| *mark == fingerprint(key) && !asked.contains(part));
        match marked.map(|(_, part)| *part).next() {
            Some(part) if !rules.has(Mistake::LooksInTheHeadAlone) => Known::Perhaps(part),
            _ => Known::New,
        }
    }

    /// One event of the mover. Storage and the replies alone tell what comes next, so that it can be interrupted and
    /// repeated anywhere.
    pub(crate) fn alarm(&mut self, rules: &Rules) -> Option<Message> {
        if self.delete(rules) {
            return None;
        }
        let number = self.parts.len().wrapping_sub(1);
        let Some(part) = self.parts.last().filter(|part| part.end > self.boundary).cloned() else {
            self.close(rules);
            return None;
        };
        if !self.is_sealed && self.copied < part.end {
            let from = self.copied.max(part.first);
            let rows: Vec<_> = self.rows.range(from..part.end).take(rules.batch).map(|(_, row)| *row).collect();
            if rules.has(Mistake::CountsSentAsCopied) {
                self.copied = from + rows.len() as u64;
                self.is_sealed = self.copied == part.end;
            }
            return Some(Message::Copy { part: number, rows });
        }
        if !self.is_sealed {
            return Some(Message::Seal { part: number });
        }
        let keys = self.rows.range(part.first..part.end).map(|(_, row)| (fingerprint(row.key), number));
        let missing: Vec<_> = keys.filter(|mark| !self.fingerprints.contains(mark)).take(rules.batch).collect();
        if missing.is_empty() || rules.has(Mistake::ForgetsFingerprints) {
            self.boundary = part.end;
            (self.copied, self.is_sealed) = (0, false);
        }
        self.fingerprints.extend(missing.into_iter().filter(|_| !rules.has(Mistake::ForgetsFingerprints)));
        None
    }

    /// Deletes a batch of rows for which an archive answers, with their keys; true if there was one.
    fn delete(&mut self, rules: &Rules) -> bool {
        let end = match self.parts.last() {
            Some(part) if rules.has(Mistake::DeletesWithoutTheBoundary) && self.copied > part.first => self.copied,
            _ => self.boundary,
        };
        let rows: Vec<_> = self.rows.range(..end).take(rules.batch).map(|(_, row)| *row).collect();
        for row in &rows {
            self.rows.remove(&row.number);
            self.used.remove(&row.key);
        }
        !rows.is_empty()
    }

    /// Closes the next range if it is full and nothing in it can change any more.
    fn close(&mut self, rules: &Rules) {
        let (first, end) = (self.boundary, self.boundary + rules.part);
        let rows: Vec<_> = self.rows.range(first..end).map(|(_, row)| *row).collect();
        let is_settled = rows.iter().all(|row| row.is_settled) || rules.has(Mistake::ClosesOverOpenOperations);
        if let Some(last) = rows.last().filter(|last| last.number + 1 == end && is_settled) {
            let before = self.parts.last().map_or(0, |part| part.last);
            self.parts.push(Part { first, end, before, last: last.hash });
        }
    }

    /// Takes a reply. A late one of an earlier part says nothing about this one; any other is still true.
    pub(crate) fn hear(&mut self, message: &Message, rules: &Rules) {
        let Some((number, part)) = self.parts.iter().enumerate().next_back() else { return };
        let is_moving = part.end > self.boundary;
        match message {
            Message::Copied { part: of, next } if *of == number && is_moving => {
                self.copied = self.copied.max(*next);
                if rules.has(Mistake::MovesTheBoundaryBeforeTheCopy) {
                    self.is_sealed = true;
                }
            }
            Message::Sealed { part: of, hash } if *of == number && is_moving => self.is_sealed = *hash == part.last,
            _ => {}
        }
    }
}
