//! Deliveries: what a wallet is told until it has acknowledged it. Money that left the float, or
//! is due from a wallet, is on an operation in `processing` until then.

use serde::{Deserialize, Serialize};
use universal_wallet::id::OperationID;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::distributor::decide_operation;
use universal_wallet_core::operation::{Operation, Request, phone_wallet};
use universal_wallet_core::refusal::{Code, Fault, Refused};
use universal_wallet_core::store::Store;

use super::{After, Open, Then};
use crate::messages::ToWallet;
use crate::platform::answer::report;
use crate::platform::random;
use crate::platform::step::{Kind, Step, read_reply};

/// The first repetition comes so long after the first attempt, in milliseconds.
pub(crate) const FIRST_RETRY_MS: i64 = 2_000;
/// Repetitions are never further apart.
const MOST_RETRY_MS: i64 = 300_000;

/// What a wallet has to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) operation: OperationID,
    pub(crate) wallet: String,
    pub(crate) what: What,
    /// How often it was tried.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// When it is tried again.
    #[serde(default)]
    pub(crate) next_at_ms: i64,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    Credit(Amount),
    Capture(Amount),
    Release,
}

impl Delivery {
    /// A cash-in to credit, or a cash-out to capture.
    pub(crate) fn of_operation(operation: &Operation) -> Self {
        let facts = &operation.facts;
        let what = if facts.is_cash_in() { What::Credit(facts.amount) } else { What::Capture(facts.amount) };
        Self { operation: facts.id, wallet: facts.wallet(), what, attempts: 0, next_at_ms: 0 }
    }

    /// A request that is over.
    pub(crate) fn of_request(request: &Request) -> Self {
        let wallet = phone_wallet(&request.from);
        Self { operation: request.id, wallet, what: What::Release, attempts: 0, next_at_ms: 0 }
    }

    /// What it may bring to the float: a cash-in comes back where the wallet cannot take it.
    pub(crate) const fn incoming(&self) -> Option<Amount> {
        match self.what {
            What::Capture(amount) | What::Credit(amount) => Some(amount),
            What::Release => None,
        }
    }

    /// What the wallet is told.
    pub(crate) const fn message(&self) -> ToWallet {
        let operation = self.operation;
        match self.what {
            What::Credit(amount) => ToWallet::Credit { operation, amount },
            What::Capture(_) => ToWallet::Capture { operation },
            What::Release => ToWallet::Release { operation },
        }
    }

    /// Counts an attempt; the next comes twice as late, with up to a half of jitter.
    pub(crate) fn attempted(&mut self, now: Timestamp, random: u64) {
        let doubled = FIRST_RETRY_MS << self.attempts.min(8);
        let wait = doubled.min(MOST_RETRY_MS);
        let jitter = i64::try_from(random % 1000).unwrap_or(0) * wait / 2000;
        self.attempts = self.attempts.saturating_add(1);
        self.next_at_ms = now.unix_ms() + wait + jitter;
    }
}

impl Open {
    /// Tells a wallet what it has to be told; what follows comes with its acknowledgement.
    pub(super) fn deliver(&mut self, number: u64, after: After, now: Timestamp) -> String {
        let random = random::bits().unwrap_or_default();
        let Some(delivery) = self.store.deliveries.get_mut(&number) else { return self.follow(number, after, now) };
        delivery.attempted(now, random);
        let (wallet, message) = (delivery.wallet.clone(), delivery.message());
        let then = Then::Delivered { number, answer: after };
        match Step::ask(Kind::Wallet, wallet, &message, &then) {
            Ok(step) => step.text(""),
            Err(fault) => {
                report("", &fault);
                Step::Done.text("")
            }
        }
    }

    /// A wallet acknowledged, or did not: then the alarm tells it again.
    pub(super) fn delivered(&mut self, number: u64, after: After, reply: &str, now: Timestamp) -> String {
        let Some(delivery) = self.store.deliveries.get(&number).cloned() else {
            return self.follow(number, after, now);
        };
        match read_reply::<()>(reply) {
            Ok(()) => {
                let id = delivery.operation;
                let done = self.write(|store| match delivery.what {
                    What::Release => Ok(store.request_released(id)?),
                    What::Credit(_) | What::Capture(_) => Ok(decide_operation::arrived(store, now, id).map(|_| ())?),
                });
                if let Err(Refused::Fault(fault)) = done {
                    report("", &fault);
                }
            }
            Err(Refused::Refusal(refusal)) if refusal.code == Code::InvalidAmount => {
                let (id, call_waits) = (delivery.operation, matches!(after, After::Receipt { .. }));
                let returned =
                    self.write(|store| Ok(decide_operation::returned(store, now, id, call_waits).map(|_| ())?));
                if let Err(Refused::Fault(fault)) = returned {
                    report("", &fault);
                }
            }
            Err(refused) => {
                report("", &Fault::new(format!("delivery of {} was not taken: {refused:?}", delivery.operation)));
            }
        }
        let text = self.follow(number, after, now);
        self.after_event(now);
        text
    }

    pub(super) fn follow(&mut self, number: u64, after: After, now: Timestamp) -> String {
        match after {
            After::Receipt { origin, per_second, remaining } => self.receipt(number, &origin, per_second, remaining),
            After::Decision { origin, approval } => self.decision(&origin, &approval),
            After::Cancelled => Step::reply(Ok(())).text(""),
            After::Alarm => self.alarm(now),
        }
    }
}
