//! Keys: requested, listed, claimed, revoked, tightened, rotated.

use serde::Serialize;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::keys::model::{Key, KeyStatus};
use universal_wallet_core::keys::{lifecycle, rotation, tightening};
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::responses::KeyView;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::approvals::{idempotency, remember};
use super::lists::page;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::platform::config::config;
use crate::platform::random;

/// A claimed key, with the secret shown only in this answer.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ClaimedKey"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claimed<'a> {
    /// The secret.
    #[cfg_attr(test, schemars(regex(pattern = "^uwk_[0-9A-Za-z]{52}$")))]
    api_key: &'a str,
    /// The key.
    key: KeyView,
}

impl DistributorState {
    /// The answer that shows a key.
    pub(super) fn key_answer(&self, status: u16, key: &Key, now: Timestamp) -> Outcome<Answer> {
        Ok(Answer::json(status, &key.view(&self.usage(key, now)?))?)
    }

    /// `GET /api-key`.
    pub(super) fn calling_key(&self, key: &Key, now: Timestamp) -> Outcome<Answer> {
        let spent = self.store.volume(key.lineage, now.utc_day())?;
        Ok(Answer::json(200, &key.info(spent))?)
    }

    /// `POST /api-keys`.
    pub(super) fn request_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let requested = self.write(|store| lifecycle::request(store, moment, caller, &call.input))?;
        Ok(self.key_answer(201, &requested.key, now)?.replayed(requested.replayed))
    }

    /// `GET /api-keys`.
    pub(super) fn list_keys(&self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        caller.may(&[])?;
        let statuses = KeyStatus::ALL.map(KeyStatus::as_str);
        let status = Query::of(call.route, &call.query)?.word("status", &statuses)?;
        let (keys, next) = self.list_documents::<Key>(call, "keys", &[("status", status)])?;
        let views: Outcome<Vec<KeyView>> = keys.iter().map(|key| Ok(key.view(&self.usage(key, now)?))).collect();
        page(views?, next)
    }

    /// `GET /api-keys/{keyID}`.
    pub(super) fn get_key(&self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let key = self.store.find_key(&call.subject)?;
        caller.may(&[])?;
        self.key_answer(200, &key, now)
    }

    /// `POST /api-keys/{keyID}/claim`: mints the secret and answers it; only its digest is stored.
    pub(super) fn claim_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let config = config()?;
        let moment = Moment { now, random: random::bits()? };
        let mint = || {
            config.peppers.mint(call.distributor, |bytes| {
                *bytes = random::bytes()?;
                Ok(())
            })
        };
        let (minted, key) =
            self.write(|store| lifecycle::claim(store, moment, caller, &call.subject, &call.input, mint))?;
        let claimed = Claimed { api_key: minted.text.as_str(), key: key.view(&self.usage(&key, now)?) };
        Ok(Answer::json(200, &claimed)?)
    }

    /// `POST /api-keys/{keyID}/revoke`.
    pub(super) fn revoke_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        caller.may(&[])?;
        let idempotency = idempotency(caller, call)?;
        if let Some(key) = &idempotency
            && let Some(subject) = self.store.recall(key)?
        {
            return Ok(self.key_answer(200, &self.store.find_key(&subject)?, now)?.replayed(true));
        }
        let key = self.write(|store| {
            let key = lifecycle::revoke_by_member(store, now, caller, &call.subject, &call.input)?;
            remember(store, idempotency.as_ref(), &call.subject)?;
            Ok(key)
        })?;
        self.key_answer(200, &key, now)
    }

    /// `PATCH /api-keys/{keyID}`.
    pub(super) fn tighten_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let key = self.write(|store| tightening::tighten(store, now, caller, &call.subject, &call.input))?;
        self.key_answer(200, &key, now)
    }

    /// `POST /api-keys/{keyID}/rotate`.
    pub(super) fn rotate_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let made = self.write(|store| rotation::rotate(store, moment, caller, &call.subject, &call.input))?;
        Ok(self.key_answer(201, &made.key, now)?.replayed(made.replayed))
    }

    /// `GET /api-keys/{keyID}/usage`.
    pub(super) fn get_key_usage(&self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let key = self.store.find_key(&call.subject)?;
        caller.may(&[])?;
        self.usage_answer(&key, call, now)
    }
}
