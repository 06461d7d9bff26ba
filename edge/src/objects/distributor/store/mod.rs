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
use universal_wallet_core::id::{KeyID, OperationID};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::model::{CashOutRequest, Operation, OperationStatus};
use universal_wallet_core::operations::search_index::Progress;
use universal_wallet_core::operations::statement::Tally;
use universal_wallet_core::people::model::Member;
use universal_wallet_core::room::{self, Room};
use universal_wallet_core::store::{Deadline, MAX_GIVEN_BACK, Profile, Store as _};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::numbered_id::Numbering;
use universal_wallet_core::total::Total;
use universal_wallet_sdk::Timestamp;

use self::delivery::Delivery;
use self::origin::Origins;
use self::rows::Changed;
use crate::platform::config::config;
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

fn stored<T: DeserializeOwned>(row: Option<(String,)>) -> Result<Option<T>, InternalError> {
    row.map(|(document,)| json_text::read(&document)).transpose()
}

impl SqlStore {
    /// Loads the values that every call needs. `profile` is given if it is not stored yet.
    pub(crate) fn open(db: Rc<Storage>, profile: Option<Profile>) -> Result<Self, InternalError> {
        let profile = match profile {
            Some(profile) => profile,
            None => stored(db.row("SELECT value FROM meta WHERE name = 'profile'", NONE)?)?
                .ok_or_else(|| InternalError::new("a distributor without a profile"))?,
        };
        let members: Vec<(String,)> = db.rows("SELECT doc FROM members ORDER BY n", NONE)?;
        let members: Result<_, InternalError> =
            members.into_iter().map(|(text,)| Ok(Rc::new(json_text::read(&text)?))).collect();
        let settled: Option<(String,)> = db.row("SELECT value FROM meta WHERE name = 'settled_below'", NONE)?;
        let indexed: Option<(String,)> = db.row("SELECT value FROM meta WHERE name = 'indexed_segments'", NONE)?;
        let numbering = profile.numbering();
        let mut store = Self {
            numbering,
            profile: Rc::new(profile),
            head: Head::default(),
            members: members?,
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
            settled_below: settled.and_then(|(value,)| value.parse().ok()).unwrap_or(0),
            room: Room::of(0, room::MAX_BYTES, 0),
            tally: None,
            index: Progress { segments: indexed.and_then(|(value,)| value.parse().ok()).unwrap_or(0), next: None },
            anchor: stored(db.row("SELECT value FROM meta WHERE name = 'anchor'", NONE)?)?,
            news: Vec::new(),
            listened: true,
            senders_changed: true,
            db,
        };
        store.head = store.last_head()?;
        store.load_deadline()?;
        store.load_first_pending()?;
        store.load_deliveries()?;
        store.measure_room()?;
        Ok(store)
    }

    /// Measures how full the storage is; growing takes longer than the time between two alarms.
    pub(crate) fn measure_room(&mut self) -> Result<(), InternalError> {
        let most = config().map_or(room::MAX_BYTES, |config| config.storage_bytes);
        self.room = Room::of(self.db.bytes(), most, self.operations_told()?);
        Ok(())
    }

    fn load_deadline(&mut self) -> Result<(), InternalError> {
        let first: Option<(i64, String)> =
            self.db.row("SELECT at, due FROM deadlines ORDER BY at, due LIMIT 1", NONE)?;
        self.deadline =
            first.map(|(at, due)| Ok::<_, InternalError>((Timestamp::from_unix_ms(at), due.parse()?))).transpose()?;
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
        for (text,) in requests {
            let request: CashOutRequest = json_text::read(&text)?;
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
