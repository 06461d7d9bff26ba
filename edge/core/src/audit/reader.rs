//! A reading of the chain in pages. It ends with the right of its reader, and tells nothing that came after its beginning.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Timestamp;

use crate::error::{Outcome, Refusal};
use crate::id::UserID;
use crate::keys::settings::Permission;
use crate::keys::verify::{Checked, check, unknown};
use crate::people::sign_in::{IDLE_MS, not_signed_in};
use crate::store::Store;
use crate::text::digest::Digest;

/// Someone who reads.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Reader {
    /// A key by its digest, and the address it is used from.
    Key {
        /// Digest of the key's secret.
        digest: Digest,
        /// Address of the caller.
        address: Option<IpAddr>,
    },
    /// A person by their account.
    Person {
        /// ID of the account.
        account: UserID,
        /// Time at which the reading ends: the session might have been idle since its beginning.
        until: Timestamp,
    },
}

impl Reader {
    /// A person who begins to read.
    pub fn person(account: UserID, now: Timestamp) -> Self {
        Self::Person { account, until: now.plus_ms(IDLE_MS) }
    }
}

/// A reading that has begun.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Number of the first entry that is not read.
    end: u64,
    reader: Reader,
}

impl Reading {
    /// Begins to read what is in the chain now.
    pub fn begin(store: &dyn Store, reader: Reader) -> Self {
        Self { end: store.head().number + 1, reader }
    }

    /// The reading without the entries from this number on.
    #[must_use]
    pub fn before_entry(self, end: u64) -> Self {
        Self { end: self.end.min(end), ..self }
    }

    /// Number of the first entry that is not read.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Number of entries of a page that begins with this entry and holds at most so many.
    pub fn page(&self, next: u64, most: u64) -> u64 {
        most.min(self.end.saturating_sub(next))
    }

    /// Refuses a reader whose right ended since the beginning: a key that was revoked, ended or tightened, a person who
    /// is no longer a member or whose session may have ended.
    pub fn refuse_ended(&self, store: &dyn Store, now: Timestamp) -> Outcome<()> {
        match self.reader {
            Reader::Key { digest, address } => {
                match check(store, now, &digest, address, Some(Permission::ReadTransactions))? {
                    Checked::Allowed(_) => Ok(()),
                    Checked::Denied(_, refusal) => Err(refusal.into()),
                    Checked::Unknown => Err(unknown().into()),
                }
            }
            Reader::Person { account, until } => {
                if !store.member_of(account).is_some_and(|member| member.is_active()) {
                    return Err(Refusal::not_found().into());
                }
                if now < until { Ok(()) } else { Err(not_signed_in().into()) }
            }
        }
    }
}
