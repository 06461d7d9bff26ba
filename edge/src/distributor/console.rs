//! A signed-in person calls. Roles are read here, at each call.

use serde::Serialize;
use serde_json::Value;
use universal_wallet::id::DistributorID;
use universal_wallet::wire::Operation;
use universal_wallet::{Amount, Timestamp};
use universal_wallet_core::act::Moment;
use universal_wallet_core::api_key::{Key, KeyStatus};
use universal_wallet_core::approval::{Approval, ApprovalKind, ApprovalStatus};
use universal_wallet_core::distributor::operations::LookedUp;
use universal_wallet_core::distributor::requester::Requester;
use universal_wallet_core::distributor::{Caller, approvals, keys, rotate};
use universal_wallet_core::document;
use universal_wallet_core::refusal::{Fault, Outcome, Refusal};
use universal_wallet_core::store::{Idempotency, Store};
use universal_wallet_core::view::{ApprovalView, KeyView, UserView};

use super::key_calls::{Done, stream};
use super::lists::{Query, page};
use super::{KeyHeaders, Next, Open, verify};
use crate::messages::{Call, ConsoleCaller, Standing};
use crate::platform::answer::{Answer, unavailable};
use crate::platform::config::config;
use crate::platform::random;
use crate::worker::routes::Route;

/// A distributor, as its members see it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// Names it.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
    /// What it is called.
    name: String,
    /// The deployment's currency.
    currency: String,
    /// All of the float.
    balance: Amount,
    /// What is free to be spent.
    available: Amount,
    /// What pending cash-ins hold.
    held: Amount,
    /// Whether the issuer suspended it.
    status: Standing,
}

/// A claimed key, shown this once.
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

/// An approved request, and what it is about as it stands now.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Decision {
    /// The request.
    approval: ApprovalView,
    /// The key that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<KeyView>,
    /// The operation that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Operation>,
    /// The person that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserView>,
    /// The second half of a new password, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_half: Option<String>,
}

impl Open {
    /// Answers a person's call.
    pub(super) fn console_call(
        &mut self,
        call: &Call,
        from: &ConsoleCaller,
        now: Timestamp,
        merchant: LookedUp,
    ) -> Outcome<Next> {
        let Some(caller) = self.caller(from) else { return self.refuse_stranger(from) };
        if self.is_about_person(call) {
            return Ok(Next::Person);
        }
        Ok(match self.answer_console(&caller, call, now, merchant)? {
            Done::Answer(answer) => Next::Answer(answer.text()),
            Done::Stream(answer, more) => Next::Answer(stream(&answer.text(), more)),
            Done::Next(next) => next,
        })
    }

    /// The caller, where they are an active member.
    pub(super) fn caller(&self, from: &ConsoleCaller) -> Option<Caller> {
        let member = self.store.member(from.user).filter(|member| !member.disabled)?;
        Some(Caller { member, must_change_password: from.must_change_password })
    }

    fn answer_console(&mut self, caller: &Caller, call: &Call, now: Timestamp, merchant: LookedUp) -> Outcome<Done> {
        let answer = match call.route {
            Route::CreateOperation | Route::ProcessCashOut => {
                return self.ask_for_operation(&Requester::Person(caller.clone()), call, now, merchant);
            }
            Route::RequestKey => self.request_key(caller, call, now)?,
            Route::ClaimKey => self.claim_key(caller, call, now)?,
            Route::RevokeKey | Route::Approve | Route::Reject | Route::Withdraw => return self.act(caller, call, now),
            Route::TightenKey => {
                let key = self.write(|store| rotate::tighten(store, now, caller, &call.subject, &call.input))?;
                self.key_answer(200, &key, now)?
            }
            Route::RotateKey => {
                let moment = Moment { now, random: random::bits()? };
                let made = self.write(|store| rotate::rotate(store, moment, caller, &call.subject, &call.input))?;
                let answer = self.key_answer(201, &made.key, now)?;
                if made.replayed { answer.header("Idempotent-Replayed", "true") } else { answer }
            }
            Route::ChangeUser => self.change_user(caller, call, now)?,
            Route::Export => {
                caller.may(&[])?;
                let (answer, more) = self.begin_export(&call.query)?;
                return Ok(Done::Stream(answer, more));
            }
            Route::VerifyAudit => {
                caller.may(&[])?;
                let from = verify::first_entry(&Query::parse(&call.query)?)?;
                return Ok(Done::Next(Next::Verify { from, whole: false }));
            }
            _ => self.read(caller, call, now)?,
        };
        Ok(Done::Answer(answer))
    }

