//! The calls that a Distributor answers: one handler file per group; only this module matches on routes.

pub(crate) mod approvals;
pub(crate) mod attention;
pub(crate) mod audit;
pub(crate) mod cash_outs;
pub(crate) mod export;
mod gate;
pub(crate) mod issuer;
pub(crate) mod keys;
pub(crate) mod lists;
mod member;
pub(crate) mod merchants;
mod operation_filters;
pub(crate) mod operations;
pub(crate) mod overview;
mod response;
pub(crate) mod settings;
mod statement;
pub(crate) mod usage;
pub(crate) mod users;
pub(crate) mod webhooks;

use std::rc::Rc;

use universal_wallet_core::audit::reader::Reader;
use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::float::FloatMovement;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::ip::client_address;
use universal_wallet_sdk::{ShortCode, Timestamp};

use super::deliveries::deliver;
use super::state::DistributorState;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::http::routes::{Access, Route};
use crate::messages::call::{Call, Principal};
use crate::messages::to_distributor::ConsoleCaller;
use crate::messages::to_issuer::ToIssuer;
use member::for_member;
use response::{Handled, Response};

/// Answers a call and returns the shell's next step. A decision takes one synchronous stretch, and the call continues
/// when the asked object has replied.
pub(super) async fn answer(state: Shared<DistributorState>, principal: Principal, call: Call) -> String {
    let answered = match &principal {
        Principal::Key(digest) => by_key(&state, digest, &call).await,
        Principal::Person(from) => by_person(&state, from, &call).await,
        Principal::Issuer => by_issuer(&state, &call).await,
    };
    let step = answered.and_then(|response| Ok(response.step(call.distributor)?));
    step.unwrap_or_else(|refused| Answer::refused(&refused, &call.origin).text())
}

/// Looks up the merchant that a decision waits for.
async fn look_up(state: &Shared<DistributorState>, short_code: ShortCode) -> Outcome<MerchantLookup> {
    let message = ToIssuer::Merchant { short_code: short_code.to_string() };
    let found: Option<Merchant> = objects::issuer().ask(&message).await?;
    let found = found.map_or(MerchantLookup::Unknown, MerchantLookup::Known);
    state.step_on(|state, _| state.merchants.remember(short_code, &found, state.clock));
    Ok(found)
}

/// Answers a key's call. After a merchant lookup the decision starts over; rate and usage count the call once.
async fn by_key(state: &Shared<DistributorState>, digest: &Digest, call: &Call) -> Outcome<Response> {
    let mut merchant = MerchantLookup::NotYet;
    loop {
        let decided = state.step(|state, now| {
            state.settle(now)?;
            // Other routes read stored rows directly.
            if !matches!(call.route, Route::GetBalance | Route::GetCallingKey | Route::CreateOperation) {
                state.store.note_arrivals()?;
            }
            state.gate(digest, call, &merchant, now, |state, key| key_route(state, key, call, &merchant, now))
        })?;
        let (handled, headers) = decided;
        match handled {
            Handled::Answer(answer) => return Ok(Response::Answer(headers.on(answer))),
            Handled::Stream(answer, page) => return Ok(Response::stream(headers.on(answer), page)),
            Handled::Learn(refused, answer) => return Ok(Response::Learn(refused, headers.on(answer))),
            Handled::LookUp(short_code) => merchant = look_up(state, short_code).await?,
            Handled::Deliver(attempt) => {
                let number = attempt.number;
                let operation = deliver(state, attempt, true).await;
                let receipt = state.step(|state, _| state.receipt(number, operation));
                let answer = receipt.unwrap_or_else(|refused| Answer::refused(&refused, &call.origin));
                return Ok(Response::Answer(headers.on(answer)));
            }
        }
    }
}

/// The key as a reader of pages to come.
fn reader(key: &Key, call: &Call) -> Outcome<Reader> {
    let digest = key.digest.ok_or_else(|| InternalError::new("a key in use without a digest"))?;
    Ok(Reader::Key { digest, address: client_address(call.ip.as_deref()) })
}

