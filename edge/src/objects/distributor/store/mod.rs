//! The rules' storage over SQLite. The object is the only writer, so loaded values stay true; after a rollback
//! everything is read again.

pub(super) mod approvals;
mod caps;
mod day_totals;
pub(super) mod delivery;
mod endpoints;
pub(super) mod entries;
mod origin;
pub(super) mod rows;
mod rules;
pub(crate) mod search;
mod search_index;
mod volumes;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use universal_wallet_core::approvals::model::ApprovalKind;
use universal_wallet_core::audit::chain::Head;
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::{Error, InternalError};
use universal_wallet_core::id::{DistributorID, KeyID, OperationID};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::model::{CashOutRequest, Operation, OperationStatus};
use universal_wallet_core::operations::search_index::Progress;
use universal_wallet_core::operations::statement::Tally;
use universal_wallet_core::people::model::Member;
use universal_wallet_core::people::second_factor::proof::Requirement;
use universal_wallet_core::room::{self, Room};
use universal_wallet_core::store::{Deadline, MAX_GIVEN_BACK, Profile, Store as _};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::numbered_id::Numbering;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

use self::delivery::Delivery;
use self::origin::Origins;
use self::rows::Changed;
use crate::platform::config::config;
use crate::platform::log::report;
use crate::platform::storage::{NONE, Storage};

/// A distributor's storage with its loaded values.
pub(crate) struct SqlStore {
    pub(crate) db: Rc<Storage>,
    pub(crate) numbering: Numbering,
    profile: Rc<Profile>,
    head: Head,
    members: Vec<Rc<Member>>,
    deadline: Option<(Timestamp, Deadline)>,
    /// Deadline of the first pending operation.
    first_pending: Option<(Timestamp, Deadline)>,
    keys: RefCell<FxHashMap<KeyID, Rc<Key>>>,
    digests: RefCell<FxHashMap<Digest, KeyID>>,
    volumes: RefCell<FxHashMap<(KeyID, i64), Total>>,
    given_back: RefCell<FxHashMap<(KeyID, i64), u32>>,
    /// Maximum number of operations that a line of keys may have given back in a day; zero means no limit.
    max_given_back: u32,
    pending: RefCell<FxHashMap<KeyID, u32>>,
    origins: Origins,
    /// Movements that wallets have to be told, by number.
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    /// Arrived cash-ins whose rows are not yet updated.
    arrived: Vec<Operation>,
    /// Operations below this number need no delivery.
    settled_below: u64,
    /// How full the storage was at the last measurement.
    room: Room,
    /// The last day's totals, if loaded.
    tally: Option<Tally>,
    /// The state of the index of operations.
    index: Progress,
    /// The last chain head sent to the issuer; number 0 if the sending failed.
    pub(crate) anchor: Option<Anchor>,
    /// Entries made by the current event, for listeners.
    pub(crate) news: Vec<(&'static str, String, Timestamp)>,
    /// True if there may be listeners.
    pub(crate) listened: bool,
    /// True if an endpoint changed since the senders were last looked at.
    pub(crate) senders_changed: bool,
    /// True if the profile or the last entry cannot be read: nothing is decided, and only verification answers.
    is_damaged: bool,
}

/// Number of entries between two records of the settled number.
const SETTLED_STEP: u64 = 1000;

/// Maximum number of arrived cash-ins with outdated rows.
const MAX_ARRIVED: usize = 64;

/// Deadline of a pending operation's request.
fn pending_deadline(operation: &Operation) -> Option<(Timestamp, Deadline)> {
    let facts = &operation.facts;
    let at = facts.created_at.plus_ms(ApprovalKind::Operation.lapses_after_ms());
    facts.approval.filter(|_| operation.state.status == OperationStatus::Pending).map(|id| (at, Deadline::Approval(id)))
}

/// Columns of a day's volume for [`stored_volume`]. Numbers beyond 2^53 are not exact in JavaScript, so the volume
/// travels as text.
pub(crate) const VOLUME: &str = "parts, CAST(volume AS TEXT)";

/// The volume of a row of `days`.
pub(crate) fn stored_volume((parts, rest): (i64, String)) -> Result<Total, InternalError> {
    let rest = rest.parse().map_err(|_| InternalError::new("a stored volume that cannot be parsed"))?;
    Ok(Total::of_parts(parts, rest))
}

/// A stored document, or nothing where it cannot be read.
fn readable<T: DeserializeOwned>(row: Option<(String,)>) -> Option<T> {
    stored(row).inspect_err(report).ok().flatten()
}

/// Stands for a profile that cannot be read; with it, nothing but verification answers.
fn unreadable_profile() -> Profile {
    Profile {
        entry: 0,
        id: DistributorID::from_uuid(Uuid::nil()),
        name: String::new(),
        currency: String::new(),
        suspended: true,
        second_factor: Requirement::Optional,
        low_float: None,
        low_since: None,
        created_at: Timestamp::from_unix_ms(0),
    }
}

fn stored<T: DeserializeOwned>(row: Option<(String,)>) -> Result<Option<T>, InternalError> {
    row.map(|(document,)| json_text::read(&document)).transpose()
}

impl SqlStore {
    /// Loads the values that every call needs. `profile` is given if it is not stored yet. An altered value must not
    /// keep the object from loading, since verification is what finds it.
    pub(crate) fn open(db: Rc<Storage>, profile: Option<Profile>) -> Result<Self, InternalError> {
        let profile = match profile {
            Some(profile) => Some(profile),
            None => readable(db.row("SELECT value FROM meta WHERE name = 'profile'", NONE)?),
        };
        let members: Vec<(String,)> = db.rows("SELECT doc FROM members ORDER BY n", NONE)?;
        let members = members.into_iter().filter_map(|row| readable(Some(row))).map(Rc::new).collect();
        let count = |name: &str| -> Result<u64, InternalError> {
            let stored: Option<(String,)> = db.row("SELECT value FROM meta WHERE name = ?", (name,))?;
            Ok(stored.and_then(|(value,)| value.parse().ok()).unwrap_or(0))
        };
        let index = Progress { segments: count("indexed_segments")?, next: None, merged_parts: count("merged_parts")? };
        let settled_below = count("settled_below")?;
        let is_damaged = profile.is_none();
        let profile = profile.unwrap_or_else(unreadable_profile);
        let numbering = profile.numbering();
        let mut store = Self {
            numbering,
            profile: Rc::new(profile),
            head: Head::default(),
            members,
            deadline: None,
            first_pending: None,
            keys: RefCell::default(),
            digests: RefCell::default(),
            volumes: RefCell::default(),
            given_back: RefCell::default(),
            max_given_back: config().map_or(MAX_GIVEN_BACK, |config| config.given_back_per_key_day),
            pending: RefCell::default(),
            origins: Origins::new(db.clone(), numbering),
            deliveries: BTreeMap::new(),
            arrived: Vec::new(),
            settled_below,
            room: Room::of(0, room::MAX_BYTES, 0),
            tally: None,
            index,
            anchor: readable(db.row("SELECT value FROM meta WHERE name = 'anchor'", NONE)?),
            news: Vec::new(),
            listened: true,
            senders_changed: true,
            is_damaged,
            db,
        };
        match store.last_head() {
            Ok(head) => store.head = head,
            Err(fault) => {
                report(&fault);
                store.is_damaged = true;
            }
        }
        store.load_deadline()?;
        store.load_first_pending()?;
        store.load_deliveries()?;
        if let Err(fault) = store.measure_room() {
            report(&fault);
        }
        Ok(store)
    }