    /// Every role reads.
    fn read(&self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        match call.route {
            Route::Key => {
                let key = keys::find(&self.store, &call.subject)?;
                caller.may(&[])?;
                self.key_answer(200, &key, now)
            }
            Route::Approval => {
                let approval = approvals::find(&self.store, &call.subject)?;
                caller.may(&[])?;
                Ok(Answer::json(200, &approval.view())?)
            }
            Route::KeyUsage => {
                let key = keys::find(&self.store, &call.subject)?;
                caller.may(&[])?;
                self.usage_answer(&key, call, now)
            }
            Route::Operation => {
                let answer = self.one_operation(&call.subject)?;
                caller.may(&[])?;
                Ok(answer)
            }
            route => {
                caller.may(&[])?;
                match route {
                    Route::Summary => self.summary(),
                    Route::Keys => self.list_keys(call, now),
                    Route::Approvals => self.list_approvals(call),
                    Route::Operations => self.list_operations(call),
                    Route::CashOuts => self.list_cash_outs(call),
                    Route::Users => page(self.store.members().iter().map(|member| member.view()).collect(), None),
                    Route::Attention => self.attention(now),
                    Route::Audit => self.list_audit(call),
                    _ => Err(Refusal::not_found().into()),
                }
            }
        }
    }

    fn summary(&self) -> Outcome<Answer> {
        let (profile, book) = (self.store.profile(), self.store.head().book);
        let summary = Summary {
            distributor_id: profile.id,
            name: profile.name.clone(),
            currency: profile.currency.clone(),
            balance: book.balance,
            available: book.available(),
            held: book.held,
            status: Standing::of(&profile),
        };
        Ok(Answer::json(200, &summary)?)
    }

    fn key_answer(&self, status: u16, key: &Key, now: Timestamp) -> Outcome<Answer> {
        Ok(Answer::json(status, &key.view(&self.usage(key, now)?))?)
    }

    fn list_keys(&self, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let statuses = KeyStatus::ALL.map(KeyStatus::as_str);
        let status = Query::parse(&call.query)?.word("status", &statuses)?;
        let (keys, next) = self.list_documents::<Key>(call, "keys", &[("status", status)])?;
        let views: Outcome<Vec<KeyView>> = keys.iter().map(|key| Ok(key.view(&self.usage(key, now)?))).collect();
        page(views?, next)
    }

    fn list_approvals(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::parse(&call.query)?;
        let status = query.word("status", &ApprovalStatus::ALL.map(ApprovalStatus::as_str))?;
        let kind = query.word("kind", &ApprovalKind::ALL.map(ApprovalKind::as_str))?;
        let filters = [("kind", kind), ("status", status)];
        let (approvals, next) = self.list_documents::<Approval>(call, "approvals", &filters)?;
        page(approvals.iter().map(Approval::view).collect(), next)
    }

