//! A distributor with one of everything that paths name, and the routes with a body.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::request::Request;

pub(crate) const PHONE: &str = "+2348031234567";

/// The caller of a route.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Who {
    Key,
    Person,
    Issuer,
    Nobody,
}

/// A distributor, a key, and an ID of each kind of thing that paths name.
pub(crate) struct World<'a> {
    pub(crate) distributor: Distributor<'a>,
    pub(crate) key: Key,
    pub(crate) operation: String,
    pub(crate) approval: String,
    pub(crate) request: String,
}

impl<'a> World<'a> {
    pub(crate) fn new(edge: &'a Edge) -> Self {
        let distributor = edge.distributor();
        let till = distributor.till();
        distributor.cash_in(&till, PHONE, "100.00").ok();
        let request = distributor.request_cash_out(PHONE, "10.00");
        let key = distributor.asking_key();
        let operation = distributor.cash_in(&key, PHONE, "1.00").ok()["operationID"].as_str().unwrap().to_owned();
        let approval = distributor.approval_of(&operation);
        Self { distributor, key, operation, approval, request }
    }

    /// Every route with a body: method, path, caller.
    pub(crate) fn with_body(&self) -> Vec<(&'static str, String, Who)> {
        let d = &self.distributor;
        let (key, approval, request) = (&self.key.id, &self.approval, &self.request);
        vec![
            ("POST", d.api("/operations"), Who::Key),
            ("PUT", d.api(&format!("/cashouts/{request}")), Who::Key),
            ("POST", "/admin/v1/session".into(), Who::Nobody),
            ("POST", "/admin/v1/session/password".into(), Who::Person),
            ("POST", d.console("/api-keys"), Who::Person),
            ("PATCH", d.console(&format!("/api-keys/{key}")), Who::Person),
            ("POST", d.console(&format!("/approvals/{approval}/approve")), Who::Person),
            ("POST", d.console(&format!("/approvals/{approval}/reject")), Who::Person),
            ("POST", d.console("/operations"), Who::Person),
            ("PUT", d.console(&format!("/cashouts/{request}")), Who::Person),
            ("POST", d.console("/users"), Who::Person),
            ("PATCH", d.console(&format!("/users/{}", d.checker.id)), Who::Person),
            ("POST", "/issuer/v1/distributors".into(), Who::Issuer),
            ("POST", d.issued("/users"), Who::Issuer),
            ("POST", d.issued("/topups"), Who::Issuer),
            ("POST", d.issued("/redemptions"), Who::Issuer),
            ("POST", "/issuer/v1/merchants".into(), Who::Issuer),
            ("POST", format!("/issuer/v1/wallets/{PHONE}/cashouts"), Who::Issuer),
        ]
    }

    /// A call of a route by a permitted caller, so that only the body can be refused.
    pub(crate) fn call(&self, method: &str, path: &str, who: Who) -> Request<'a> {
        let d = &self.distributor;
        let request = d.edge.request(method, path);
        match who {
            Who::Key => request.key(&self.key),
            Who::Person if path.contains("/approve") || path.contains("/reject") => request.person(&d.checker),
            Who::Person if path.contains("/users") => request.person(&d.admin),
            Who::Person => request.person(&d.maker),
            Who::Issuer => request.issuer().once("bad-input"),
            Who::Nobody => request,
        }
    }

    /// State that any stored change would alter.
    pub(crate) fn stored(&self) -> Value {
        let d = &self.distributor;
        let count = |table: &str| {
            d.edge.sql("DISTRIBUTOR", &d.id, &format!("SELECT COUNT(*) AS c FROM {table}"), json!([]))[0]["c"].clone()
        };
        let tables = ["entries", "operations", "keys", "approvals", "members", "used", "requests", "deadlines"];
        json!([d.position(), d.edge.wallet(&format!("wallets/{PHONE}")), tables.map(count)])
    }
}