    /// Refuses a decision on storage whose profile or last entry cannot be read.
    pub(crate) fn must_be_readable(&self) -> Result<(), InternalError> {
        if self.is_damaged {
            return Err(InternalError::new(
                "the profile or the last entry of the chain cannot be read: verify the chain",
            ));
        }
        Ok(())
    }

    /// Measures how full the storage is; growing takes longer than the time between two alarms.
    pub(crate) fn measure_room(&mut self) -> Result<(), InternalError> {
        let most = config().map_or(room::MAX_BYTES, |config| config.storage_bytes);
        self.room = Room::of(self.db.bytes(), most, self.operations_told()?);
        Ok(())
    }

    fn load_deadline(&mut self) -> Result<(), InternalError> {
        self.deadline = None;
        // The consistency check finds one that is of nothing, or at no time.
        for unreadable in 0_u64.. {
            let first: Option<(i64, String)> = self.db.row(
                "SELECT at, due FROM deadlines WHERE at BETWEEN 0 AND 9007199254740991 ORDER BY at, due LIMIT 1 OFFSET ?",
                (unreadable,),
            )?;
            let Some((at, due)) = first else { break };
            match due.parse() {
                Ok(deadline) => {
                    self.deadline = Some((Timestamp::from_unix_ms(at), deadline));
                    break;
                }
                Err(fault) => report(&fault),
            }
        }
        Ok(())
    }

    fn load_first_pending(&mut self) -> Result<(), InternalError> {
        let first = self.readable_operations("WHERE approval = 0 ORDER BY n LIMIT 1", NONE)?.pop();
        self.first_pending = first.as_ref().and_then(pending_deadline);
        Ok(())
    }

    fn load_deliveries(&mut self) -> Result<(), InternalError> {
        for operation in self.readable_operations("WHERE n >= ? AND status = 0 ORDER BY n", (self.settled_below,))? {
            self.deliveries.insert(operation.number, Delivery::of_operation(&operation));
        }
        let requests: Vec<(String,)> = self.db.rows("SELECT doc FROM requests WHERE released = 0 ORDER BY n", NONE)?;
        for request in requests.into_iter().filter_map(|row| readable::<CashOutRequest>(Some(row))) {
            self.deliveries.insert(request.number, Delivery::of_request(&request));
        }
        Ok(())
    }

