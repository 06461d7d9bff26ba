//! Search for operations: segments of the chain are indexed once they are full, behind the writing; what lies after the
//! last of them is looked through row by row.

use std::collections::{BTreeMap, BTreeSet};

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::operations::search_index::{Facet, Place, Segment};
use universal_wallet_core::text::json_text;
use worker::SqlStorageValue;

use super::SqlStore;
use crate::platform::sql_values::{Blob, Exact, Value};

/// Numbers in a block; the build with faults has small ones, so that tests fill many.
pub(crate) const BLOCK: u64 = if cfg!(feature = "fault_injection") { 8 } else { 256 };
/// Blocks in a segment.
const BLOCKS: u64 = if cfg!(feature = "fault_injection") { 4 } else { 64 };
const SEGMENT: u64 = BLOCK * BLOCKS;

/// Numbers that are read in one stretch for the index.
const SLICE: u64 = 1024;
/// Segments whose index is read at once.
const SEGMENTS_AT_ONCE: u64 = 64;
/// Blocks that are looked through at once.
const BLOCKS_AT_ONCE: usize = 64;
/// Maximum number of blocks that a search looks through.
const MAX_BLOCKS: usize = 4096;

/// The facts of an operation that are indexed: number, phone, amount, key, reference.
type Facts = (u64, Option<u64>, Exact, Option<u64>, Option<String>);

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
    /// Carries the index on by one slice; true if there is more to do.
    pub(crate) fn index_slice(&mut self) -> Result<bool, InternalError> {
        let start = self.index.segments * SEGMENT;
        let end = start + SEGMENT;
        if self.head.number + 1 < end {
            return Ok(false);
        }
        let (from, mut segment) = self.index.next.take().unwrap_or((start, Segment::default()));
        let until = end.min(from + SLICE);
        let rows: Vec<Facts> = self.db.rows(
            "SELECT n, CASE WHEN type <> 1 THEN party END, CAST(minor AS TEXT), key, reference FROM operations \
             WHERE n >= ? AND n < ?",
            (from, until),
        )?;
        for (number, phone, Exact(minor), key, reference) in rows {
            let block = u8::try_from((number - start) / BLOCK).unwrap_or(u8::MAX);
            segment.add(Facet::Amount, &minor.to_be_bytes(), block);
            for (facet, value) in [(Facet::Phone, phone), (Facet::Key, key)] {
                if let Some(value) = value {
                    segment.add(facet, &value.to_be_bytes(), block);
                }
            }
            if let Some(reference) = reference {
                segment.add(Facet::Reference, reference.as_bytes(), block);
            }
        }
        if until < end {
            self.index.next = Some((until, segment));
            return Ok(true);
        }
        let segments = self.index.segments + 1;
        self.db.atomically(|| {
            for (facet, part, postings) in segment.rows() {
                self.db.run(
                    "INSERT OR REPLACE INTO search_index (facet, part, segment, postings) VALUES (?, ?, ?, ?)",
                    (facet.number(), part, segments - 1, Blob(&postings)),
                )?;
            }
            self.put_meta("indexed_segments", &segments.to_string())
        })?;
        self.index.segments = segments;
        Ok(true)
    }

    /// Operations that fit, newest first.
    pub(crate) fn search(&self, search: &Search) -> Result<Found, InternalError> {
        let mut looking = Looking { store: self, search, offset: search.offset, operations: Vec::new() };
        let indexed = self.index.segments * SEGMENT;
        if search.numbers.end > indexed {
            looking.through(&[(indexed.max(search.numbers.start), search.numbers.end)])?;
        }
        let mut segments = self.index.segments.min(search.numbers.end.div_ceil(SEGMENT));
        let first = search.numbers.start / SEGMENT;
        let mut looked_at = 0;
        while segments > first && !looking.is_done() {
            let from = segments.saturating_sub(SEGMENTS_AT_ONCE).max(first);
            let blocks = self.blocks(&search.facets, from, segments)?;
            for blocks in blocks.chunks(BLOCKS_AT_ONCE) {
                if looking.is_done() {
                    break;
                }
                if looked_at >= MAX_BLOCKS {
                    let ended_at = blocks.first().map(|block| (block + 1) * BLOCK);
                    return Ok(Found { operations: looking.operations, ended_at });
                }
                looked_at += blocks.len();
                looking
                    .through(&blocks.iter().map(|block| (block * BLOCK, (block + 1) * BLOCK)).collect::<Vec<_>>())?;
            }
            segments = from;
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

    /// The blocks of segments that may hold all values, the newest first.
    fn blocks(&self, facets: &[(Facet, Vec<u8>)], from: u64, until: u64) -> Result<Vec<u64>, InternalError> {
        let mut common: Option<BTreeSet<u64>> = None;
        for (facet, value) in facets {
            let place = Place::of(value);
            let rows: Vec<(u64, Vec<u8>)> = self.db.rows(
                "SELECT segment, postings FROM search_index \
                 WHERE facet = ? AND part = ? AND segment >= ? AND segment < ?",
                (facet.number(), place.part, from, until),
            )?;
            let blocks: BTreeSet<u64> = rows
                .iter()
                .flat_map(|(segment, postings)| {
                    place.blocks(postings).into_iter().map(move |block| segment * BLOCKS + u64::from(block))
                })
                .collect();
            common = Some(match common {
                Some(common) => common.intersection(&blocks).copied().collect(),
                None => blocks,
            });
        }
        Ok(common.unwrap_or_default().into_iter().rev().collect())
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
