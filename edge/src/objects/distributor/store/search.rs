//! Search for operations: the index names blocks that may hold them; what lies after its last segment is looked through
//! row by row.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::operations::search_index::{Facet, Level, Place};
use universal_wallet_core::text::json_text;
use worker::SqlStorageValue;

use super::SqlStore;
use super::search_index::{BLOCK, BLOCKS, MERGED, SEGMENT};
use crate::platform::sql_values::Value;

/// Maximum number of large segments whose index is read at once. The first time it is one, and each time four times as
/// many: a frequent value has enough blocks in the newest, and a rare one takes few statements.
const MAX_AT_ONCE: u64 = 16;
/// Blocks that are looked through at once.
const BLOCKS_AT_ONCE: usize = 64;
/// Maximum number of blocks that a search looks through.
const MAX_BLOCKS: usize = 4096;

/// A wish for operations.
pub(crate) struct Search {
    /// Facets with their values; at least one.
    pub(crate) facets: Vec<(Facet, Vec<u8>)>,
    /// Conditions of the rows, with values from `?2` on.
    pub(crate) conditions: String,
    /// Values of the conditions.
    pub(crate) values: Vec<Option<SqlStorageValue>>,
    /// Numbers among which operations are searched.
    pub(crate) numbers: std::ops::Range<u64>,
    /// Number of fitting operations that are passed over.
    pub(crate) offset: u64,
    /// Maximum number of operations.
    pub(crate) most: u64,
}

/// An answer to a search.
pub(crate) struct Found {
    /// Operations, newest first.
    pub(crate) operations: Vec<Operation>,
    /// Operations below this number were not looked at, since too many blocks hold the values.
    pub(crate) ended_at: Option<u64>,
}

impl SqlStore {
    /// Operations that fit, newest first.
    pub(crate) fn search(&self, search: &Search) -> Result<Found, InternalError> {
        let mut looking = Looking { store: self, search, offset: search.offset, operations: Vec::new() };
        let indexed = self.index.segments * SEGMENT;
        if search.numbers.end > indexed {
            looking.through(&[(indexed.max(search.numbers.start), search.numbers.end)])?;
        }
        let mut candidates = Candidates {
            store: self,
            facets: &search.facets,
            from: search.numbers.start / (SEGMENT * MERGED),
            until: indexed.min(search.numbers.end).div_ceil(SEGMENT * MERGED),
            at_once: 1,
            blocks: VecDeque::new(),
        };
        let mut looked_at = 0;
        while !looking.is_done() {
            let blocks = candidates.next()?;
            let Some(newest) = blocks.first() else { break };
            if looked_at >= MAX_BLOCKS {
                return Ok(Found { operations: looking.operations, ended_at: Some((newest + 1) * BLOCK) });
            }
            looked_at += blocks.len();
            looking.through(&blocks.iter().map(|block| (block * BLOCK, (block + 1) * BLOCK)).collect::<Vec<_>>())?;
        }
        Ok(Found { operations: looking.operations, ended_at: None })
    }

    /// Those of some operations that fit; `values` from `?2` on.
    pub(crate) fn fitting(
        &self,
        ids: impl IntoIterator<Item = OperationID>,
        conditions: &str,
        values: &[Option<SqlStorageValue>],
    ) -> Result<BTreeSet<OperationID>, InternalError> {
        let ids: BTreeMap<u64, OperationID> =
            ids.into_iter().filter_map(|id| Some((self.number_of(id.uuid())?, id))).collect();
        let mut bindings = vec![json_text::write(&ids.keys().collect::<Vec<_>>())?.value()];
        bindings.extend(values.iter().cloned());
        let sql = format!("SELECT n FROM operations WHERE n IN (SELECT value FROM json_each(?1)){conditions}");
        let numbers: Vec<(u64,)> = self.db.rows(sql, bindings)?;
        Ok(numbers.iter().filter_map(|(number,)| ids.get(number).copied()).collect())
    }
}

