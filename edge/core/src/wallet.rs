//! A wallet: entries with running balance, holds for cash-out requests, each operation applied once.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::{Amount, Phone, Timestamp};

use crate::error::{Code, InternalError, Outcome, Refusal, refuse};
use crate::id::{DistributorID, OperationID};

/// Status of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldStatus {
    /// The distributor does not know of the request yet.
    Announcing,
    /// The distributor knows of the request and decides it.
    Held,
    /// The money went to the distributor.
    Captured,
    /// The money is free again.
    Released,
}

impl HoldStatus {
    /// Stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announcing => "announcing",
            Self::Held => "held",
            Self::Captured => "captured",
            Self::Released => "released",
        }
    }
}

/// A customer's request to be paid out, and the money held for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// ID of the request.
    pub id: OperationID,
    /// Distributor that is to pay.
    pub distributor: DistributorID,
    /// The customer, as spelt in the request.
    pub from: Phone,
    /// Amount held.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// Time of the customer's request.
    pub created_at: Timestamp,
    /// Status of the hold.
    pub status: HoldStatus,
    /// Number of announcements to the distributor.
    #[serde(default)]
    pub announcements: u32,
}

/// A wallet's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// Whole balance.
    pub balance: Amount,
    /// Part of the balance held for requests.
    pub held: Amount,
}

impl Funds {
    /// Balance minus holds.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).unwrap_or_default()
    }
}

/// A wallet's storage.
pub trait WalletStore {
    /// The funds after the last entry and all holds.
    fn funds(&self) -> Funds;
    /// Appends an operation's entry with a signed amount and the resulting balance. If the operation already has an
    /// entry, nothing changes and its amount is returned: zero for a refused cash-in.
    fn append(
        &mut self,
        id: OperationID,
        minor: i64,
        balance: Amount,
        now: Timestamp,
    ) -> Result<Option<i64>, InternalError>;
    /// A hold by the ID of its request.
    fn hold(&self, id: OperationID) -> Result<Option<Hold>, InternalError>;
    /// Writes a new or changed hold; `held` is the new sum of all holds.
    fn put_hold(&mut self, hold: &Hold, held: Amount) -> Result<(), InternalError>;
}

/// Result of a cash-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The wallet took the money.
    Taken,
    /// The balance would have passed the maximum, so the money returns to the float. The refusal is final even if room
    /// appears later, since it may already be in transit.
    Refused,
}

/// Credits a cash-in; decided once, however often it is delivered.
pub fn credit(
    store: &mut dyn WalletStore,
    id: OperationID,
    amount: Amount,
    now: Timestamp,
) -> Result<Credited, InternalError> {
    let before = store.funds().balance;
    let (minor, balance) = match before.checked_add(amount) {
        Some(balance) => (amount.minor(), balance),
        None => (0, before),
    };
    let brought = store.append(id, minor, balance, now)?.unwrap_or(minor);
    Ok(if brought == 0 { Credited::Refused } else { Credited::Taken })
}

/// Places a hold for a customer's cash-out request.
pub fn place_hold(store: &mut dyn WalletStore, hold: &Hold) -> Outcome<()> {
    let funds = store.funds();
    let held = funds.held.checked_add(hold.amount).filter(|held| *held <= funds.balance);
    let Some(held) = held else {
        return refuse(Code::InsufficientBalance, format!("Only {} of the wallet is available.", funds.available()));
    };
    Ok(store.put_hold(hold, held)?)
}

fn lower(store: &dyn WalletStore, hold: &Hold) -> Result<Amount, InternalError> {
    store
        .funds()
        .held
        .checked_sub(hold.amount)
        .ok_or_else(|| InternalError::new("a hold that exceeds the sum of all holds"))
}

/// Captures a hold after the distributor paid the customer: the held money leaves the wallet, once.
pub fn capture(store: &mut dyn WalletStore, id: OperationID, now: Timestamp) -> Outcome<()> {
    let Some(hold) = store.hold(id)? else { return Err(Refusal::not_found().into()) };
    match hold.status {
        HoldStatus::Captured => return Ok(()),
        HoldStatus::Released => return refuse(Code::InvalidState, "This hold was released."),
        HoldStatus::Announcing | HoldStatus::Held => {}
    }
    let held = lower(store, &hold)?;
    let balance = store
        .funds()
        .balance
        .checked_sub(hold.amount)
        .ok_or_else(|| InternalError::new("a hold that exceeds the balance"))?;
    store.put_hold(&Hold { status: HoldStatus::Captured, ..hold.clone() }, held)?;
    match store.append(id, -hold.amount.minor(), balance, now)? {
        None => Ok(()),
        Some(_) => Err(InternalError::new("a wallet entry for a hold that is not captured").into()),
    }
}

/// Releases the hold of a request that was cancelled, lapsed or never accepted.
pub fn release(store: &mut dyn WalletStore, id: OperationID) -> Result<(), InternalError> {
    match store.hold(id)? {
        Some(hold) if matches!(hold.status, HoldStatus::Announcing | HoldStatus::Held) => {
            let held = lower(store, &hold)?;
            store.put_hold(&Hold { status: HoldStatus::Released, ..hold }, held)
        }
        _ => Ok(()),
    }
}

/// Counts an announcement to the distributor and returns its number.
pub fn announce(store: &mut dyn WalletStore, id: OperationID) -> Result<u32, InternalError> {
    let Some(hold) = store.hold(id)? else { return Err(InternalError::new("an announcement for a missing hold")) };
    let announcements = hold.announcements.saturating_add(1);
    let held = store.funds().held;
    store.put_hold(&Hold { announcements, ..hold }, held)?;
    Ok(announcements)
}

/// Records that the distributor knows of the request.
pub fn announced(store: &mut dyn WalletStore, id: OperationID) -> Result<(), InternalError> {
    match store.hold(id)? {
        Some(hold) if hold.status == HoldStatus::Announcing => {
            let held = store.funds().held;
            store.put_hold(&Hold { status: HoldStatus::Held, ..hold }, held)
        }
        _ => Ok(()),
    }
}

/// Releases the hold of a request that the distributor refused; returns whether the money is free again. Only the
/// answer to the latest announcement counts: a later announcement may have been accepted while this answer was in
/// transit.
pub fn refused(store: &mut dyn WalletStore, id: OperationID, announcement: u32) -> Result<bool, InternalError> {
    match store.hold(id)? {
        Some(hold) if hold.status == HoldStatus::Announcing && hold.announcements == announcement => {
            release(store, id).map(|()| true)
        }
        _ => Ok(false),
    }
}