/// The person as a reader of pages to come.
fn person(caller: &Caller, now: Timestamp) -> Outcome<Reader> {
    let account = caller.member.account().ok_or_else(|| InternalError::new("a caller without an account"))?;
    Ok(Reader::person(account, now))
}

fn key_route(
    state: &mut DistributorState,
    key: &Rc<Key>,
    call: &Call,
    merchant: &MerchantLookup,
    now: Timestamp,
) -> Outcome<Handled> {
    let handled = match call.route {
        Route::GetBalance => state.balance()?,
        Route::GetCallingKey => state.calling_key(key, now)?,
        Route::ListOperations => state.list_operations(call)?,
        Route::GetOperation => state.get_operation(call)?,
        Route::WithdrawOperation => state.withdraw_operation(key, call, now)?,
        Route::ListCashOuts => state.list_cash_outs(call)?,
        Route::ExportOperations => return state.export(call, reader(key, call)?),
        Route::GetStatement => return state.statement(call, reader(key, call)?, now),
        Route::GetMerchantName => return state.get_merchant(call, merchant),
        Route::CreateOperation => {
            return state.create_operation(&Requester::Key(key.clone()), call, merchant, now);
        }
        Route::ProcessCashOut => return state.process_cash_out(&Requester::Key(key.clone()), call, now),
        _ => return Err(Refusal::not_found().into()),
    };
    Ok(Handled::Answer(handled))
}

/// Answers a signed-in person's call. Roles are read at each call.
async fn by_person(state: &Shared<DistributorState>, from: &ConsoleCaller, call: &Call) -> Outcome<Response> {
    if let (Err(refused), Access::Console(roles)) = (Query::of(call.route, &call.query), call.route.access()) {
        // Whether the caller may call at all comes first in the order of checks.
        return for_member(state, from, |_, caller, _| caller.may(roles).and(Err(refused)));
    }
    let mut merchant = MerchantLookup::NotYet;
    loop {
        let handled = match call.route {
            Route::RequestUser => return Ok(Response::Answer(users::request_user(state, from, call).await?)),
            Route::RequestPasswordReset => return Ok(Response::Answer(users::request_reset(state, from, call).await?)),
            Route::Approve => {
                let second = users::new_half()?;
                users::approve_reset(state, from, call, &second).await?;
                for_member(state, from, |state, caller, now| state.approve(caller, call, &second, now))?
            }
            Route::ClaimWebhookSecret => return Ok(Response::Answer(webhooks::claim(state, from, call).await?)),
            Route::ListWebhookDeliveries => {
                return Ok(Response::Answer(webhooks::deliveries(state, from, call).await?));
            }
            Route::TestWebhook | Route::ResendWebhookDelivery => {
                return Ok(Response::Answer(webhooks::send(state, from, call).await?));
            }
            Route::VerifyAudit => return Ok(Response::Answer(audit::verify(state, from, call).await?)),
            _ => for_member(state, from, |state, caller, now| console_route(state, caller, call, &merchant, now))?,
        };
        match handled {
            Handled::Answer(answer) | Handled::Learn(_, answer) => return Ok(Response::Answer(answer)),
            Handled::Stream(answer, page) => return Ok(Response::stream(answer, page)),
            Handled::LookUp(short_code) => merchant = look_up(state, short_code).await?,
            Handled::Deliver(attempt) => {
                let (number, receives) = (attempt.number, call.route != Route::Approve);
                let operation = deliver(state, attempt, receives).await;
                return state.step(|state, _| {
                    let answer =
                        if receives { state.receipt(number, operation) } else { state.decided(&call.subject, None) };
                    Ok(Response::Answer(answer?))
                });
            }
        }
    }
}

