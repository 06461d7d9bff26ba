//! Calls of the issuer.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::edge::Edge;

impl Edge {
    /// Registers a merchant.
    pub fn merchant(&self, short_code: &str) -> Value {
        self.post("/issuer/v1/merchants")
            .issuer()
            .json(json!({ "shortCode": short_code, "name": "ABC Store" }))
            .send()
            .ok()
    }

    /// The wallet of a customer or merchant: `wallets/+234…` or `merchants/100000`.
    pub fn wallet(&self, path: &str) -> Value {
        self.get(&format!("/issuer/v1/{path}")).issuer().send().ok()
    }

    /// The balance of a customer's wallet.
    pub fn wallet_balance(&self, phone: &str) -> String {
        self.wallet(&format!("wallets/{phone}"))["balance"].as_str().unwrap().to_owned()
    }

    /// Cancels a customer's cash-out request.
    pub fn cancel_cash_out(&self, phone: &str, operation: &str) -> Answer {
        self.delete(&format!("/issuer/v1/wallets/{phone}/cashouts/{operation}")).issuer().send()
    }
}
