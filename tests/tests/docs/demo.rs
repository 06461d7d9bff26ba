//! The demo of `cargo xtask dev`, on an edge of the test's own, as a reader has it.

use serde_json::json;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::Person;

const ID: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";
/// The address of the edge in the guides.
const URL: &str = "http://127.0.0.1:8787";

/// The demo, and a key as the guides have the reader make it.
pub(crate) struct Demo<'a> {
    distributor: Distributor<'a>,
    key: Key,
}

impl<'a> Demo<'a> {
    pub(crate) fn new(edge: &'a Edge) -> Self {
        let [admin, maker, checker] = ["admin", "maker", "checker"].map(|role| {
            let mut person = Person::new(&[role]);
            person.login = format!("{role}@demo.test");
            person
        });
        let users = [&admin, &maker, &checker].map(Person::in_body);
        let body = json!({ "distributorID": ID, "name": "Demo Distributor", "users": users });
        edge.post("/issuer/v1/distributors").issuer().json(body).send().ok();
        let distributor = Distributor { edge, id: ID.into(), admin, maker, checker };
        distributor.top_up("50000.00");
        edge.merchant("100000");
        let key = distributor.key(json!({
            "label": "Till 1", "permissions": ALL, "maxTransactionAmount": "20000.00", "maxDailyVolume": "100000.00",
            "autoApproveLimit": "5000.00",
        }));
        Self { distributor, key }
    }

    /// A text as the reader fills it in: the address, and the secret in place of `…`.
    pub(crate) fn filled_in(&self, text: &str) -> String {
        let people = [&self.distributor.admin, &self.distributor.maker, &self.distributor.checker];
        let text = text
            .replace(URL, &self.distributor.edge.url)
            .replace("UNIVERSAL_WALLET_API_KEY=uwk_…", &format!("UNIVERSAL_WALLET_API_KEY={}", self.key.secret))
            .replace("ISSUER_TOKEN=…", &format!("ISSUER_TOKEN={}", self.distributor.edge.secret("ISSUER_TOKEN")));
        people.into_iter().fold(text, |text, person| {
            let filled = |password: &str| format!(r#""login":"{}","password":"{password}""#, person.login);
            text.replace(&filled("…"), &filled(&person.password))
        })
    }

    /// Requests a cash-out, as a customer with a wallet.
    pub(crate) fn cash_out_request(&self) {
        let phone = "+2348031234567";
        self.distributor.cash_in(&self.key, phone, "1000.00").ok();
        self.distributor.request_cash_out(phone, "700.00");
    }

    /// The client's environment variables.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 3] {
        [
            ("UNIVERSAL_WALLET_URL", &self.distributor.edge.url),
            ("UNIVERSAL_WALLET_DISTRIBUTOR_ID", &self.distributor.id),
            ("UNIVERSAL_WALLET_API_KEY", &self.key.secret),
        ]
    }

    /// Filled-in secrets, which a failing test must not show.
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        text.replace(&self.key.secret, "uwk_…").replace(&self.distributor.edge.secret("ISSUER_TOKEN"), "…")
    }
}
