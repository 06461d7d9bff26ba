//! A key calls: known, not revoked, not expired, address, permission, rate, body, then the call
//! itself, in this order.

use universal_wallet::Timestamp;
use universal_wallet::wire::Balance;
use universal_wallet_core::act::Moment;
use universal_wallet_core::api_key::{Key, KeyStatus, Permission};
use universal_wallet_core::digest::Digest;
use universal_wallet_core::distributor::authenticate::{Checked, check, unknown};
use universal_wallet_core::distributor::operations::{Created, LookedUp, Prepared};
use universal_wallet_core::distributor::requester::Requester;
use universal_wallet_core::distributor::{cash_outs, decide_operation, operations};
use universal_wallet_core::input::Input;
use universal_wallet_core::ip::client_address;
use universal_wallet_core::refusal::{Code, Outcome, Refusal, Refused};
use universal_wallet_core::store::Store;

use super::rates::too_fast;
use super::{KeyHeaders, Next, Open};
use crate::messages::Call;
use crate::platform::answer::{Answer, report, unavailable};
use crate::platform::config::config;
use crate::platform::random;
use crate::worker::routes::Route;

/// What a key needs for a route; `None`: any key may.
const fn permission(route: Route) -> Option<Permission> {
    match route {
        Route::KeyBalance => Some(Permission::ReadBalance),
        Route::KeyOperations | Route::KeyOperation | Route::KeyExport | Route::KeyCashOuts => {
            Some(Permission::ReadTransactions)
        }
        Route::KeyCreateOperation | Route::KeyWithdrawOperation | Route::KeyProcessCashOut => {
            Some(Permission::PerformOperations)
        }
        _ => None,
    }
}

/// Whether a call was refused for what the key may do, and not for its form: that is for people to look at.
fn is_denial(code: Code) -> bool {
    matches!(code.status(), 403 | 429) || code == Code::InsufficientBalance
}

/// What a call came to.
pub(super) enum Done {
    /// Its answer.
    Answer(Answer),
    /// The beginning of a stream, and what the object is told for the rest.
    Stream(Answer, Option<String>),
    /// Somebody else is asked first.
    Next(Next),
}

impl Open {
    /// Answers a key's call. A call that looked a merchant up comes a second time, with what was
    /// found, and is decided from its beginning; only rate and usage count it once.
    pub(super) fn key_call(
        &mut self,
        call: &Call,
        digest: &Digest,
        now: Timestamp,
        merchant: LookedUp,
    ) -> Outcome<Next> {
        let Some(config) = config() else { return Err(unavailable().into()) };
        let per_second = config.rate_limit_per_key;
        let again = merchant != LookedUp::NotYet;
        let address = client_address(call.ip.as_deref());
        let key = match check(&self.store, now, digest, address, permission(call.route))? {
            Checked::Allowed(key) => key,
            Checked::Denied(key, refusal) => {
                return Ok(Next::Answer(self.deny(&key, refusal, call, per_second, now).text()));
            }
            Checked::Unknown => return Err(unknown().into()),
        };
        let mut headers = KeyHeaders { per_second, remaining: 0, replaced: self.replaced(&key) };
        if per_second > 0 {
            let drawn = if again {
                self.rates.look(key.id, per_second, self.clock)
            } else {
                self.rates.draw(key.id, per_second, self.clock)
            };
            headers.remaining = drawn.remaining;
            if !drawn.allowed {
                self.counts.count_denied(&key, Code::RateLimited, call.ip.as_deref(), now);
                headers.remaining = 0;
                return Ok(Next::Answer(
                    headers.on(Answer::refusal(&too_fast(drawn, per_second), &call.origin)).text(),
                ));
            }
        }
        if !again {
            self.counts.count(&key, call.ip.as_deref(), now);
            if let Err(fault) = self.note_address(&key, call.ip.as_deref(), false, now) {
                report(&call.origin.request_id, &fault);
            }
        }
        Ok(match self.answer_key(&key, call, now, merchant) {
            Ok(Done::Answer(answer)) => Next::Answer(headers.on(answer).text()),
            Ok(Done::Stream(answer, more)) => Next::Answer(stream(&headers.on(answer).text(), more)),
            Ok(Done::Next(Next::Deliver(attempt, _))) => Next::Deliver(attempt, headers),
            Ok(Done::Next(next)) => next,
            Err(refused) => {
                if let Refused::Refusal(refusal) = &refused
                    && is_denial(refusal.code)
                {
                    self.counts.count_refused(&key, refusal.code, call.ip.as_deref(), now);
                    self.addresses.count_refused(key.id, call.ip.as_deref());
                }
                Next::Answer(headers.on(Answer::refused(&refused, &call.origin)).text())
            }
        })
    }

