//! Sign-in limits: failures per window, and the lifetime of a session.

use universal_wallet_sdk::Timestamp;

use crate::error::{Code, Outcome, Refusal, refuse};
use crate::id::UserID;

/// Time window for counting failures.
pub const WINDOW_MS: i64 = 15 * 60_000;
/// Maximum failures of one login from one address in the window.
pub const MAX_PER_LOGIN: usize = 10;
/// Maximum failures of all logins from one address in the window.
pub const MAX_PER_ADDRESS: usize = 30;
/// Time window for counting codes.
pub const CODE_WINDOW_MS: i64 = 3_600_000;
/// Maximum codes tried for one login from one address in their window.
pub const MAX_CODES: usize = 30;
/// Maximum failures of one login from all addresses in an hour; devices that signed it in before count by themselves.
pub const MAX_FROM_ANYWHERE: usize = 100;
/// Time window for counting failures from all addresses.
pub const ANYWHERE_WINDOW_MS: i64 = 3_600_000;
/// Maximum lifetime of a session.
pub const SESSION_MS: i64 = 12 * 3_600_000;
/// Maximum idle time of a session.
pub const IDLE_MS: i64 = 30 * 60_000;

/// True while a session is alive.
pub fn alive(created: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
    now < end(created, seen)
}

/// The time at which a session ends unless it is used.
pub fn end(created: Timestamp, seen: Timestamp) -> Timestamp {
    created.plus_ms(SESSION_MS).min(seen.plus_ms(IDLE_MS))
}

/// Refuses an attempt after too many failures, given the failure times in the window, oldest first, of this login and
/// of all logins.
pub fn refuse_too_many(of_login: &[Timestamp], of_all: &[Timestamp], now: Timestamp) -> Outcome<()> {
    let full = |failures: &[Timestamp], most: usize| {
        let first = failures.len().checked_sub(most).and_then(|place| failures.get(place))?;
        Some(first.plus_ms(WINDOW_MS))
    };
    let until = full(of_login, MAX_PER_LOGIN).max(full(of_all, MAX_PER_ADDRESS));
    match until {
        Some(until) if now < until => Err(too_many(until.unix_ms() - now.unix_ms()).into()),
        _ => Ok(()),
    }
}

/// Refuses a code after too many, given the times at which codes of this login were tried in the window, oldest first.
pub fn refuse_too_many_codes(tried: &[Timestamp], now: Timestamp) -> Outcome<()> {
    let first = tried.len().checked_sub(MAX_CODES).and_then(|place| tried.get(place));
    match first.map(|first| first.plus_ms(CODE_WINDOW_MS)) {
        Some(until) if now < until => Err(too_many(until.unix_ms() - now.unix_ms()).into()),
        _ => Ok(()),
    }
}

/// Refuses an attempt after too many failures of a login from anywhere, given their times in the window, oldest first.
pub fn refuse_too_many_from_anywhere(failed: &[Timestamp], now: Timestamp) -> Outcome<()> {
    let first = failed.len().checked_sub(MAX_FROM_ANYWHERE).and_then(|place| failed.get(place));
    match first.map(|first| first.plus_ms(ANYWHERE_WINDOW_MS)) {
        Some(until) if now < until => Err(too_many(until.unix_ms() - now.unix_ms()).into()),
        _ => Ok(()),
    }
}

/// The refusal after too many failures.
pub fn too_many(wait_ms: i64) -> Refusal {
    let seconds = u32::try_from((wait_ms.max(0) + 999) / 1000).unwrap_or(u32::MAX).max(1);
    Refusal::new(Code::TooManyAttempts, "Too many failed sign-ins; wait before you try again.").retry_after(seconds)
}

/// The refusal of a wrong login or password; the answer does not tell which.
pub fn wrong_credentials() -> Refusal {
    Refusal::new(Code::InvalidCredentials, "Login or password is wrong.")
}

/// Refuses a call of a page that was drawn for another account than the session's.
pub fn refuse_another(shown: UserID, account: UserID) -> Outcome<()> {
    if shown == account {
        return Ok(());
    }
    refuse(
        Code::SessionChanged,
        "Somebody else has signed in with this browser meanwhile; load the page again. Nothing was done.",
    )
}

/// The refusal without a session.
pub fn not_signed_in() -> Refusal {
    Refusal::new(Code::NotSignedIn, "You are not signed in, or your session has ended; sign in again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000_000 + ms)
    }

    #[test]
    fn the_eleventh_failure_in_a_quarter_of_an_hour_waits_for_the_first_to_pass() {
        let failures: Vec<Timestamp> = (0..10).map(|n| at(n * 1000)).collect();
        assert!(refuse_too_many(&failures[..9], &failures[..9], at(9000)).is_ok());
        let Err(Error::Refusal(refusal)) = refuse_too_many(&failures, &failures, at(9000)) else { panic!() };
        assert_eq!((refusal.code, refusal.retry_after_s), (Code::TooManyAttempts, Some(15 * 60 - 9)));
        assert!(refuse_too_many(&failures, &failures, at(WINDOW_MS)).is_ok());
        assert!(refuse_too_many(&failures, &failures, at(WINDOW_MS - 1)).is_err());
    }

    #[test]
    fn thirty_failures_over_all_logins_stop_an_address() {
        let failures: Vec<Timestamp> = (0..30).map(at).collect();
        assert!(refuse_too_many(&[], &failures, at(40)).is_err());
        assert!(refuse_too_many(&[], &failures[1..], at(40)).is_ok());
    }

    #[test]
    fn the_thirty_first_code_in_an_hour_waits_for_the_first_to_pass() {
        let tried: Vec<Timestamp> = (0..30).map(|n| at(n * 1000)).collect();
        assert!(refuse_too_many_codes(&tried[..29], at(30_000)).is_ok());
        assert!(refuse_too_many_codes(&tried, at(CODE_WINDOW_MS - 1)).is_err());
        assert!(refuse_too_many_codes(&tried, at(CODE_WINDOW_MS)).is_ok());
    }

    #[test]
    fn a_session_ends_when_idle_and_when_old() {
        assert!(alive(at(0), at(0), at(IDLE_MS - 1)) && !alive(at(0), at(0), at(IDLE_MS)));
        assert!(!alive(at(0), at(SESSION_MS - 1), at(SESSION_MS)));
    }
}
