//! The body of a call that creates an operation.

use universal_wallet_sdk::{Amount, Phone, ShortCode};

use crate::error::{Code, Outcome, refuse};
use crate::operations::model::{Destination, Direction, Fulfillment, FulfillmentType, OperationDetails};
use crate::text::body::Body;
use crate::text::digest::Digest;
use crate::text::input::{Input, request_digest};
use crate::text::json_text;

/// Route whose body this is, as idempotency knows it.
pub const ROUTE: &str = "POST operations";

/// Kind and counterparty of a requested operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Credits a customer.
    ToPhone(Phone),
    /// Credits a merchant.
    ToMerchant(ShortCode),
    /// Pays out the customer's oldest open request.
    FromPhone(Phone, Fulfillment),
}

/// The parsed body of `POST /operations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOperation {
    /// Kind and counterparty.
    pub asked: Asked,
    /// Amount of the operation.
    pub amount: Amount,
    /// The distributor's note.
    pub memo: Option<String>,
}

/// Reads how a customer was paid; the reference has a different name in each of the two bodies.
pub fn read_fulfillment(body: &mut Body, reference: &str) -> Option<Fulfillment> {
    let means: Option<FulfillmentType> = body.required("cashOutFulfillmentType");
    let reference = body.line(reference, 64);
    Some(Fulfillment { means: means?, reference })
}

impl NewOperation {
    /// Reads the body; every mistake is reported.
    pub fn read(input: &Input) -> Outcome<Self> {
        let mut body = input.object()?;
        let kind = body.required_text("operationType");
        let amount = body.moved_amount("amount");
        let memo = body.remark("memo", 256);
        let asked = match kind.as_deref() {
            Some("cash-in") => {
                let both = body.is_given("phoneTo") && body.is_given("merchantToShortCode");
                let before = body.mistakes();
                let phone: Option<Phone> = body.parsed("phoneTo");
                let merchant: Option<ShortCode> = body.parsed("merchantToShortCode");
                match (phone, merchant) {
                    _ if both && body.mistakes() == before => {
                        body.error("phoneTo", "give either phoneTo or merchantToShortCode, not both");
                        None
                    }
                    (Some(phone), None) => Some(Asked::ToPhone(phone)),
                    (None, Some(merchant)) => Some(Asked::ToMerchant(merchant)),
                    _ => {
                        if body.mistakes() == before {
                            body.error("phoneTo", "is required, or merchantToShortCode instead");
                        }
                        None
                    }
                }
            }
            Some("cash-out-fulfillment") => {
                let phone: Option<Phone> = body.required("phoneFrom");
                let fulfillment = read_fulfillment(&mut body, "cashOutFulfillmentID");
                phone.zip(fulfillment).map(|(phone, fulfillment)| Asked::FromPhone(phone, fulfillment))
            }
            Some(_) => {
                body.error("operationType", "must be cash-in or cash-out-fulfillment");
                None
            }
            None => None,
        };
        body.finish()?;
        match (asked, amount) {
            (Some(asked), Some(amount)) => Ok(Self { asked, amount, memo }),
            _ => refuse(Code::InvalidRequest, "The request is not complete."),
        }
    }

    /// The body's values in canonical form: amount by value, phone by identity.
    pub fn values(&self) -> Outcome<String> {
        Ok(match &self.asked {
            Asked::ToPhone(phone) => json_text::write(&(("to-phone", phone.bare()), self.amount, &self.memo)),
            Asked::ToMerchant(merchant) => json_text::write(&(("to-merchant", merchant), self.amount, &self.memo)),
            Asked::FromPhone(phone, fulfillment) => {
                json_text::write(&(("from-phone", phone.bare(), fulfillment), self.amount, &self.memo))
            }
        }?)
    }

    /// The body that requests such an operation.
    fn of(facts: &OperationDetails) -> Self {
        let asked = match &facts.direction {
            Direction::CashIn { to: Destination::Phone(phone) } => Asked::ToPhone(phone.clone()),
            Direction::CashIn { to: Destination::Merchant(merchant) } => Asked::ToMerchant(merchant.short_code),
            Direction::CashOut { from, fulfillment } => Asked::FromPhone(from.clone(), fulfillment.clone()),
        };
        Self { asked, amount: facts.amount, memo: facts.memo.clone() }
    }

    /// Digest of the call that requested a cash-in. It is not stored, since the cash-in has the same facts.
    pub fn request_of(facts: &OperationDetails) -> Outcome<Digest> {
        Ok(request_digest(ROUTE, &Self::of(facts).values()?))
    }
}
