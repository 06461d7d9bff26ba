//! Calls of the issuer: distributors, their float and users, merchants, customers' wallets.

use percent_encoding::percent_decode_str;
use serde::Serialize;
use universal_wallet_core::error::{Code, Outcome, Refusal};
use universal_wallet_core::id::{DistributorID, OperationID};
use universal_wallet_core::operations::model::{Merchant, merchant_wallet, phone_wallet};
use universal_wallet_core::text::input::Input;
use universal_wallet_sdk::{Phone, ShortCode};

use super::begun::{Begun, hand_over};
use super::{issuer_reset, provisioning};
use crate::calls::objects;
use crate::calls::step::READ_BODY;
use crate::http::answer::{Answer, Scheme};
use crate::http::query::Query;
use crate::http::request::Request;
use crate::http::routes::Route;
use crate::messages::call::{Call, Principal};
use crate::messages::to_distributor::ToDistributor;
use crate::messages::to_issuer::{CreatedMerchant, DISTRIBUTORS_PAGE, ToIssuer};
use crate::messages::to_wallet::{ToWallet, WalletFunds, WalletVerified};
use crate::platform::config::config;

pub(super) fn begin(request: &mut Request<'_>, route: Route, variable: [&str; 3]) -> Outcome<Begun> {
    let config = config()?;
    let known = request.bearer().map(|token| config.is_issuer(token));
    request.origin.scheme = Scheme::Bearer { sent: known.is_some() };
    match known {
        Some(true) => {}
        Some(false) => return Err(Refusal::new(Code::InvalidApiKey, "This is not the issuer's token.").into()),
        None => {
            let message = "Send the issuer's token in the header Authorization: Bearer ….";
            return Err(Refusal::new(Code::MissingApiKey, message).into());
        }
    }
    let query = Query::of(route, request.query)?;
    match request.input() {
        Some(input) => answer(request, &query, route, variable, input),
        None => Ok(Begun::Step(READ_BODY.into())),
    }
}

/// A phone number in a path: percent-encoded or plain, in any spelling that a body accepts.
fn phone(segment: &str) -> Outcome<Phone> {
    let text = percent_decode_str(segment).decode_utf8().map_err(|_| Refusal::not_found())?;
    text.parse().map_err(|error| Refusal::field(Code::InvalidRequest, "phone", error).into())
}

/// An ID or short code in a path; any other text names nothing.
fn named<T: std::str::FromStr>(segment: &str) -> Outcome<T> {
    segment.parse().map_err(|_| Refusal::not_found().into())
}

fn answer(
    request: &Request<'_>,
    query: &Query,
    route: Route,
    [first, second, _]: [&str; 3],
    input: Input,
) -> Outcome<Begun> {
    Ok(match route {
        Route::CreateDistributor => Begun::asking(async move { provisioning::create_distributor(&input).await }),
        Route::AddUser => {
            let distributor = named(first)?;
            Begun::asking(async move { provisioning::add_user(distributor, &input).await })
        }
        Route::ResetPassword => {
            let login = percent_decode_str(first).decode_utf8().map_err(|_| Refusal::not_found())?;
            let login = named(&login)?;
            Begun::asking(async move { issuer_reset::reset_password(login, &input).await })
        }
        Route::CreateMerchant => Begun::asking(create_merchant(input)),
        Route::GetMerchant => Begun::asking(merchant(named(first)?)),
        Route::GetWallet => Begun::asking(wallet(phone_wallet(&phone(first)?), None)),
        Route::VerifyWallet => Begun::asking(verify_wallet(phone_wallet(&phone(first)?))),
        Route::VerifyMerchant => Begun::asking(verify_wallet(merchant_wallet(named(first)?))),
        Route::ListDistributors => {
            let after = query
                .get("cursor")
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| cursor.parse().map_err(|error| Refusal::field(Code::InvalidRequest, "cursor", error)));
            Begun::asking(list_distributors(after.transpose()?))
        }
        Route::RequestCashOut => Begun::asking(request_cash_out(phone(first)?, input)),
        Route::CancelCashOut => {
            let (from, id) = (phone(first)?, named(second)?);
            input.optional_object()?.finish()?;
            Begun::asking(cancel_cash_out(from, id))
        }
        _ => {
            let call = Call {
                origin: request.origin.clone(),
                route,
                distributor: named(first)?,
                subject: second.into(),
                query: request.query.to_owned(),
                ip: None,
                input,
            };
            Begun::Step(hand_over(&Principal::Issuer, &call)?)
        }
    })
}

