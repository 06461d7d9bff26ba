//! The reference model of a distributor: the contract in plain numbers and words. It calls none of the rules and has no
//! chain, digests or text.

use std::collections::BTreeMap;

use universal_wallet_core::error::Code;
use universal_wallet_core::id::{ApprovalID, KeyID, OperationID, UserID};
use universal_wallet_core::people::model::Role;

use crate::support::{DAY_MS, HOUR_MS};

/// Milliseconds since 1970.
pub(crate) type Ms = i64;
/// Money in minor units.
pub(crate) type Minor = i128;

/// Maximum balance.
pub(crate) const MAX_BALANCE: Minor = 99_999_999_999_999_999;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyState {
    Pending,
    Approved,
    Active,
    Expired,
    Revoked,
    Rejected,
    Withdrawn,
    Lapsed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) most: Option<Minor>,
    pub(crate) day: Option<Minor>,
    pub(crate) auto: Minor,
    pub(crate) performs: bool,
    pub(crate) listed: bool,
    pub(crate) days: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: KeyID,
    pub(crate) limits: Limits,
    pub(crate) state: KeyState,
    pub(crate) maker: UserID,
    pub(crate) checker: Option<UserID>,
    pub(crate) decided_at: Option<Ms>,
    pub(crate) claimed: bool,
    pub(crate) expires: Ms,
    /// Index of the first key of its line.
    pub(crate) line: usize,
    pub(crate) replaces: Option<usize>,
    pub(crate) overlap_hours: i64,
    pub(crate) replaced: bool,
    /// True if it lapsed because its predecessor was revoked.
    pub(crate) fell_with: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationState {
    Pending,
    Processing,
    Completed,
    Rejected,
    Expired,
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) number: u64,
    pub(crate) id: OperationID,
    pub(crate) wallet: String,
    pub(crate) amount: Minor,
    pub(crate) state: OperationState,
    pub(crate) key: Option<usize>,
    pub(crate) maker: UserID,
    pub(crate) automatic: bool,
    pub(crate) decided_by: Option<UserID>,
    pub(crate) day: i64,
    /// Payment to the customer; `None` for a cash-in.
    pub(crate) paid: Option<Paid>,
}

/// Means of payment (two kinds) and reference.
pub(crate) type Paid = (bool, Option<u8>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskState {
    Pending,
    Approved,
    Rejected,
    Withdrawn,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Key(usize),
    Operation(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) id: ApprovalID,
    pub(crate) about: About,
    pub(crate) maker: UserID,
    pub(crate) state: AskState,
    pub(crate) expires: Ms,
    pub(crate) decided_by: Option<UserID>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestState {
    Open,
    Taken,
    Paid,
    Cancelled,
    Expired,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) wallet: String,
    pub(crate) amount: Minor,
    pub(crate) state: RequestState,
    pub(crate) expires: Ms,
    /// Time at which a lapse reopened the request; the new expiry is read from the rules and checked against the
    /// promised range.
    pub(crate) put_back_at: Option<Ms>,
    pub(crate) operation: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    Operation(usize),
    Key(usize),
    Float,
}

/// A distributor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Office {
    pub(crate) members: BTreeMap<UserID, Vec<Role>>,
    pub(crate) suspended: bool,
    pub(crate) balance: Minor,
    pub(crate) issued: Minor,
    pub(crate) charged: Minor,
    pub(crate) cashed_out: Minor,
    pub(crate) keys: Vec<Key>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) asks: Vec<Ask>,
    pub(crate) pending: Vec<usize>,
    pub(crate) requests: BTreeMap<OperationID, Request>,
    /// The last refused announcement of each request.
    pub(crate) refused: BTreeMap<OperationID, u32>,
    /// Request IDs in order of arrival.
    pub(crate) order: Vec<OperationID>,
    pub(crate) volumes: BTreeMap<(usize, i64), Minor>,
    /// Operations of a line of keys that were given back, by the day on which they were.
    pub(crate) given_back: BTreeMap<(usize, i64), u32>,
    pub(crate) max_given_back: u32,
    /// The current day.
    pub(crate) today: i64,
    pub(crate) calls: BTreeMap<(String, String), (String, Made)>,
}

impl Office {
    pub(crate) fn holds(&self, user: UserID, role: Role) -> bool {
        self.members[&user].contains(&role)
    }

    pub(crate) fn must_hold(&self, user: UserID, roles: &[Role]) -> Result<(), Code> {
        if roles.iter().any(|role| self.holds(user, *role)) { Ok(()) } else { Err(Code::RoleRequired) }
    }

