//! Index of operations by what people search for, without a row for each of them.
//!
//! The numbers of the chain are cut into blocks, and a stretch of blocks is a segment. Once a small segment is full, it is
//! written down which of its blocks hold a value: for each facet, and each part of the values' hashes, one row. Once
//! there are enough small segments, they are merged into a large one, whose rows are not longer but more: a search reads
//! one of them for many blocks. Blocks that it names are then looked through, so equal hashes cost time and never show a
//! wrong operation.

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

/// Number of parts into which hashes are divided in small segments, so that a search reads a part of the index.
pub const PARTS: u16 = 64;

/// Number of parts of a large segment for each part of the small ones. With 64, a row is far below a quarter of a page,
/// beyond which it would take a page of its own.
const SPLIT: u16 = 64;

/// Bytes of a posting: in a small segment four of the hash and one of the block, in a large one three and two.
const POSTING: usize = 5;

/// The two sizes of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A segment of up to 256 blocks, made of operations.
    Small,
    /// A segment of up to 65,536 blocks, merged of small ones.
    Large,
}

impl Level {
    /// Number in storage.
    pub const fn number(self) -> u8 {
        match self {
            Self::Small => 0,
            Self::Large => 1,
        }
    }
}

/// Where the index has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    hash: [u8; 5],
}

impl Place {
    /// The place of a value.
    pub fn of(value: &[u8]) -> Self {
        Self { hash: Digest::of(&[b"universal-wallet/search/v1\0", value]).first() }
    }

    /// The part of the hashes that has the value.
    pub fn part(self, level: Level) -> u16 {
        let [first, second, ..] = self.hash;
        let part = u16::from(first) % PARTS;
        match level {
            Level::Small => part,
            Level::Large => large_part(part, second),
        }
    }

    /// The blocks of a segment that may hold the value, in order, from the row of its facet and part.
    pub fn blocks(self, level: Level, row: &[u8]) -> impl Iterator<Item = u16> {
        let [_, second, hash @ ..] = self.hash;
        let [third, fourth, fifth] = hash;
        let block = move |posting: &[u8]| match level {
            Level::Small => posting.strip_prefix(&[second, third, fourth, fifth])?.first().copied().map(u16::from),
            Level::Large => Some(u16::from_be_bytes(posting.strip_prefix(&hash)?.try_into().ok()?)),
        };
        row.chunks_exact(POSTING).filter_map(block)
    }
}

fn large_part(part: u16, second: u8) -> u16 {
    part * SPLIT + u16::from(second) % SPLIT
}

/// A segment whose rows are being gathered.
#[derive(Clone, Debug, Default)]
pub struct Segment(BTreeMap<(u8, u16), BTreeSet<[u8; POSTING]>>);

impl Segment {
    /// Notes that a block of this small segment holds a value.
    pub fn add(&mut self, facet: Facet, value: &[u8], block: u8) {
        let place = Place::of(value);
        let [_, a, b, c, d] = place.hash;
        self.0.entry((facet.number(), place.part(Level::Small))).or_default().insert([a, b, c, d, block]);
    }

    /// Takes a row of a small segment into this large one, whose first block of that segment is given.
    pub fn merge(&mut self, facet: u8, part: u16, row: &[u8], first_block: u16) {
        for posting in row.chunks_exact(POSTING) {
            if let [second, a, b, c, block] = *posting {
                let [high, low] = first_block.saturating_add(u16::from(block)).to_be_bytes();
                self.0.entry((facet, large_part(part, second))).or_default().insert([a, b, c, high, low]);
            }
        }
    }

    /// The rows: number of the facet, part, and postings in order.
    pub fn rows(&self) -> impl Iterator<Item = (u8, u16, Vec<u8>)> {
        self.0.iter().map(|((facet, part), postings)| (*facet, *part, postings.iter().flatten().copied().collect()))
    }
}