    /// Undoes a failed command: its news beyond the first `told_before` are dropped, and after an internal error
    /// everything is read again; where that fails, the object is dropped. A refusal has written nothing.
    pub(crate) fn undo(&mut self, refused: &Error, told_before: usize) -> Result<(), InternalError> {
        match refused {
            Error::Refusal(_) => self.news.truncate(told_before),
            Error::Internal(_) => *self = Self::open(self.db.clone(), None).inspect_err(|_| self.db.lose())?,
        }
        Ok(())
    }

    /// Writes all arrivals in one statement.
    pub(crate) fn note_arrivals(&mut self) -> Result<(), InternalError> {
        if self.arrived.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = self.arrived.iter().map(|operation| (operation.number, Changed(operation).took())).collect();
        self.db.run(
            "UPDATE operations SET status = 1, took = arrived.value ->> 1 FROM json_each(?) AS arrived \
             WHERE n = arrived.value ->> 0",
            (json_text::write(&rows)?,),
        )?;
        self.arrived.clear();
        Ok(())
    }

    /// Writes the arrivals once there are many, so under load one statement serves many. A lost arrival is harmless:
    /// the wallet has the money, is told again, and acknowledges again.
    pub(crate) fn note_many_arrivals(&mut self) -> Result<(), InternalError> {
        if self.arrived.len() < MAX_ARRIVED { Ok(()) } else { self.note_arrivals() }
    }

    /// Time of the first unwritten arrival.
    pub(crate) fn arrived_since(&self) -> Option<Timestamp> {
        self.arrived.first().map(|operation| operation.state.updated_at)
    }

    /// The current state of an operation read from its row.
    fn present(&self, read: Operation) -> Operation {
        self.arrived.iter().find(|arrived| arrived.number == read.number).cloned().unwrap_or(read)
    }

    /// The lowest number of an operation in transit.
    pub(crate) fn first_on_its_way(&self) -> u64 {
        self.deliveries.keys().next().copied().unwrap_or(self.head.number + 1)
    }

    /// Records that no operation below the current head needs delivery, if none is due. Written only now and then: it
    /// just spares the next loading some rows.
    pub(crate) fn mark_settled(&mut self) -> Result<(), InternalError> {
        let below = self.head.number + 1;
        if !self.deliveries.is_empty() || below < self.settled_below + SETTLED_STEP {
            return Ok(());
        }
        self.set_settled_below(below)
    }

    fn set_settled_below(&mut self, below: u64) -> Result<(), InternalError> {
        self.settled_below = below;
        self.put_meta("settled_below", &below.to_string())
    }

    fn put_meta(&self, name: &str, value: &str) -> Result<(), InternalError> {
        self.db.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
    }

    /// Records the chain head sent to the issuer.
    pub(crate) fn set_anchor(&mut self, anchor: Anchor) -> Result<(), InternalError> {
        self.anchor = Some(anchor);
        self.put_meta("anchor", &json_text::write(&anchor)?)
    }

    /// Drops values that are loaded once, so that they are read from storage again.
    pub(crate) fn drop_loaded_origins(&self) {
        self.origins.clear();
    }

    /// The number of a key's row.
    pub(crate) fn key_number(&self, key: KeyID) -> Result<u64, InternalError> {
        self.number_of(key.uuid()).ok_or_else(|| InternalError::new("a key ID outside this distributor's numbering"))
    }

    fn number_of(&self, uuid: uuid::Uuid) -> Option<u64> {
        self.numbering.number(uuid)
    }

    fn track(&mut self, operation: &Operation) -> Result<(), InternalError> {
        if operation.state.status == OperationStatus::Processing {
            if operation.number < self.settled_below {
                self.set_settled_below(operation.number)?;
            }
            self.deliveries.insert(operation.number, Delivery::of_operation(operation));
        } else {
            self.deliveries.remove(&operation.number);
        }
        Ok(())
    }

    /// Updates the count of a key's pending operations, if loaded.
    fn count_pending(&mut self, operation: &Operation, change: i32) {
        if let Some((key, _)) = operation.facts.key
            && let Some(count) = self.pending.get_mut().get_mut(&key)
        {
            *count = count.saturating_add_signed(change);
        }
    }

    /// The stored form of an operation.
    pub(crate) fn stored_operation(&self, id: OperationID) -> Result<Option<Operation>, InternalError> {
        let number = match self.number_of(id.uuid()) {
            Some(number) => Some(number),
            None => self.request(id)?.and_then(|request| request.attempt),
        };
        let Some(number) = number else { return Ok(None) };
        Ok(self.operation_at(number)?.filter(|operation| operation.facts.id == id))
    }

    pub(crate) fn operation_at(&self, number: u64) -> Result<Option<Operation>, InternalError> {
        Ok(self.operations("WHERE n = ?", (number,))?.pop())
    }
}