    pub(crate) fn must_not_be_suspended(&self) -> Result<(), Code> {
        if self.suspended { Err(Code::DistributorSuspended) } else { Ok(()) }
    }

    /// Amount held by pending cash-ins.
    pub(crate) fn held(&self) -> Minor {
        let operations = self.pending.iter().filter_map(|ask| match self.asks[*ask].about {
            About::Operation(index) => Some(&self.operations[index]),
            About::Key(_) => None,
        });
        operations.filter(|operation| operation.paid.is_none()).map(|operation| operation.amount).sum()
    }

    pub(crate) fn available(&self) -> Minor {
        self.balance - self.held()
    }

    /// Amount that may still reach the float: from wallets, and back from wallets that cannot take a cash-in.
    pub(crate) fn incoming(&self) -> Minor {
        let due = self.operations.iter().filter(|it| it.state == OperationState::Processing);
        due.map(|operation| operation.amount).sum()
    }

    /// Result of an earlier call with this idempotency key.
    pub(crate) fn before(&self, scope: &str, key: Option<&String>, asked: &str) -> Result<Option<Made>, Code> {
        let Some(key) = key else { return Ok(None) };
        match self.calls.get(&(scope.into(), key.clone())) {
            Some((before, made)) if before == asked => Ok(Some(*made)),
            Some(_) => Err(Code::IdempotencyKeyReused),
            None => Ok(None),
        }
    }

    pub(crate) fn remember(&mut self, scope: &str, key: Option<&String>, asked: &str, made: Made) {
        if let Some(key) = key {
            self.calls.insert((scope.into(), key.clone()), (asked.into(), made));
        }
    }

    pub(crate) fn ask(&mut self, id: ApprovalID, about: About, maker: UserID, expires: Ms) {
        self.pending.push(self.asks.len());
        self.asks.push(Ask { id, about, maker, state: AskState::Pending, expires, decided_by: None });
    }

    pub(crate) fn volume_of(&mut self, operation: usize) -> Option<&mut Minor> {
        let Operation { key, day, .. } = self.operations[operation];
        key.map(|key| self.volumes.entry((self.keys[key].line, day)).or_default())
    }

    /// Takes an operation out of its day's volume, and counts that it was given back.
    pub(crate) fn give_back(&mut self, index: usize) {
        let Operation { amount, key, .. } = self.operations[index];
        if let Some(volume) = self.volume_of(index) {
            *volume -= amount;
        }
        if let Some(key) = key {
            *self.given_back.entry((self.keys[key].line, self.today)).or_default() += 1;
        }
    }

    /// Ends an ask without carrying it out, and gives back everything that it held.
    pub(crate) fn end(&mut self, ask: usize, state: AskState, by: Option<UserID>, now: Ms) {
        self.pending.retain(|pending| *pending != ask);
        self.asks[ask].state = state;
        self.asks[ask].decided_by = by;
        match self.asks[ask].about {
            About::Key(key) => {
                self.keys[key].state = match state {
                    AskState::Rejected => KeyState::Rejected,
                    AskState::Withdrawn => KeyState::Withdrawn,
                    _ => KeyState::Lapsed,
                };
            }
            About::Operation(index) => {
                self.give_back(index);
                let operation = &mut self.operations[index];
                operation.state =
                    if state == AskState::Expired { OperationState::Expired } else { OperationState::Rejected };
                if operation.paid.is_some() {
                    let request = self.requests.get_mut(&operation.id).unwrap();
                    request.state = RequestState::Open;
                    request.expires = request.expires.max(now + HOUR_MS);
                    request.put_back_at = (state == AskState::Expired).then_some(now);
                }
            }
        }
    }

    /// Ends everything due.
    pub(crate) fn expire(&mut self, now: Ms) {
        let due: Vec<usize> = self.pending.iter().copied().filter(|ask| self.asks[*ask].expires <= now).collect();
        for ask in due {
            self.end(ask, AskState::Expired, None, self.asks[ask].expires);
        }
        for key in &mut self.keys {
            if key.state == KeyState::Approved && key.decided_at.unwrap() + DAY_MS <= now {
                key.state = KeyState::Lapsed;
            } else if key.state == KeyState::Active && key.expires <= now {
                key.state = KeyState::Expired;
            }
        }
        for request in self.requests.values_mut() {
            if request.state == RequestState::Open && request.expires <= now {
                request.state = RequestState::Expired;
            }
        }
    }
}
