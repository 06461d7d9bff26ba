//! The index for searches, made behind the writing: an alarm carries it on. It is made of operations alone, so what is
//! lost is made again.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::operations::search_index::{Facet, Level, PARTS, Segment};

use super::SqlStore;
use crate::platform::sql_values::{Blob, Exact};

/// Numbers in a block; the build with faults has small ones, so that tests fill many.
pub(super) const BLOCK: u64 = if cfg!(feature = "fault_injection") { 8 } else { 256 };
/// Blocks in a small segment.
pub(super) const BLOCKS: u64 = if cfg!(feature = "fault_injection") { 4 } else { 64 };
/// Numbers in a small segment.
pub(super) const SEGMENT: u64 = BLOCK * BLOCKS;
/// Small segments in a large one. A row of a large segment has at most five bytes for each of its numbers, if all their
/// values are of one part: with 16 this is 1.3 MB, and the platform stores rows of up to 2 MB.
pub(super) const MERGED: u64 = if cfg!(feature = "fault_injection") { 2 } else { 16 };

/// Numbers that are read in one stretch.
const SLICE: u64 = 1024;

/// The facts of an operation that are indexed: number, phone, amount, key, reference.
type Facts = (u64, Option<u64>, Exact, Option<u64>, Option<String>);

impl SqlStore {
    /// Carries the index on by one slice; true if there is more to do.
    pub(crate) fn index_slice(&mut self) -> Result<bool, InternalError> {
        Ok(self.merge_part()? || self.read_slice()?)
    }

    /// Takes the next numbers into a small segment, and writes that down when it is full.
    fn read_slice(&mut self) -> Result<bool, InternalError> {
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
            self.write_segment(Level::Small, segments - 1, &segment)?;
            self.put_meta("indexed_segments", &segments.to_string())
        })?;
        self.index.segments = segments;
        Ok(true)
    }

    /// Merges the next part of the oldest small segments into a large one, if there are enough of them.
    fn merge_part(&mut self) -> Result<bool, InternalError> {
        let (large, part) = (self.index.merged_parts / u64::from(PARTS), self.index.merged_parts % u64::from(PARTS));
        let (first, end) = (large * MERGED, (large + 1) * MERGED);
        if self.index.segments < end {
            return Ok(false);
        }
        let rows: Vec<(u8, u16, u64, Vec<u8>)> = self.db.rows(
            "SELECT facet, part, segment, postings FROM search_index \
             WHERE level = 0 AND part = ? AND segment >= ? AND segment < ?",
            (part, first, end),
        )?;
        let mut merged = Segment::default();
        for (facet, part, segment, postings) in rows {
            merged.merge(facet, part, &postings, u16::try_from((segment - first) * BLOCKS).unwrap_or(u16::MAX));
        }
        let merged_parts = self.index.merged_parts + 1;
        self.db.atomically(|| {
            self.db.run(
                "DELETE FROM search_index WHERE level = 0 AND part = ? AND segment >= ? AND segment < ?",
                (part, first, end),
            )?;
            self.write_segment(Level::Large, large, &merged)?;
            self.put_meta("merged_parts", &merged_parts.to_string())
        })?;
        self.index.merged_parts = merged_parts;
        Ok(true)
    }

    fn write_segment(&self, level: Level, number: u64, segment: &Segment) -> Result<(), InternalError> {
        for (facet, part, postings) in segment.rows() {
            self.db.run(
                "INSERT OR REPLACE INTO search_index (level, part, facet, segment, postings) VALUES (?, ?, ?, ?, ?)",
                (level.number(), part, facet, number, Blob(&postings)),
            )?;
        }
        Ok(())
    }
}
