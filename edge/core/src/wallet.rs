//! A wallet: entries with running balance, holds for cash-out requests, each operation taken once.

use serde::{Deserialize, Serialize};
use universal_wallet::id::{DistributorID, OperationID};
use universal_wallet::{Amount, Phone, Timestamp};

use crate::error::{Code, InternalError, Outcome, Refusal, refuse};

/// Where a hold stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldStatus {
    /// The distributor does not know of the request yet.
    Announcing,
    /// The distributor decides what becomes of it.
    Held,
    /// The money went to the distributor.
    Captured,
    /// The money is free again.
    Released,
}

impl HoldStatus {
    /// As it is stored.
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
    /// Names the request.
    pub id: OperationID,
    /// Who pays it out.
    pub distributor: DistributorID,
    /// The customer, as spelt in the request.
    pub from: Phone,
    /// How much.
    pub amount: Amount,
    /// The customer's note.
    pub memo: Option<String>,
    /// When the customer asked.
    pub created_at: Timestamp,
    /// Where it stands.
    pub status: HoldStatus,
    /// How often the distributor was told of it.
    #[serde(default)]
    pub announcements: u32,
}

/// A wallet's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// All of it.
    pub balance: Amount,
    /// What requests hold of it.
    pub held: Amount,
}

impl Funds {
    /// What is free.
    pub fn available(&self) -> Amount {
        self.balance.checked_sub(self.held).unwrap_or_default()
    }
}

/// A wallet's storage.
pub trait WalletStore {
    /// The money, as the last entry and the holds leave it.
    fn funds(&self) -> Funds;
    /// Appends the entry of an operation, so much in (or out, when negative), leaving the balance;
    /// where the operation has an entry already, nothing but what that brought: zero where its
    /// cash-in was refused.
    fn append(
        &mut self,
        id: OperationID,
        minor: i64,
        balance: Amount,
        now: Timestamp,
    ) -> Result<Option<i64>, InternalError>;
    /// A hold by its request.
    fn hold(&self, id: OperationID) -> Result<Option<Hold>, InternalError>;
    /// Adds or changes a hold; `held` is what all of them hold then.
    fn put_hold(&mut self, hold: &Hold, held: Amount) -> Result<(), InternalError>;
}

/// What became of a cash-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credited {
    /// The money is in the wallet.
    Taken,
    /// The balance would have passed the largest, so the money goes back to the float, for ever:
    /// room that comes later changes nothing, since the refusal may be on its way.
    Refused,
}

/// A cash-in arrives: decided once, however often it is told.
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

/// A customer asks to be paid out: the money is held.
pub fn place_hold(store: &mut dyn WalletStore, hold: &Hold) -> Outcome<()> {
    let funds = store.funds();
    let held = funds.held.checked_add(hold.amount).filter(|held| *held <= funds.balance);
    let Some(held) = held else {
        return refuse(Code::InsufficientBalance, format!("Only {} of the wallet is available.", funds.available()));
    };
    Ok(store.put_hold(hold, held)?)
}

fn lower(store: &dyn WalletStore, hold: &Hold) -> Result<Amount, InternalError> {
    store.funds().held.checked_sub(hold.amount).ok_or_else(|| InternalError::new("a hold of more than is held"))
}

/// The distributor paid the customer: the held money leaves the wallet, once.
pub fn capture(store: &mut dyn WalletStore, id: OperationID, now: Timestamp) -> Outcome<()> {
    let Some(hold) = store.hold(id)? else { return Err(Refusal::not_found().into()) };
    match hold.status {
        HoldStatus::Captured => return Ok(()),
        HoldStatus::Released => return refuse(Code::InvalidState, "This hold was released."),
        HoldStatus::Announcing | HoldStatus::Held => {}
    }
    let held = lower(store, &hold)?;
    let balance =
        store.funds().balance.checked_sub(hold.amount).ok_or_else(|| InternalError::new("a hold past the balance"))?;
    store.put_hold(&Hold { status: HoldStatus::Captured, ..hold.clone() }, held)?;
    match store.append(id, -hold.amount.minor(), balance, now)? {
        None => Ok(()),
        Some(_) => Err(InternalError::new("an entry of a hold that was not captured").into()),
    }
}

/// The request was cancelled, or lapsed, or never accepted: the held money is free again.
pub fn release(store: &mut dyn WalletStore, id: OperationID) -> Result<(), InternalError> {
    match store.hold(id)? {
        Some(hold) if matches!(hold.status, HoldStatus::Announcing | HoldStatus::Held) => {
            let held = lower(store, &hold)?;
            store.put_hold(&Hold { status: HoldStatus::Released, ..hold }, held)
        }
        _ => Ok(()),
    }
}

/// The distributor is told of the request: which announcement this is.
pub fn announce(store: &mut dyn WalletStore, id: OperationID) -> Result<u32, InternalError> {
    let Some(hold) = store.hold(id)? else { return Err(InternalError::new("an announcement of no request")) };
    let announcements = hold.announcements.saturating_add(1);
    let held = store.funds().held;
    store.put_hold(&Hold { announcements, ..hold }, held)?;
    Ok(announcements)
}

/// The distributor knows of the request.
pub fn announced(store: &mut dyn WalletStore, id: OperationID) -> Result<(), InternalError> {
    match store.hold(id)? {
        Some(hold) if hold.status == HoldStatus::Announcing => {
            let held = store.funds().held;
            store.put_hold(&Hold { status: HoldStatus::Held, ..hold }, held)
        }
        _ => Ok(()),
    }
}

/// The distributor refuses the request. Only the answer to the latest announcement counts: a later
/// one may have been accepted while this answer was on its way. Whether the money is free again.
pub fn refused(store: &mut dyn WalletStore, id: OperationID, announcement: u32) -> Result<bool, InternalError> {
    match store.hold(id)? {
        Some(hold) if hold.status == HoldStatus::Announcing && hold.announcements == announcement => {
            release(store, id).map(|()| true)
        }
        _ => Ok(false),
    }
}
