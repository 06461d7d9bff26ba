//! Keys whose calls were refused too often: for a second the Worker answers them itself. It remembers refusals alone, so
//! a revoke still holds for the very next call.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use universal_wallet_core::keys::settings::Permission;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_sdk::Timestamp;

use crate::messages::refused_key::{RefusedKey, Scope};
use crate::platform::clock;

/// Time for which a refusal is remembered.
const REMEMBER_MS: i64 = 1_000;
/// Maximum number of remembered refusals; beyond it none is, until some are over.
const MAX_REMEMBERED: usize = 10_000;

thread_local! {
    /// Encoded refusals, and when each is over.
    static REFUSED: RefCell<HashMap<String, Timestamp>> = RefCell::default();
}

/// Remembers a refusal, encoded in the first line; returns the answer that follows it.
pub(super) fn learn(text: &str) -> Option<String> {
    let (refused, answer) = text.split_once('\n')?;
    let now = clock::now();
    REFUSED.with_borrow_mut(|known| {
        if known.len() >= MAX_REMEMBERED {
            known.retain(|_, until| now < *until);
        }
        if known.len() < MAX_REMEMBERED {
            known.insert(refused.to_owned(), now.plus_ms(REMEMBER_MS));
        }
    });
    Some(answer.to_owned())
}

/// True while calls of the key from this address, or with this permission, are refused.
pub(super) fn is_refused(digest: Digest, address: Option<IpAddr>, permission: Option<Permission>) -> bool {
    REFUSED.with_borrow_mut(|known| {
        if known.is_empty() {
            return false;
        }
        let now = clock::now();
        [Scope::Address(address), Scope::Permission(permission)].into_iter().any(|scope| {
            let refused = RefusedKey { digest, scope }.text();
            match known.get(&refused) {
                Some(until) if now < *until => true,
                Some(_) => known.remove(&refused).is_none(),
                None => false,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_repeated_for_a_second_to_that_key_from_that_address_or_for_that_permission() {
        clock::begin(1_000.0);
        let (key, other) = (Digest::of(&[b"key"]), Digest::of(&[b"other"]));
        let here: Option<IpAddr> = "2001:db8::1".parse().ok();
        let (neighbour, there) = ("2001:db8::2".parse().ok(), "2001:db8:0:1::1".parse().ok());
        let reads = Some(Permission::ReadBalance);
        assert!(!is_refused(key, here, reads));
        let learn_of = |digest, scope| learn(&format!("{}\nA429\n\n{{}}", RefusedKey { digest, scope }.text()));
        assert_eq!(learn_of(key, Scope::Address(here)).as_deref(), Some("A429\n\n{}"));
        assert!(is_refused(key, here, reads) && is_refused(key, neighbour, None));
        assert!(!is_refused(key, there, reads) && !is_refused(other, here, reads) && !is_refused(key, None, reads));
        learn_of(other, Scope::Permission(reads));
        assert!(is_refused(other, there, reads) && !is_refused(other, there, Some(Permission::PerformOperations)));
        clock::begin(2_000.0);
        assert!(!is_refused(key, here, reads) && !is_refused(other, there, reads));
    }

    #[test]
    fn refusals_are_remembered_up_to_a_number() {
        clock::begin(1_000.0);
        let digest = |number: usize| Digest::of(&[&number.to_be_bytes()]);
        let learn_of = |number| {
            let refused = RefusedKey { digest: digest(number), scope: Scope::Address(None) };
            learn(&format!("{}\nA429\n\n", refused.text()))
        };
        for number in 0..=MAX_REMEMBERED {
            assert!(learn_of(number).is_some());
        }
        assert!(is_refused(digest(MAX_REMEMBERED - 1), None, None));
        assert!(!is_refused(digest(MAX_REMEMBERED), None, None), "one too many is asked again");
        clock::begin(2_000.0);
        learn_of(MAX_REMEMBERED);
        assert_eq!(REFUSED.with_borrow(HashMap::len), 1, "those that are over make room");
    }
}