fn console_route(
    state: &mut DistributorState,
    caller: &Caller,
    call: &Call,
    merchant: &MerchantLookup,
    now: Timestamp,
) -> Outcome<Handled> {
    let answer = match call.route {
        Route::GetDistributor => state.summary(caller)?,
        Route::GetSettings => state.get_settings(caller)?,
        Route::ChangeSettings => state.change_settings(caller, call, now)?,
        Route::GetAttention => state.attention(caller, now)?,
        Route::ListAudit => state.list_audit(caller, call)?,
        Route::RequestKey => state.request_key(caller, call, now)?,
        Route::ListKeys => state.list_keys(caller, call, now)?,
        Route::GetKey => state.get_key(caller, call, now)?,
        Route::ClaimKey => state.claim_key(caller, call, now)?,
        Route::RevokeKey => state.revoke_key(caller, call, now)?,
        Route::TightenKey => state.tighten_key(caller, call, now)?,
        Route::RotateKey => state.rotate_key(caller, call, now)?,
        Route::GetKeyUsage => state.get_key_usage(caller, call, now)?,
        Route::ListApprovals => state.list_approvals(caller, call)?,
        Route::GetApproval => state.get_approval(caller, call)?,
        Route::Reject => state.reject(caller, call, now)?,
        Route::Withdraw => state.withdraw(caller, call, now)?,
        Route::ListConsoleOperations => {
            caller.may(&[])?;
            state.list_operations(call)?
        }
        Route::GetConsoleOperation => {
            let answer = state.get_operation(call)?;
            caller.may(&[])?;
            answer
        }
        Route::ExportConsoleOperations => {
            caller.may(&[])?;
            return state.export(call, person(caller, now)?);
        }
        Route::GetConsoleStatement => {
            caller.may(&[])?;
            return state.statement(call, person(caller, now)?, now);
        }
        Route::GetConsoleMerchantName => {
            caller.may(&[])?;
            return state.get_merchant(call, merchant);
        }
        Route::RequestOperation => {
            return state.create_operation(&Requester::Person(caller.clone()), call, merchant, now);
        }
        Route::ListConsoleCashOuts => {
            caller.may(&[])?;
            state.list_cash_outs(call)?
        }
        Route::RequestProcessCashOut => {
            return state.process_cash_out(&Requester::Person(caller.clone()), call, now);
        }
        Route::RequestWebhook => state.request_webhook(caller, call, now)?,
        Route::ListWebhooks => state.list_webhooks(caller, call)?,
        Route::GetWebhook => state.get_webhook(caller, call)?,
        Route::RotateWebhookSecret => state.rotate_webhook(caller, call, now)?,
        Route::DisableWebhook => state.disable_webhook(caller, call, now)?,
        Route::EnableWebhook => state.enable_webhook(caller, call, now)?,
        Route::ListUsers => state.list_users(caller, call)?,
        Route::ChangeUser => state.change_user(caller, call, now)?,
        _ => {
            caller.may(&[])?;
            return Err(Refusal::not_found().into());
        }
    };
    Ok(Handled::Answer(answer))
}

/// Answers the issuer's call.
async fn by_issuer(state: &Shared<DistributorState>, call: &Call) -> Outcome<Response> {
    if call.route == Route::VerifyDistributor {
        return Ok(Response::Answer(audit::verify_all(state, call).await?));
    }
    state.step(|state, now| {
        state.settle(now)?;
        state.store.note_arrivals()?;
        Ok(Response::Answer(match call.route {
            Route::GetPosition => state.position_answer()?,
            Route::TopUp => state.move_float(call, FloatMovement::TopUp, now)?,
            Route::Redeem => state.move_float(call, FloatMovement::Redemption, now)?,
            Route::SuspendDistributor => state.set_suspended(call, true, now)?,
            Route::ResumeDistributor => state.set_suspended(call, false, now)?,
            Route::RevokeKeyOfDistributor => state.revoke_key_by_issuer(call, now)?,
            _ => return Err(Refusal::not_found().into()),
        }))
    })
}
