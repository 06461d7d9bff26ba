//! Keys and decisions, applied to the rules and to the model.

use universal_wallet_core::error::Code;
use universal_wallet_core::id::UserID;
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::store::Store;
use universal_wallet_core::{approvals, keys};

use super::apply_operations::LISTED;
use super::command::Decision;
use super::model::{About, Key, KeyState, Limits, Made, Minor};
use super::world::{World, amount};
use crate::support::{DAY_MS, input, minted};

fn body(limits: Limits) -> String {
    let limit = |minor: Option<Minor>| minor.map_or("null".into(), |minor| format!("\"{}\"", amount(minor)));
    let permissions = if limits.performs { r#""perform-operations","read-balance""# } else { r#""read-balance""# };
    let listed = if limits.listed { format!("\"{LISTED}\"") } else { String::new() };
    format!(
        r#"{{"label":"Till","permissions":[{permissions}],"maxTransactionAmount":{},"maxDailyVolume":{},
            "autoApproveLimit":"{}","allowedIPs":[{listed}],"expiresInDays":{}}}"#,
        limit(limits.most),
        limit(limits.day),
        amount(limits.auto),
        limits.days,
    )
}

impl World {
    /// Compares the two results of a key request, and adds a new key to the model.
    fn agree_on_key(
        &mut self,
        office: usize,
        user: UserID,
        call: (&str, Option<&String>),
        result: Result<keys::lifecycle::Requested, Code>,
        expected: Result<Option<Made>, Code>,
        new: Key,
    ) {
        let model = &mut self.offices[office].model;
        match (result, expected) {
            (Err(code), Err(expected)) => assert_eq!(code, expected, "{}", call.0),
            (Ok(requested), Ok(Some(Made::Key(index)))) => {
                assert!(requested.replayed);
                assert_eq!(requested.key.id, model.keys[index].id);
            }
            (Ok(requested), Ok(None)) => {
                assert!(!requested.replayed);
                let index = model.keys.len();
                model.keys.push(Key { id: requested.key.id, ..new });
                let expires = self.now + 7 * DAY_MS;
                model.ask(requested.key.approval, About::Key(index), user, expires);
                model.remember(&user.to_string(), call.1, call.0, Made::Key(index));
            }
            (result, expected) => panic!("{}: {result:?} where {expected:?} was expected", call.0),
        }
    }

    pub(crate) fn ask_for_key(&mut self, office: usize, user: UserID, limits: Limits, idempotency: Option<String>) {
        self.settle(office, self.now);
        let asked = format!("key {limits:?}");
        let model = &self.offices[office].model;
        let expected = model.must_hold(user, &[Role::Maker]).and_then(|()| {
            let before = model.before(&user.to_string(), idempotency.as_ref(), &asked)?;
            if before.is_none() { model.must_not_be_suspended().map(|()| None) } else { Ok(before) }
        });
        let (caller, call) = (self.caller(office, user), input(body(limits), idempotency.as_deref()));
        let result = self.run(office, |store, moment| keys::lifecycle::request(store, moment, &caller, &call));
        let line = self.offices[office].model.keys.len();
        let new = Key {
            id: universal_wallet_core::id::KeyID::from_uuid(uuid::Uuid::nil()),
            limits,
            state: KeyState::Pending,
            maker: user,
            checker: None,
            decided_at: None,
            claimed: false,
            expires: 0,
            line,
            replaces: None,
            overlap_hours: 0,
            replaced: false,
            fell_with: false,
        };
        self.agree_on_key(office, user, (&asked, idempotency.as_ref()), result, expected, new);
    }