/// Blocks that may hold all values of a search, the newest first.
struct Candidates<'a> {
    store: &'a SqlStore,
    facets: &'a [(Facet, Vec<u8>)],
    /// Large segments whose index is not read yet; the last ones may not be merged yet.
    from: u64,
    until: u64,
    /// Large segments whose index is read next.
    at_once: u64,
    /// Blocks that were not taken yet.
    blocks: VecDeque<u64>,
}

impl Candidates<'_> {
    /// The next blocks; none after the last.
    fn next(&mut self) -> Result<Vec<u64>, InternalError> {
        while self.blocks.len() < BLOCKS_AT_ONCE && self.from < self.until {
            let from = self.until.saturating_sub(self.at_once).max(self.from);
            let mut common: Option<BTreeSet<u64>> = None;
            for (facet, value) in self.facets {
                let blocks = self.of_value(*facet, Place::of(value), from)?;
                common = Some(match common {
                    Some(common) => common.intersection(&blocks).copied().collect(),
                    None => blocks,
                });
            }
            self.blocks.extend(common.unwrap_or_default().into_iter().rev());
            self.until = from;
            self.at_once = MAX_AT_ONCE.min(self.at_once * 4);
        }
        Ok(self.blocks.drain(..self.blocks.len().min(BLOCKS_AT_ONCE)).collect())
    }

    /// The blocks of the large segments from one on that may hold a value. A part of a large segment is either merged or
    /// in its small ones.
    fn of_value(&self, facet: Facet, place: Place, from: u64) -> Result<BTreeSet<u64>, InternalError> {
        let columns = "SELECT level, segment, postings FROM search_index WHERE facet = ?1";
        let rows: Vec<(u8, u64, Vec<u8>)> = self.store.db.rows(
            format!(
                "{columns} AND level = 1 AND part = ?2 AND segment >= ?3 AND segment < ?4 UNION ALL \
                 {columns} AND level = 0 AND part = ?5 AND segment >= ?3 * {MERGED} AND segment < ?4 * {MERGED}"
            ),
            (facet.number(), place.part(Level::Large), from, self.until, place.part(Level::Small)),
        )?;
        let mut found = BTreeSet::new();
        for (level, segment, postings) in rows {
            let (level, blocks) = if level == 1 { (Level::Large, BLOCKS * MERGED) } else { (Level::Small, BLOCKS) };
            found.extend(place.blocks(level, &postings).map(|block| segment * blocks + u64::from(block)));
        }
        Ok(found)
    }
}

/// A search under way.
struct Looking<'a> {
    store: &'a SqlStore,
    search: &'a Search,
    offset: u64,
    operations: Vec<Operation>,
}

impl Looking<'_> {
    fn is_done(&self) -> bool {
        self.operations.len() as u64 >= self.search.most
    }

    /// Looks through ranges of numbers, the newest first.
    fn through(&mut self, ranges: &[(u64, u64)]) -> Result<(), InternalError> {
        let Search { conditions, numbers, .. } = self.search;
        let ranges: Vec<_> =
            ranges.iter().map(|(from, until)| (numbers.start.max(*from), numbers.end.min(*until))).collect();
        let fitting = format!(
            "FROM (SELECT value ->> 0 AS first, value ->> 1 AS until FROM json_each(?1)) AS ranges \
             CROSS JOIN operations WHERE n >= first AND n < until AND superseded = 0{conditions}"
        );
        let mut values = vec![json_text::write(&ranges)?.value()];
        values.extend(self.search.values.iter().cloned());
        let (limit, offset) = (values.len() + 1, values.len() + 2);
        if self.offset > 0 {
            let count: Option<(u64,)> = self.store.db.row(format!("SELECT COUNT(*) {fitting}"), values.clone())?;
            let count = count.map_or(0, |(count,)| count);
            if count <= self.offset {
                self.offset -= count;
                return Ok(());
            }
        }
        values.push((self.search.most - self.operations.len() as u64).value());
        values.push(self.offset.value());
        self.offset = 0;
        let which =
            format!("WHERE n IN (SELECT n {fitting} ORDER BY n DESC LIMIT ?{limit} OFFSET ?{offset}) ORDER BY n DESC");
        self.operations.extend(self.store.operations(which, values)?);
        Ok(())
    }
}
