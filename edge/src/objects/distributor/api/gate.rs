//! The gate of a key's call: checks that the key is known, not revoked and not expired, then address, permission and
//! rate, in this order, before the handler.

use std::rc::Rc;

use universal_wallet_core::error::{Code, Error, Outcome, Refusal};
use universal_wallet_core::keys::model::{Key, KeyStatus};
use universal_wallet_core::keys::verify::{Checked, check, refused_too_often, unknown};
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::ip::{client_address, subscriber};
use universal_wallet_sdk::Timestamp;

use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::key_headers::KeyHeaders;
use crate::http::query::Query;
use crate::http::routes::Access;
use crate::messages::call::Call;
use crate::messages::refused_key::{RefusedKey, Scope};
use crate::objects::distributor::counters::rates::too_fast;
use crate::objects::distributor::state::DistributorState;
use crate::platform::config::config;
use crate::platform::log::report;

/// True for refusals that concern the key's rights and not the call's form; people should see those.
fn is_denial(code: Code) -> bool {
    matches!(code.status(), 403 | 429) || code == Code::InsufficientBalance
}

impl DistributorState {
    /// Passes a key's call to its handler. Every outcome gets the key's headers.
    pub(super) fn gate(
        &mut self,
        digest: &Digest,
        call: &Call,
        merchant: &MerchantLookup,
        now: Timestamp,
        handler: impl FnOnce(&mut Self, &Rc<Key>) -> Outcome<Handled>,
    ) -> Outcome<(Handled, KeyHeaders)> {
        let per_second = config()?.rate_limit_per_key;
        let again = *merchant != MerchantLookup::NotYet;
        let (ip, address) = (call.ip.as_deref(), client_address(call.ip.as_deref()));
        let permission = if let Access::Key(permission) = call.route.access() { permission } else { None };
        let key = match check(&self.store, now, digest, address, permission)? {
            Checked::Allowed(key) => key,
            Checked::Denied(key, refusal) => {
                let of_permission = refusal.code == Code::PermissionDenied;
                let (answer, headers, too_often) = self.deny(&key, refusal, call, per_second, now);
                let scope = if of_permission { Scope::Permission(permission) } else { Scope::Address(address) };
                let handled = if too_often {
                    Handled::Learn(RefusedKey { digest: *digest, scope }, answer)
                } else {
                    Handled::Answer(answer)
                };
                return Ok((handled, headers));
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
                self.counts.count_denied(&key, Code::RateLimited, ip, now);
                headers.remaining = 0;
                let refusal = too_fast(drawn, per_second);
                return Ok((Handled::Answer(Answer::refusal(&refusal, &call.origin)), headers));
            }
        }
        if !again {
            self.counts.count(&key, ip, now);
            if let Err(fault) = self.note_address(&key, ip, false, now) {
                report(&fault);
            }
        }
        let handled = Query::of(call.route, &call.query).and_then(|_| handler(self, &key)).unwrap_or_else(|refused| {
            if let Error::Refusal(refusal) = &refused
                && is_denial(refusal.code)
            {
                self.counts.count_refused(&key, refusal.code, ip, now);
                self.addresses.count_refused(key.id, &subscriber(address));
            }
            Handled::Answer(Answer::refused(&refused, &call.origin))
        });
        Ok((handled, headers))
    }

    /// Refuses a call of a known key, counts it, and records denials that people should see. Returns whether there were
    /// too many of them, so that the Worker is to repeat the answer.
    fn deny(
        &mut self,
        key: &Key,
        refusal: Refusal,
        call: &Call,
        per_second: u32,
        now: Timestamp,
    ) -> (Answer, KeyHeaders, bool) {
        let (code, mut refusal) = (refusal.code, refusal);
        let noted = self.note_denial(key, code, call.ip.as_deref(), now);
        if let Err(fault) = noted.and_then(|()| self.note_address(key, call.ip.as_deref(), true, now)) {
            report(&fault);
        }
        let mut headers = KeyHeaders { per_second, remaining: 0, replaced: self.replaced(key) };
        if per_second > 0 {
            headers.remaining = self.rates.look(key.id, per_second, self.clock).remaining;
        }
        let drawn = self.rates.draw_refused(key.id, per_second, self.clock);
        if !drawn.allowed {
            refusal = refused_too_often();
            headers.remaining = 0;
        }
        (Answer::refusal(&refusal, &call.origin), headers, !drawn.allowed)
    }

    /// Time of the replacement and end of a replaced key that still works.
    fn replaced(&self, key: &Key) -> Option<(Timestamp, Timestamp)> {
        let new = key.replaced_by.filter(|_| key.status == KeyStatus::Active)?;
        let since = self.store.key(new).ok().flatten()?.claimed_at;
        since.zip(key.expires_at)
    }
}
