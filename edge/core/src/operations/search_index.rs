//! Index of operations by what people search for, without a row for each of them.
//!
//! The numbers of the chain are cut into segments and these into blocks. Once a segment is full, it is written down which
//! of its blocks hold a value: for each facet, and each part of the values' hashes, one row. What lies in a block is
//! then checked by the operations themselves, so equal hashes cost time and never show a wrong operation.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::digest::Digest;

/// Something that operations are searched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// The digits of a phone.
    Phone,
    /// `cashOutFulfillmentID`.
    Reference,
    /// The number of a key.
    Key,
    /// Minor units.
    Amount,
}

impl Facet {
    /// Number in storage.
    pub const fn number(self) -> u8 {
        match self {
            Self::Phone => 0,
            Self::Reference => 1,
            Self::Key => 2,
            Self::Amount => 3,
        }
    }
}

/// Number of parts into which hashes are divided, so that a search reads a part of the index.
const PARTS: u8 = 64;

/// Bytes of a posting: four of the hash, one of the block.
const POSTING: usize = 5;

/// Where the index has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Part of the hashes.
    pub part: u8,
    hash: [u8; 4],
}

impl Place {
    /// The place of a value.
    pub fn of(value: &[u8]) -> Self {
        let [part, hash @ ..] = Digest::of(&[b"universal-wallet/search/v1\0", value]).first::<5>();
        Self { part: part % PARTS, hash }
    }

    /// The blocks of a segment that may hold the value, from the row of its facet and part.
    pub fn blocks(self, row: &[u8]) -> BTreeSet<u8> {
        row.chunks_exact(POSTING).filter_map(|posting| posting.strip_prefix(&self.hash)?.first().copied()).collect()
    }
}

/// A segment whose rows are being gathered.
#[derive(Clone, Debug, Default)]
pub struct Segment(BTreeMap<(Facet, u8), BTreeSet<[u8; POSTING]>>);

impl Segment {
    /// Notes that a block holds a value.
    pub fn add(&mut self, facet: Facet, value: &[u8], block: u8) {
        let Place { part, hash: [a, b, c, d] } = Place::of(value);
        self.0.entry((facet, part)).or_default().insert([a, b, c, d, block]);
    }

    /// The rows: facet, part and postings in order.
    pub fn rows(&self) -> impl Iterator<Item = (Facet, u8, Vec<u8>)> {
        self.0.iter().map(|((facet, part), postings)| (*facet, *part, postings.iter().flatten().copied().collect()))
    }
}

/// How far the index is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Number of segments that are indexed.
    pub segments: u64,
    /// The next segment as far as it was read, and the number up to which.
    pub next: Option<(u64, Segment)>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_is_found_in_its_blocks_and_hardly_elsewhere(
            values in prop::collection::vec((0_u64..40, any::<u8>()), 0..200),
            strange in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut segment = Segment::default();
            for (value, block) in &values {
                segment.add(Facet::Phone, &value.to_be_bytes(), *block);
                segment.add(Facet::Amount, &(value % 3).to_be_bytes(), *block);
            }
            let rows: Vec<_> = segment.rows().collect();
            let found = |facet: Facet, value: u64| {
                let place = Place::of(&value.to_be_bytes());
                let row = rows.iter().find(|row| (row.0, row.1) == (facet, place.part));
                row.map_or_else(BTreeSet::new, |row| place.blocks(&row.2))
            };
            for value in 0..50 {
                let blocks = |of: &dyn Fn(u64) -> u64| {
                    values.iter().filter(|(known, _)| of(*known) == value).map(|(_, block)| *block).collect()
                };
                prop_assert_eq!(found(Facet::Phone, value), blocks(&|known| known));
                prop_assert_eq!(found(Facet::Amount, value), blocks(&|known| known % 3));
                prop_assert_eq!(found(Facet::Key, value), BTreeSet::new());
            }
            // A row of any length is read without a fault.
            Place::of(b"x").blocks(&strange);
        }
    }

    #[test]
    fn a_value_takes_five_bytes_however_often_a_block_holds_it() {
        let mut segment = Segment::default();
        for _ in 0..256 {
            segment.add(Facet::Key, b"7", 3);
        }
        assert_eq!(segment.rows().map(|row| row.2.len()).sum::<usize>(), 5);
    }
}