    pub(crate) fn rotate(
        &mut self,
        office: usize,
        user: UserID,
        key: usize,
        overlap_hours: i64,
        idempotency: Option<String>,
    ) {
        self.settle(office, self.now);
        let asked = format!("rotate {key} {overlap_hours}");
        let model = &self.offices[office].model;
        let expected = model.must_hold(user, &[Role::Maker]).and_then(|()| {
            let before = model.before(&user.to_string(), idempotency.as_ref(), &asked)?;
            if before.is_some() {
                return Ok(before);
            }
            model.must_not_be_suspended()?;
            model.may_rotate(key).map(|()| None)
        });
        let old = model.keys[key].clone();
        let id = old.id.to_string();
        let call = input(format!(r#"{{"overlapHours":{overlap_hours}}}"#), idempotency.as_deref());
        let caller = self.caller(office, user);
        let result = self.run(office, |store, moment| keys::rotation::rotate(store, moment, &caller, &id, &call));
        let new = Key {
            state: KeyState::Pending,
            maker: user,
            checker: None,
            decided_at: None,
            claimed: false,
            replaces: Some(key),
            overlap_hours,
            replaced: false,
            ..old
        };
        self.agree_on_key(office, user, (&asked, idempotency.as_ref()), result, expected, new);
    }

    pub(crate) fn claim(&mut self, office: usize, user: UserID, key: usize) {
        self.settle(office, self.now);
        let now = self.now;
        let expected = self.offices[office].model.claim(user, key, now);
        let (caller, id) = (self.caller(office, user), self.offices[office].model.keys[key].id);
        let (distributor, random) = (self.offices[office].id, self.random.bits());
        let result = self.run(office, |store, moment| {
            let mint = || Ok(minted(distributor, random));
            keys::lifecycle::claim(store, moment, &caller, &id.to_string(), &input("", None), mint)
        });
        let desk = &mut self.offices[office];
        let result = result.map(|(minted, stored)| {
            assert_eq!(stored.expires_at.unwrap().unix_ms(), desk.model.keys[key].expires);
            let text = serde_json::to_string(&stored).unwrap();
            assert!(!text.contains(minted.text.as_str()), "the secret is not stored");
            desk.secrets.insert(id, minted.digest);
        });
        assert_eq!(result, expected);
    }

    pub(crate) fn revoke(&mut self, office: usize, user: Option<UserID>, key: usize) {
        self.settle(office, self.now);
        let expected = self.offices[office].model.revoke(user, key, self.now);
        let id = self.offices[office].model.keys[key].id.to_string();
        let caller = user.map(|user| self.caller(office, user));
        let call = input(r#"{"reason":"lost"}"#, None);
        let result = self.run(office, |store, moment| match &caller {
            Some(caller) => keys::lifecycle::revoke_by_member(store, moment.now, caller, &id, &call),
            None => keys::lifecycle::revoke_by_issuer(store, moment.now, &id, &call),
        });
        assert_eq!(result.map(|_| ()), expected);
    }

    pub(crate) fn tighten(&mut self, office: usize, user: UserID, key: usize, most: Option<Minor>) {
        self.settle(office, self.now);
        let expected = self.offices[office].model.tighten(user, key, most);
        let (caller, id) = (self.caller(office, user), self.offices[office].model.keys[key].id.to_string());
        let body = most.map_or("{}".into(), |most| format!(r#"{{"maxTransactionAmount":"{}"}}"#, amount(most)));
        let (call, entries) = (input(body, None), self.offices[office].store.head().number);
        let result =
            self.run(office, |store, moment| keys::tightening::tighten(store, moment.now, &caller, &id, &call));
        assert_eq!(result.map(|_| ()), expected);
        if most.is_none() {
            assert_eq!(self.offices[office].store.head().number, entries, "nothing changed, so nothing is noted");
        }
    }

    pub(crate) fn decide(&mut self, office: usize, user: UserID, ask: usize, decision: Decision) {
        self.settle(office, self.now);
        let now = self.now;
        let model = &mut self.offices[office].model;
        let expected = match decision {
            Decision::Approve { right_digest } => model.approve(user, ask, right_digest, now),
            Decision::Reject => model.reject(user, ask, now),
            Decision::Withdraw => model.withdraw(user, ask, now),
        };
        let (id, caller, now) = (model.asks[ask].id, self.caller(office, user), self.at());
        let store = &self.offices[office].store;
        let digest = store.approval(id).unwrap().unwrap().digest;
        let id = id.to_string();
        let result = self.run(office, |store, _| match decision {
            Decision::Approve { right_digest } => {
                let shown = if right_digest { digest.to_string() } else { "0".repeat(64) };
                let call = input(format!(r#"{{"digest":"{shown}"}}"#), None);
                approvals::decide::approve(store, now, &caller, &id, &call, HalfDigest::of("second"))
            }
            Decision::Reject => approvals::decide::reject(store, now, &caller, &id, &input(r#"{"reason":"no"}"#, None)),
            Decision::Withdraw => approvals::decide::withdraw(store, now, &caller, &id, &input("", None)),
        });
        assert_eq!(result.map(|_| ()), expected, "{decision:?}");
    }
}
