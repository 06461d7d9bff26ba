//! The issuer calls: distributors, their float and users, merchants, customers' wallets.

pub(crate) mod create;

use serde::Serialize;
use universal_wallet::id::{DistributorID, OperationID};
use universal_wallet::{Phone, ShortCode};
use universal_wallet_core::input::Input;
use universal_wallet_core::operation::{Merchant, merchant_wallet, phone_wallet};
use universal_wallet_core::refusal::{Code, Outcome, Refusal};

use super::request::Request;
use super::routes::Route;
use super::{Step, hand_over};
use crate::distributor::lists::Query;
use crate::issuer::DISTRIBUTORS_PAGE;
use crate::messages::{
    Asker, Call, CreatedMerchant, ISSUER, ToDistributor, ToIssuer, ToWallet, WalletFunds, WalletVerified,
};
use crate::platform::answer::{Answer, Scheme, unavailable};
use crate::platform::config::config;
use crate::platform::percent;
use crate::platform::step::{Kind, read_reply};

/// Where it goes on.
#[derive(Debug)]
pub(crate) enum Then {
    /// A distributor is being created, or gains a user.
    Create(create::Then),
    /// A merchant was registered.
    MerchantCreated,
    /// A merchant was found; its wallet is asked next.
    MerchantFound,
    /// A wallet told whether it fits together.
    WalletVerified,
    /// The issuer's own object told the distributors.
    DistributorsListed,
    /// A wallet told its money.
    Funds { merchant: Option<Merchant> },
    /// A customer's request was made.
    Requested,
    /// It is known who pays a request out.
    RequestOf { id: OperationID },
    /// The request was cancelled.
    Cancelled { id: OperationID },
}

fn then(then: Then) -> super::Then {
    super::Then::Issuer(then)
}

pub(super) fn begin(mut request: Request<'_>, route: Route, variable: [&str; 2]) -> Outcome<Step> {
    let Some(config) = config() else { return Err(unavailable().into()) };
    let known = request.bearer().map(|token| config.is_issuer(token));
    request.origin.scheme = Scheme::Bearer { sent: known.is_some() };
    let refusal = match known {
        Some(true) => {
            let Some(input) = request.input() else { return Ok(Step::Body) };
            return after_body(request, route, variable, input);
        }
        Some(false) => Refusal::new(Code::InvalidApiKey, "This is not the issuer's token."),
        None => Refusal::new(Code::MissingApiKey, "Send the issuer's token in the header Authorization: Bearer …."),
    };
    Ok(Step::Answer(Answer::refusal(&refusal, &request.origin)))
}

/// A phone in a path: percent-encoded or plain, in any spelling that a body may have.
fn phone(segment: &str) -> Outcome<Phone> {
    let text = percent::decode(segment).ok_or_else(Refusal::not_found)?;
    text.parse().map_err(|error| Refusal::field(Code::InvalidRequest, "phone", error).into())
}

fn distributor_id([first, _]: [&str; 2]) -> Outcome<DistributorID> {
    first.parse().map_err(|_| Refusal::not_found().into())
}

fn after_body(request: Request<'_>, route: Route, variable: [&str; 2], input: Input) -> Outcome<Step> {
    let [first, second] = variable;
    match route {
        Route::CreateDistributor => create::distributor(&input),
        Route::AddUser => create::user(distributor_id(variable)?, &input),
        Route::CreateMerchant => {
            let message = ToIssuer::CreateMerchant { input };
            Ok(Step::ask(Kind::Issuer, ISSUER, &message, then(Then::MerchantCreated))?)
        }
        Route::Merchant => {
            let short_code: ShortCode = first.parse().map_err(|_| Refusal::not_found())?;
            let message = ToIssuer::Merchant { short_code: short_code.to_string() };
            Ok(Step::ask(Kind::Issuer, ISSUER, &message, then(Then::MerchantFound))?)
        }
        Route::Wallet => {
            let wallet = phone_wallet(&phone(first)?);
            Ok(Step::ask(Kind::Wallet, wallet, &ToWallet::Funds, then(Then::Funds { merchant: None }))?)
        }
        Route::VerifyWallet => {
            let wallet = phone_wallet(&phone(first)?);
            Ok(Step::ask(Kind::Wallet, wallet, &ToWallet::Verify, then(Then::WalletVerified))?)
        }
        Route::VerifyMerchant => {
            let short_code: ShortCode = first.parse().map_err(|_| Refusal::not_found())?;
            let wallet = merchant_wallet(short_code);
            Ok(Step::ask(Kind::Wallet, wallet, &ToWallet::Verify, then(Then::WalletVerified))?)
        }
        Route::Distributors => {
            let query = Query::parse(request.query)?;
            let after = query
                .get("cursor")
                .filter(|cursor| !cursor.is_empty())
                .map(|cursor| cursor.parse().map_err(|error| Refusal::field(Code::InvalidRequest, "cursor", error)));
            let message = ToIssuer::Distributors { after: after.transpose()? };
            Ok(Step::ask(Kind::Issuer, ISSUER, &message, then(Then::DistributorsListed))?)
        }
        Route::RequestCashOut => {
            let from = phone(first)?;
            let message = ToWallet::Request { from: from.clone(), input };
            Ok(Step::ask(Kind::Wallet, phone_wallet(&from), &message, then(Then::Requested))?)
        }
        Route::CancelCashOut => {
            let wallet = phone_wallet(&phone(first)?);
            let id: OperationID = second.parse().map_err(|_| Refusal::not_found())?;
            input.optional_object()?.finish()?;
            let message = ToWallet::RequestOf { operation: id };
            Ok(Step::ask(Kind::Wallet, wallet, &message, then(Then::RequestOf { id }))?)
        }
        _ => {
            let distributor = distributor_id(variable)?;
            let call = Call {
                origin: request.origin,
                route,
                distributor,
                subject: second.into(),
                query: request.query.to_owned(),
                ip: None,
                input,
            };
            hand_over(&Asker::Issuer, &call)
        }
    }
}

