//! Deliveries: what a wallet is told until it has acknowledged it. Money that left the float, or
//! is due from a wallet, is on an operation in `processing` until then.

use universal_wallet::id::OperationID;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::distributor::decide_operation;
use universal_wallet_core::operation::{Operation, OperationStatus, Request, phone_wallet};
use universal_wallet_core::refusal::{Code, Fault, Outcome, Refusal, Refused};
use universal_wallet_core::store::Store;

use super::{KeyHeaders, Open, Shared};
use crate::messages::{Movement, What};
use crate::platform::answer::{Answer, Origin, report};
use crate::platform::calls::ask_text;
use crate::platform::random;
use crate::platform::step::{ACKNOWLEDGED, Kind, read_reply};

/// The first repetition comes so long after the first attempt, in milliseconds.
pub(crate) const FIRST_RETRY_MS: i64 = 2_000;
/// Repetitions are never further apart.
const MOST_RETRY_MS: i64 = 300_000;

/// What a wallet has to be told.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) operation: OperationID,
    pub(crate) wallet: String,
    pub(crate) what: What,
    /// The operation, where it is about one.
    pub(crate) of: Option<Operation>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// When it is tried again.
    pub(crate) next_at_ms: i64,
}

impl Delivery {
    /// A cash-in to credit, or a cash-out to capture.
    pub(crate) fn of_operation(operation: &Operation) -> Self {
        let facts = &operation.facts;
        let what = if facts.is_cash_in() { What::Credit(facts.amount) } else { What::Capture };
        Self {
            operation: facts.id,
            wallet: facts.wallet(),
            what,
            of: Some(operation.clone()),
            attempts: 0,
            next_at_ms: 0,
        }
    }

    /// A request that is over.
    pub(crate) fn of_request(request: &Request) -> Self {
        let wallet = phone_wallet(&request.from);
        Self { operation: request.id, wallet, what: What::Release, of: None, attempts: 0, next_at_ms: 0 }
    }

    /// What it may bring to the float: a cash-in comes back where the wallet cannot take it.
    pub(crate) const fn incoming(&self) -> Option<Amount> {
        match &self.of {
            Some(operation) => Some(operation.facts.amount),
            None => None,
        }
    }

    /// What the wallet is told.
    pub(crate) const fn movement(&self) -> Movement {
        Movement { operation: self.operation, what: self.what }
    }

    /// When it is tried again: at once where the time lies further ahead than any wait, since then
    /// the clock that it was set by has run back.
    pub(crate) const fn due_at(&self, clock: Timestamp) -> i64 {
        let now = clock.unix_ms();
        if self.next_at_ms - now > 2 * MOST_RETRY_MS { now } else { self.next_at_ms }
    }

    /// Counts an attempt; the next comes twice as late, with up to a half of jitter.
    pub(crate) fn attempted(&mut self, clock: Timestamp, random: u64) {
        let doubled = FIRST_RETRY_MS << self.attempts.min(8);
        let wait = doubled.min(MOST_RETRY_MS);
        let jitter = i64::try_from(random % 1000).unwrap_or(0) * wait / 2000;
        self.attempts = self.attempts.saturating_add(1);
        self.next_at_ms = clock.unix_ms() + wait + jitter;
    }
}

/// A wallet is being told.
pub(crate) struct Attempt {
    pub(super) number: u64,
    wallet: String,
    movement: Movement,
}

impl Shared {
    /// Tells a wallet what it has to be told; how the operation stands then, where that is known.
    pub(super) async fn deliver(&self, attempt: Attempt, call_waits: bool) -> Option<Operation> {
        let answer = ask_text(Kind::Wallet, attempt.wallet, attempt.movement.text()).await;
        self.step(|open, now| open.delivered(attempt.number, &answer, call_waits, now))
    }
}

impl Open {
    /// Counts an attempt to tell a wallet what it has to be told.
    pub(super) fn attempt(&mut self, number: u64) -> Option<Attempt> {
        let delivery = self.store.deliveries.get_mut(&number)?;
        delivery.attempted(self.clock, random::bits().unwrap_or_default());
        Some(Attempt { number, wallet: delivery.wallet.clone(), movement: delivery.movement() })
    }

    /// A wallet acknowledged, or did not: then the alarm tells it again.
    fn delivered(&mut self, number: u64, answer: &str, call_waits: bool, now: Timestamp) -> Option<Operation> {
        let delivery = self.store.deliveries.get(&number)?;
        let (id, what) = (delivery.operation, delivery.what);
        let acknowledged = if answer == ACKNOWLEDGED { Ok(()) } else { read_reply(answer) };
        let done = match acknowledged {
            Ok(()) => match what {
                What::Credit(_) => self.credited(call_waits, now, id),
                What::Capture => self.write(|store| Ok(decide_operation::arrived(store, now, id)?)),
                What::Release => self.write(|store| Ok(store.request_released(id).map(|()| None)?)),
            },
            Err(Refused::Refusal(refusal)) if refusal.code == Code::InvalidAmount => {
                self.write(|store| Ok(decide_operation::returned(store, now, id, call_waits)?))
            }
            Err(refused) => Err(Fault::new(format!("delivery of {id} was not taken: {refused:?}")).into()),
        };
        done.unwrap_or_else(|refused| {
            if let Refused::Fault(fault) = refused {
                report("", &fault);
            }
            None
        })
    }

    /// A cash-in arrived. After a call of a key it is written down together with others, since those follow each other.
    fn credited(&mut self, call_waits: bool, now: Timestamp, id: OperationID) -> Outcome<Option<Operation>> {
        let operation = decide_operation::arrived(&mut self.store, now, id)?;
        if !call_waits {
            self.store.note_arrivals()?;
        }
        Ok(operation)
    }

    /// The answer to the call that made an operation, once its wallet was told.
    pub(super) fn receipt(
        &self,
        number: u64,
        operation: Option<Operation>,
        origin: &Origin,
        headers: KeyHeaders,
    ) -> String {
        receipt(operation.map_or_else(|| self.operation_by_number(number), Ok), origin, headers)
    }
}

/// The answer to the call that made an operation, once its wallet was told.
fn receipt(operation: Outcome<Operation>, origin: &Origin, headers: KeyHeaders) -> String {
    let answer = operation.and_then(|operation| match operation.state.error {
        // The wallet could not take it, and the money is back.
        Some(why) if operation.state.status == OperationStatus::Failed => {
            Err(Refusal::field(Code::InvalidAmount, "amount", why.trim_end_matches('.')).into())
        }
        _ => Ok(Answer::json(200, &operation.receipt())?),
    });
    let answer = answer.unwrap_or_else(|refused| Answer::refused(&refused, origin));
    headers.on(answer).text()
}