/// A registered merchant.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Merchant"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct MerchantView {
    /// ID of the merchant.
    #[serde(rename = "merchantID")]
    merchant_id: String,
    /// Short code that customers pay to.
    short_code: ShortCode,
    /// Name of the merchant.
    name: String,
}

impl From<Merchant> for MerchantView {
    fn from(Merchant { id, short_code, name }: Merchant) -> Self {
        Self { merchant_id: id, short_code, name }
    }
}

/// Funds of a wallet, and the merchant that owns it, if any.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct WalletView {
    #[serde(flatten)]
    funds: WalletFunds,
    /// The deployment's currency.
    currency: String,
    #[serde(flatten)]
    merchant: Option<MerchantView>,
}

/// A page of distributors.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DistributorsPage {
    /// Distributors in the order of their IDs.
    items: Vec<Named>,
    /// Cursor of the next page; empty on the last.
    next_cursor: String,
}

/// A distributor's ID and name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DistributorOfPage"))]
struct Named {
    /// ID of the distributor.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
}

/// A customer's request to be paid out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CashOutRequested {
    /// ID of the request and of the operation that pays it.
    #[serde(rename = "operationID")]
    operation_id: OperationID,
    /// `cancelled` after a cancellation.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

async fn create_merchant(input: Input) -> Outcome<Answer> {
    let created: CreatedMerchant = objects::issuer().ask(&ToIssuer::CreateMerchant { input }).await?;
    Ok(Answer::json(201, &MerchantView::from(created.merchant))?.replayed(created.replayed))
}

async fn merchant(short_code: ShortCode) -> Outcome<Answer> {
    let message = ToIssuer::Merchant { short_code: short_code.to_string() };
    let merchant: Option<Merchant> = objects::issuer().ask(&message).await?;
    let merchant = merchant.ok_or_else(Refusal::not_found)?;
    wallet(merchant_wallet(merchant.short_code), Some(merchant)).await
}

async fn wallet(name: String, merchant: Option<Merchant>) -> Outcome<Answer> {
    let funds: WalletFunds = objects::wallet(name).ask(&ToWallet::Funds).await?;
    let currency = config()?.currency.clone();
    Ok(Answer::json(200, &WalletView { funds, currency, merchant: merchant.map(MerchantView::from) })?)
}

async fn verify_wallet(name: String) -> Outcome<Answer> {
    let verified: WalletVerified = objects::wallet(name).ask(&ToWallet::Verify).await?;
    Ok(Answer::json(200, &verified)?)
}

async fn list_distributors(after: Option<DistributorID>) -> Outcome<Answer> {
    let ids: Vec<DistributorID> = objects::issuer().ask(&ToIssuer::Distributors { after }).await?;
    let page = ids.get(..DISTRIBUTORS_PAGE).unwrap_or(&ids);
    let next = page.last().filter(|_| page.len() < ids.len());
    let items = page.iter().map(|id| Named { distributor_id: *id }).collect();
    let body = DistributorsPage { items, next_cursor: next.map_or_else(String::new, ToString::to_string) };
    Ok(Answer::json(200, &body)?)
}

async fn request_cash_out(from: Phone, input: Input) -> Outcome<Answer> {
    let wallet = objects::wallet(phone_wallet(&from));
    let (operation_id, replayed): (OperationID, bool) = wallet.ask(&ToWallet::Request { from, input }).await?;
    Ok(Answer::json(201, &CashOutRequested { operation_id, status: None })?.replayed(replayed))
}

async fn cancel_cash_out(from: Phone, id: OperationID) -> Outcome<Answer> {
    let distributor: Option<DistributorID> =
        objects::wallet(phone_wallet(&from)).ask(&ToWallet::RequestOf { operation: id }).await?;
    let distributor = distributor.ok_or_else(Refusal::not_found)?;
    objects::distributor(distributor).ask::<()>(&ToDistributor::CancelRequest { id }).await?;
    Ok(Answer::json(200, &CashOutRequested { operation_id: id, status: Some("cancelled") })?)
}
