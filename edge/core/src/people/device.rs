//! A device that signed a login in. Its attempts are counted by themselves, so that no stranger's failures lock it out,
//! and its own stop it alone.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::Outcome;
use crate::people::sign_in::{MAX_PER_LOGIN, WINDOW_MS, too_many};

/// Time for which a device counts after its last sign-in.
pub const DEVICE_MS: i64 = 180 * 24 * 3_600_000;
/// Failures in a row after which a device is one no more.
pub const MAX_IN_A_ROW: u32 = 20;
/// Maximum number of devices of a login; the one that signed in longest ago gives way.
pub const MAX_DEVICES: usize = 20;

/// A device of a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Random identifier, which the device's cookie carries.
    pub id: String,
    /// Time of the last sign-in.
    pub signed_in_at: Timestamp,
    /// Failures since then.
    failures: u32,
    /// Times of the failures in the window, oldest first.
    failed_at: Vec<Timestamp>,
}

/// The devices of a login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices(Vec<Device>);

impl Devices {
    /// Refuses an attempt of a device after too many failures in the window; `None` if it is no device of the login.
    pub fn admit(&self, id: &str, now: Timestamp) -> Option<Outcome<()>> {
        let device = self.0.iter().find(|device| device.id == id)?;
        if now >= device.signed_in_at.plus_ms(DEVICE_MS) {
            return None;
        }
        let first = device.failed_at.len().checked_sub(MAX_PER_LOGIN).and_then(|place| device.failed_at.get(place));
        Some(match first.map(|first| first.plus_ms(WINDOW_MS)) {
            Some(until) if now < until => Err(too_many(until.unix_ms() - now.unix_ms()).into()),
            _ => Ok(()),
        })
    }

    /// Counts a failure of a device; after too many in a row it is forgotten.
    pub fn fail(&mut self, id: &str, now: Timestamp) {
        let Some(device) = self.0.iter_mut().find(|device| device.id == id) else { return };
        device.failures += 1;
        device.failed_at.retain(|at| now < at.plus_ms(WINDOW_MS));
        device.failed_at.push(now);
        if device.failures >= MAX_IN_A_ROW {
            self.0.retain(|device| device.id != id);
        }
    }

    /// Notes that a device signed the login in, also one that is new.
    pub fn sign_in(&mut self, id: &str, now: Timestamp) {
        self.0.retain(|device| device.id != id && now < device.signed_in_at.plus_ms(DEVICE_MS));
        if self.0.len() >= MAX_DEVICES {
            self.0.sort_by_key(|device| device.signed_in_at);
            self.0.remove(0);
        }
        self.0.push(Device { id: id.to_owned(), signed_in_at: now, failures: 0, failed_at: Vec::new() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(1_000_000_000 + ms)
    }

    #[test]
    fn a_device_has_ten_failures_in_a_quarter_of_an_hour() {
        let mut devices = Devices::default();
        assert_eq!(devices.admit("a", at(0)), None, "it never signed in");
        devices.sign_in("a", at(0));
        devices.sign_in("b", at(0));
        for number in 0..10 {
            assert_eq!(devices.admit("a", at(number)), Some(Ok(())));
            devices.fail("a", at(number));
        }
        assert!(matches!(devices.admit("a", at(10)), Some(Err(_))));
        assert_eq!(devices.admit("b", at(10)), Some(Ok(())), "another device goes on");
        assert_eq!(devices.admit("a", at(WINDOW_MS)), Some(Ok(())));
    }

    #[test]
    fn twenty_failures_in_a_row_or_180_days_end_a_device() {
        let mut devices = Devices::default();
        devices.sign_in("a", at(0));
        for number in 0..19 {
            devices.fail("a", at(number * WINDOW_MS));
        }
        devices.sign_in("a", at(19 * WINDOW_MS));
        for number in 20..39 {
            devices.fail("a", at(number * WINDOW_MS));
        }
        let now = at(40 * WINDOW_MS);
        assert_eq!(devices.admit("a", now), Some(Ok(())), "nineteen, twice");
        devices.fail("a", now);
        assert_eq!(devices.admit("a", now), None);
        devices.sign_in("a", at(0));
        assert_eq!(devices.admit("a", at(DEVICE_MS - 1)), Some(Ok(())));
        assert_eq!(devices.admit("a", at(DEVICE_MS)), None);
    }

    #[test]
    fn a_login_has_twenty_devices_and_the_oldest_gives_way() {
        let mut devices = Devices::default();
        for number in 0..=20 {
            devices.sign_in(&number.to_string(), at(number));
        }
        assert_eq!(devices.admit("0", at(21)), None);
        assert_eq!(devices.admit("1", at(21)), Some(Ok(())));
        assert_eq!(devices.0.len(), MAX_DEVICES);
    }
}