    /// Refuses a known key: its use is counted, and told to people where they should know.
    fn deny(&mut self, key: &Key, refusal: Refusal, call: &Call, per_second: u32, now: Timestamp) -> Answer {
        let (code, mut refusal) = (refusal.code, refusal);
        let noted = self.note_denial(key, code, call.ip.as_deref(), now);
        if let Err(fault) = noted.and_then(|()| self.note_address(key, call.ip.as_deref(), true, now)) {
            report(&call.origin.request_id, &fault);
        }
        let mut headers = KeyHeaders { per_second, remaining: 0, replaced: self.replaced(key) };
        if per_second > 0 {
            headers.remaining = self.rates.look(key.id, per_second, self.clock).remaining;
            if code.status() == 403 {
                let drawn = self.rates.draw_refused(key.id, per_second, self.clock);
                if !drawn.allowed {
                    refusal = too_fast(drawn, per_second);
                    headers.remaining = 0;
                }
            }
        }
        headers.on(Answer::refusal(&refusal, &call.origin))
    }

    /// Since when another key is in the place of one that still works, and when that ends.
    fn replaced(&self, key: &Key) -> Option<(Timestamp, Timestamp)> {
        let new = key.replaced_by.filter(|_| key.status == KeyStatus::Active)?;
        let since = self.store.key(new).ok().flatten()?.claimed_at;
        since.zip(key.expires_at)
    }

    fn answer_key(&mut self, key: &std::rc::Rc<Key>, call: &Call, now: Timestamp, merchant: LookedUp) -> Outcome<Done> {
        let answer = match call.route {
            Route::KeyBalance => {
                let book = self.store.head().book;
                let currency = self.store.profile().currency.clone();
                Answer::json(200, &Balance::new(book.balance, book.available(), book.held, currency))?
            }
            Route::KeyInfo => {
                let spent = self.store.volume(key.lineage, now.utc_day())?;
                Answer::json(200, &key.info(spent))?
            }
            Route::KeyExport => {
                let (answer, more) = self.begin_export(&call.query)?;
                return Ok(Done::Stream(answer, more));
            }
            Route::KeyOperations => self.list_operations(call)?,
            Route::KeyOperation => self.one_operation(&call.subject)?,
            Route::KeyCashOuts => self.list_cash_outs(call)?,
            Route::KeyWithdrawOperation => {
                call.input.optional_object()?.finish()?;
                let operation =
                    self.write(|store| decide_operation::withdraw_by_key(store, now, key, &call.subject))?;
                Answer::json(200, &operation.view(call.distributor))?
            }
            Route::KeyCreateOperation | Route::KeyProcessCashOut => {
                return self.ask_for_operation(&Requester::Key(key.clone()), call, now, merchant);
            }
            _ => return Err(Refusal::not_found().into()),
        };
        Ok(Done::Answer(answer))
    }

    /// A key or a person asks for an operation, or pays a customer's request out.
    pub(super) fn ask_for_operation(
        &mut self,
        requester: &Requester,
        call: &Call,
        now: Timestamp,
        merchant: LookedUp,
    ) -> Outcome<Done> {
        let moment = Moment { now, random: random::bits()? };
        let created = if matches!(call.route, Route::KeyProcessCashOut | Route::ProcessCashOut) {
            self.write(|store| cash_outs::process(store, moment, requester, &call.subject, &call.input))?
        } else {
            if let LookedUp::Known(merchant) = &merchant {
                self.merchants.insert(merchant.short_code.number(), merchant.clone());
            }
            self.create(moment, requester, &call.input, merchant)?
        };
        match created {
            Created::New(operation) => Ok(match self.attempt(operation.number) {
                Some(attempt) => Done::Next(Next::Deliver(attempt, KeyHeaders::default())),
                None => Done::Answer(Answer::json(200, &operation.receipt())?),
            }),
            Created::Replayed(operation) => {
                let answer = Answer::json(200, &operation.receipt())?;
                Ok(Done::Answer(answer.header("Idempotent-Replayed", "true")))
            }
            Created::LookUp(short_code) => Ok(Done::Next(Next::LookUp(short_code.to_string()))),
        }
    }

    /// Makes an operation, in one transaction or, which is the same, in one statement.
    fn create(&mut self, moment: Moment, requester: &Requester, input: &Input, merchant: LookedUp) -> Outcome<Created> {
        match operations::prepare(&self.store, moment, requester, input, merchant)? {
            Prepared::Done(Created::LookUp(short_code)) => match self.merchants.get(&short_code.number()).cloned() {
                Some(merchant) => self.create(moment, requester, input, LookedUp::Known(merchant)),
                None => Ok(Created::LookUp(short_code)),
            },
            Prepared::Done(created) => Ok(created),
            Prepared::Ready(ready) if ready.is_one_write() => {
                self.write_once(|store| operations::make(store, moment, requester, ready))
            }
            Prepared::Ready(ready) => self.write(|store| operations::make(store, moment, requester, ready)),
        }
    }
}

/// A stream: its beginning is an answer as any other; the shell asks for the rest page by page.
pub(super) fn stream(answer: &str, more: Option<String>) -> String {
    match more {
        Some(more) => ["X", &more, "\n", answer].concat(),
        None => answer.to_owned(),
    }
}
