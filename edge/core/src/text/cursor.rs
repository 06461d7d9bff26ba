//! Cursors: a position in a list, with a check value for the list and the distributor.

use crate::id::DistributorID;
use crate::text::digest::{Digest, same};

fn check(distributor: DistributorID, list: &str, number: u64) -> String {
    let digest = Digest::of(&[
        b"universal-wallet/cursor/v1\0",
        list.as_bytes(),
        b"\0",
        distributor.uuid().as_bytes(),
        &number.to_be_bytes(),
    ]);
    digest.to_string().chars().take(12).collect()
}

/// The cursor of a position.
pub fn make(distributor: DistributorID, list: &str, number: u64) -> String {
    format!("{number:x}-{}", check(distributor, list, number))
}

/// The position of a cursor made for this list, in the only spelling that [`make`] produces.
pub fn read(distributor: DistributorID, list: &str, text: &str) -> Option<u64> {
    let (number, _) = text.split_once('-')?;
    let number = u64::from_str_radix(number, 16).ok()?;
    same(make(distributor, list, number).as_bytes(), text.as_bytes()).then_some(number)
}