    fn request_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let moment = Moment { now, random: random::bits()? };
        let requested = self.write(|store| keys::request(store, moment, caller, &call.input))?;
        let answer = self.key_answer(201, &requested.key, now)?;
        Ok(if requested.replayed { answer.header("Idempotent-Replayed", "true") } else { answer })
    }

    fn claim_key(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Answer> {
        let Some(config) = config() else { return Err(unavailable().into()) };
        let moment = Moment { now, random: random::bits()? };
        let mint = || {
            config.peppers.mint(call.distributor, |bytes| {
                *bytes = random::bytes()?;
                Ok(())
            })
        };
        let (minted, key) = self.write(|store| keys::claim(store, moment, caller, &call.subject, &call.input, mint))?;
        let claimed = Claimed { api_key: minted.text.as_str(), key: key.view(&self.usage(&key, now)?) };
        Ok(Answer::json(200, &claimed)?)
    }

    /// Revokes, approves, rejects, withdraws: what an idempotency key can make safe to repeat.
    fn act(&mut self, caller: &Caller, call: &Call, now: Timestamp) -> Outcome<Done> {
        caller.may(&[])?;
        let idempotency = idempotency(caller, call)?;
        if let Some(key) = &idempotency
            && let Some(subject) = self.store.recall(key)?
        {
            let answer = match call.route {
                Route::RevokeKey => self.key_answer(200, &keys::find(&self.store, &subject)?, now)?,
                Route::Approve => self.decided(&subject, None)?,
                _ => Answer::json(200, &approvals::find(&self.store, &subject)?.view())?,
            };
            return Ok(Done::Answer(answer.header("Idempotent-Replayed", "true")));
        }
        let (id, input, route) = (call.subject.as_str(), &call.input, call.route);
        if route == Route::RevokeKey {
            let key = self.write(|store| {
                let key = keys::revoke_by_member(store, now, caller, id, input)?;
                remember(store, idempotency.as_ref(), id)?;
                Ok(key)
            })?;
            return Ok(Done::Answer(self.key_answer(200, &key, now)?));
        }
        let decided = self.write(|store| {
            let decided = match route {
                Route::Approve => approvals::approve(store, now, caller, id, input)?,
                Route::Reject => approvals::reject(store, now, caller, id, input)?,
                _ => approvals::withdraw(store, now, caller, id, input)?,
            };
            remember(store, idempotency.as_ref(), id)?;
            Ok(decided)
        })?;
        if route != Route::Approve {
            return Ok(Done::Answer(Answer::json(200, &decided.approval.view())?));
        }
        match decided.operation.and_then(|operation| self.attempt(operation.number)) {
            Some(attempt) => Ok(Done::Next(Next::Deliver(attempt, KeyHeaders::default()))),
            None => Ok(Done::Answer(self.decided(id, None)?)),
        }
    }

    /// The answer to an approval: the request, and what it is about as it stands now.
    pub(super) fn decided(&self, approval: &str, half: Option<&str>) -> Outcome<Answer> {
        let approval = approvals::find(&self.store, approval)?;
        let subject = |name: &str| approval.subject[name].as_str().unwrap_or_default();
        let mut decision =
            Decision { approval: approval.view(), key: None, operation: None, user: None, password_half: None };
        match approval.kind {
            ApprovalKind::IssueKey | ApprovalKind::RotateKey => {
                let key = keys::find(&self.store, subject("keyID"))?;
                decision.key = Some(key.view(&self.usage(&key, self.store.head().at)?));
            }
            ApprovalKind::Operation => {
                let id = subject("operationID").parse().ok();
                let id = id.ok_or_else(|| Fault::new("a request about an operation that has no ID"))?;
                let operation = self.store.operation(id)?.ok_or_else(Refusal::not_found)?;
                decision.operation = Some(operation.view(self.store.profile().id));
            }
            ApprovalKind::CreateUser | ApprovalKind::GrantUser | ApprovalKind::ResetUser => {
                decision.user = self.user_of(&approval)?;
            }
        }
        decision.password_half = half.map(str::to_owned);
        Ok(Answer::json(200, &decision)?)
    }
}

fn remember(store: &mut dyn Store, idempotency: Option<&Idempotency>, subject: &str) -> Result<(), Fault> {
    idempotency.map_or(Ok(()), |key| store.remember(key, subject))
}

/// The call's idempotency key, in the person's scope.
fn idempotency(caller: &Caller, call: &Call) -> Outcome<Option<Idempotency>> {
    let text = call.input.body.as_ref().map(String::as_str).unwrap_or_default();
    // Equal values are equal, however they are laid out; what is no JSON, or has numbers of no field, is refused later.
    let values = serde_json::from_str::<Value>(text).ok().and_then(|value| document::write(&value).ok());
    let values = values.unwrap_or_else(|| text.to_owned());
    let route = format!("{:?} {}", call.route, call.subject);
    call.input.idempotency(&caller.member.person.id.to_string(), &route, &values)
}