/// How far the index is.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Number of small segments that were made.
    pub segments: u64,
    /// The next small segment as far as it was read, and the number up to which.
    pub next: Option<(u64, Segment)>,
    /// Number of parts of small segments that were merged: [`PARTS`] for each large segment.
    pub merged_parts: u64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The blocks that rows name for a value.
    fn found(rows: &[(u8, u16, Vec<u8>)], level: Level, facet: Facet, value: u64) -> BTreeSet<u16> {
        let place = Place::of(&value.to_be_bytes());
        let row = rows.iter().find(|row| (row.0, row.1) == (facet.number(), place.part(level)));
        row.into_iter().flat_map(|row| place.blocks(level, &row.2)).collect()
    }

    proptest! {
        #[test]
        fn every_value_is_found_in_its_blocks_and_hardly_elsewhere(
            values in prop::collection::vec((0_u64..40, 0_u16..1024), 0..300),
            blocks in prop::sample::select(vec![16_u16, 64, 256]),
            strange in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let segments: Vec<Vec<_>> = (0..1024 / blocks).map(|number| {
                let mut segment = Segment::default();
                for (value, block) in values.iter().filter(|(_, block)| block / blocks == number) {
                    let block = u8::try_from(block % blocks).unwrap();
                    segment.add(Facet::Phone, &value.to_be_bytes(), block);
                    segment.add(Facet::Amount, &(value % 3).to_be_bytes(), block);
                }
                segment.rows().collect()
            }).collect();
            let mut large = Segment::default();
            for (number, segment) in (0..).zip(&segments) {
                for (facet, part, row) in segment {
                    large.merge(*facet, *part, row, number * blocks);
                }
            }
            let large: Vec<_> = large.rows().collect();
            for value in 0..50 {
                for (facet, of) in [(Facet::Phone, 41), (Facet::Amount, 3), (Facet::Key, 0)] {
                    let expected: BTreeSet<u16> = values
                        .iter()
                        .filter(|(known, _)| of > 0 && known % of == value)
                        .map(|(_, block)| *block)
                        .collect();
                    let small: BTreeSet<u16> = (0..)
                        .zip(&segments)
                        .flat_map(|(number, rows)| {
                            found(rows, Level::Small, facet, value).into_iter().map(move |block| number * blocks + block)
                        })
                        .collect();
                    prop_assert_eq!(&small, &expected);
                    prop_assert_eq!(&found(&large, Level::Large, facet, value), &expected);
                }
            }
            // A row of any length is read without a fault.
            for level in [Level::Small, Level::Large] {
                prop_assert_eq!(Place::of(b"x").blocks(level, &strange).count(), 0);
            }
            Segment::default().merge(0, PARTS - 1, &strange, 960);
        }
    }

    #[test]
    fn a_value_takes_five_bytes_however_often_a_block_holds_it() {
        let (mut segment, mut large) = (Segment::default(), Segment::default());
        for _ in 0..256 {
            segment.add(Facet::Key, b"7", 3);
        }
        for (facet, part, row) in segment.rows() {
            large.merge(facet, part, &row, 64);
        }
        for segment in [segment, large] {
            assert_eq!(segment.rows().map(|row| row.2.len()).sum::<usize>(), 5);
        }
    }

    #[test]
    fn the_rows_of_a_large_segment_are_no_longer_than_those_of_a_small_one() {
        let longest = |segment: &Segment| segment.rows().map(|row| row.2.len()).max().unwrap();
        let (mut small, mut large) = (Segment::default(), Segment::default());
        for number in 0_u64..16 {
            let mut next = Segment::default();
            for value in 0_u64..2048 {
                next.add(Facet::Phone, &(number << 32 | value).to_be_bytes(), u8::try_from(value / 32).unwrap());
            }
            for (facet, part, row) in next.rows() {
                large.merge(facet, part, &row, u16::try_from(number * 64).unwrap());
            }
            small = next;
        }
        assert!(large.rows().count() > 63 * small.rows().count(), "{}", large.rows().count());
        assert!(longest(&large) < longest(&small), "{} and {}", longest(&large), longest(&small));
    }
}