/// A registered merchant.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Merchant"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct MerchantView {
    /// Names it.
    #[serde(rename = "merchantID")]
    merchant_id: String,
    /// What it is paid under.
    short_code: ShortCode,
    /// What it is called.
    name: String,
}

impl From<Merchant> for MerchantView {
    fn from(Merchant { id, short_code, name }: Merchant) -> Self {
        Self { merchant_id: id, short_code, name }
    }
}

/// A wallet's money, and whose it is where that is a merchant.
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

/// A page of the distributors that there are.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DistributorsPage {
    /// In the order of their IDs.
    items: Vec<Named>,
    /// Where the next page starts; empty on the last.
    next_cursor: String,
}

/// A distributor by name alone.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "DistributorOfPage"))]
struct Named {
    /// Names it.
    #[serde(rename = "distributorID")]
    distributor_id: DistributorID,
}

/// A customer's request to be paid out.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CashOutRequested {
    /// Names the request, and the operation that it becomes.
    #[serde(rename = "operationID")]
    operation_id: OperationID,
    /// `cancelled`, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

pub(super) fn resume(then_: Then, reply: &str) -> Outcome<Step> {
    match then_ {
        Then::Create(then) => create::resume(then, reply),
        Then::MerchantCreated => {
            let CreatedMerchant { merchant, replayed } = read_reply(reply)?;
            let mut answer = Answer::json(201, &MerchantView::from(merchant))?;
            if replayed {
                answer = answer.header("Idempotent-Replayed", "true");
            }
            Ok(Step::Answer(answer))
        }
        Then::MerchantFound => {
            let merchant: Option<Merchant> = read_reply(reply)?;
            let Some(merchant) = merchant else { return Err(Refusal::not_found().into()) };
            let wallet = merchant_wallet(merchant.short_code);
            Ok(Step::ask(Kind::Wallet, wallet, &ToWallet::Funds, then(Then::Funds { merchant: Some(merchant) }))?)
        }
        Then::Funds { merchant } => {
            let funds: WalletFunds = read_reply(reply)?;
            let Some(config) = config() else { return Err(unavailable().into()) };
            let body =
                WalletView { funds, currency: config.currency.clone(), merchant: merchant.map(MerchantView::from) };
            Ok(Step::Answer(Answer::json(200, &body)?))
        }
        Then::WalletVerified => {
            let verified: WalletVerified = read_reply(reply)?;
            Ok(Step::Answer(Answer::json(200, &verified)?))
        }
        Then::DistributorsListed => {
            let ids: Vec<DistributorID> = read_reply(reply)?;
            let page = ids.get(..DISTRIBUTORS_PAGE).unwrap_or(&ids);
            let next = page.last().filter(|_| page.len() < ids.len());
            let items = page.iter().map(|id| Named { distributor_id: *id }).collect();
            let body = DistributorsPage { items, next_cursor: next.map_or_else(String::new, ToString::to_string) };
            Ok(Step::Answer(Answer::json(200, &body)?))
        }
        Then::Requested => {
            let (id, replayed): (OperationID, bool) = read_reply(reply)?;
            let mut answer = Answer::json(201, &CashOutRequested { operation_id: id, status: None })?;
            if replayed {
                answer = answer.header("Idempotent-Replayed", "true");
            }
            Ok(Step::Answer(answer))
        }
        Then::RequestOf { id } => {
            let distributor: Option<DistributorID> = read_reply(reply)?;
            let Some(distributor) = distributor else { return Err(Refusal::not_found().into()) };
            let message = ToDistributor::CancelRequest { id };
            Ok(Step::ask(Kind::Distributor, distributor.to_string(), &message, then(Then::Cancelled { id }))?)
        }
        Then::Cancelled { id } => {
            read_reply::<()>(reply)?;
            let cancelled = CashOutRequested { operation_id: id, status: Some("cancelled") };
            Ok(Step::Answer(Answer::json(200, &cancelled)?))
        }
    }
}
