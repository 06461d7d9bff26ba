//! A distributor with its people, float and keys.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::edge::Edge;
use crate::key::Key;
use crate::person::Person;
use crate::request::Request;

/// All permissions that a key can have.
pub const ALL: [&str; 3] = ["read-balance", "read-transactions", "perform-operations"];

/// A distributor on an edge.
pub struct Distributor<'a> {
    /// The edge that serves it.
    pub edge: &'a Edge,
    /// The distributor's ID.
    pub id: String,
    /// The distributor's people.
    pub admin: Person,
    /// The maker, who requests.
    pub maker: Person,
    /// The checker, who decides.
    pub checker: Person,
}

impl Edge {
    /// A new distributor with a float of 50000.00.
    pub fn distributor(&self) -> Distributor<'_> {
        let distributor = self.empty_distributor();
        distributor.top_up("50000.00");
        distributor
    }

    /// A new distributor without a float.
    pub fn empty_distributor(&self) -> Distributor<'_> {
        let (mut admin, mut maker, mut checker) =
            (Person::new(&["admin"]), Person::new(&["maker"]), Person::new(&["checker"]));
        let users = [&admin, &maker, &checker].map(Person::in_body);
        let body = json!({ "name": "First Agents", "users": users });
        let created = self.post("/issuer/v1/distributors").issuer().json(body).send().ok();
        for (place, person) in [&mut admin, &mut maker, &mut checker].into_iter().enumerate() {
            created["users"][place]["userID"].as_str().unwrap().clone_into(&mut person.id);
        }
        let id = created["distributorID"].as_str().unwrap().to_owned();
        Distributor { edge: self, id, admin, maker, checker }
    }
}

impl<'a> Distributor<'a> {
    /// Moves every clock ahead by an offset; its people sign in again where they act.
    pub fn shift_clock(&mut self, ahead_ms: i64) {
        self.edge.shift_clock(ahead_ms);
        for person in [&mut self.admin, &mut self.maker, &mut self.checker] {
            *person = person.signed_out();
        }
    }

    /// A path of the distributor API.
    pub fn api(&self, path: &str) -> String {
        format!("/api/v1/distributors/{}{path}", self.id)
    }

    /// A path of the console API.
    pub fn console(&self, path: &str) -> String {
        format!("/admin/v1/distributors/{}{path}", self.id)
    }

    /// A path of the issuer API.
    pub fn issued(&self, path: &str) -> String {
        format!("/issuer/v1/distributors/{}{path}", self.id)
    }

    /// Adds to the float, as the issuer.
    pub fn top_up(&self, amount: &str) -> Value {
        let once = uuid::Uuid::new_v4().to_string();
        let body = json!({ "amount": amount, "reference": "transfer" });
        self.edge.post(&self.issued("/topups")).issuer().once(&once).json(body).send().ok()
    }

    /// Adds a person as the issuer, who joins at once: a new login by its password, an existing one by the code. Returns
    /// the ID of the user.
    pub fn add(&self, person: &Person) -> String {
        let added = self.edge.post(&self.issued("/users")).issuer().json(person.in_body()).send().ok();
        if let Some(code) = added["joiningCode"].as_str() {
            person.join(self.edge, code).ok();
        }
        added["userID"].as_str().unwrap().to_owned()
    }

    /// Reads the distributor, as the issuer.
    pub fn position(&self) -> Value {
        self.edge.get(&self.issued("")).issuer().send().ok()
    }

    /// Suspends or resumes the distributor, as the issuer.
    pub fn issuer_act(&self, act: &str) -> Answer {
        self.edge.post(&self.issued(&format!("/{act}"))).issuer().send()
    }

    /// Settings of a key that may do everything up to a million, auto-approved up to a million.
    pub fn generous() -> Value {
        json!({
            "label": "Till 7",
            "permissions": ALL,
            "maxTransactionAmount": "1000000.00",
            "maxDailyVolume": "1000000.00",
            "autoApproveLimit": "1000000.00",
        })
    }

    /// Requests a key, as a person.
    pub fn ask_for_key(&self, person: &Person, settings: Value) -> Answer {
        self.edge.post(&self.console("/api-keys")).person(person).json(settings).send()
    }

    /// Approves the request that a person reads.
    pub fn approve(&self, person: &Person, approval: &str) -> Answer {
        let read = self.edge.get(&self.console(&format!("/approvals/{approval}"))).person(person).send().ok();
        let path = self.console(&format!("/approvals/{approval}/approve"));
        self.edge.post(&path).person(person).json(json!({ "digest": read["digest"] })).send()
    }

    /// Rejects, as the checker.
    pub fn reject(&self, approval: &str) -> Answer {
        let path = self.console(&format!("/approvals/{approval}/reject"));
        self.edge.post(&path).person(&self.checker).json(json!({ "reason": "not today" })).send()
    }

    /// Claims a key, as its maker.
    pub fn claim(&self, key_id: &str) -> Answer {
        self.edge.post(&self.console(&format!("/api-keys/{key_id}/claim"))).person(&self.maker).send()
    }

    /// Issues a key with these settings, through the maker and the checker.
    pub fn key(&self, settings: Value) -> Key {
        self.key_approved_by(&self.checker, settings)
    }

    /// Issues a key with these settings, through the maker and this person.
    pub fn key_approved_by(&self, checker: &Person, settings: Value) -> Key {
        let asked = self.ask_for_key(&self.maker, settings).ok();
        let approval = asked["approvalID"].as_str().unwrap().to_owned();
        self.approve(checker, &approval).ok();
        let id = asked["keyID"].as_str().unwrap().to_owned();
        let secret = self.claim(&id).ok()["apiKey"].as_str().unwrap().to_owned();
        Key { id, secret, approval }
    }

    /// Issues a key whose cash-ins are auto-approved.
    pub fn till(&self) -> Key {
        self.key(Self::generous())
    }

    /// Issues a key whose operations all wait for a checker.
    pub fn asking_key(&self) -> Key {
        self.key(json!({ "label": "Asks", "permissions": ALL }))
    }

    /// Reads the balance with a key.
    pub fn read_balance(&self, key: &Key) -> Answer {
        self.edge.get(&self.api("/balance")).key(key).send()
    }

    /// Requests a cash-in to a phone with a key.
    pub fn cash_in(&self, key: &Key, phone: &str, amount: &str) -> Answer {
        self.operation(key, json!({ "operationType": "cash-in", "amount": amount, "phoneTo": phone })).send()
    }

    /// Requests an operation with a key.
    pub fn operation(&self, key: &Key, body: Value) -> Request<'a> {
        self.edge.post(&self.api("/operations")).key(key).json(body)
    }

    /// A customer's new cash-out request at this distributor; the operation's ID.
    pub fn request_cash_out(&self, phone: &str, amount: &str) -> String {
        let answer = self.try_request_cash_out(phone, amount);
        answer.ok()["operationID"].as_str().unwrap().to_owned()
    }

    /// Requests a cash-out at this distributor, as a customer.
    pub fn try_request_cash_out(&self, phone: &str, amount: &str) -> Answer {
        let once = uuid::Uuid::new_v4().to_string();
        let body = json!({ "distributorID": self.id, "amount": amount });
        self.edge.post(&format!("/issuer/v1/wallets/{phone}/cashouts")).issuer().once(&once).json(body).send()
    }

    /// Pays out a request with a key.
    pub fn process(&self, key: &Key, operation: &str) -> Answer {
        let body = json!({ "cashOutFulfillmentType": "cash" });
        self.edge.put(&self.api(&format!("/cashouts/{operation}"))).key(key).json(body).send()
    }

    /// Reads an operation with a key.
    pub fn read_operation(&self, key: &Key, operation: &str) -> Value {
        self.edge.get(&self.api(&format!("/operations/{operation}"))).key(key).send().ok()
    }

    /// The approval of an operation.
    pub fn approval_of(&self, operation: &str) -> String {
        let list = self.edge.get(&self.console("/approvals?limit=1000&kind=operation")).person(&self.maker).send().ok();
        let of = |item: &&Value| item["subject"]["operationID"] == operation && item["status"] == "pending";
        let found = list["items"].as_array().unwrap().iter().find(of);
        found.unwrap_or_else(|| panic!("no approval of {operation}"))["approvalID"].as_str().unwrap().to_owned()
    }

    /// Verifies the chain, and returns the result.
    pub fn verify(&self) -> Value {
        self.edge.get(&self.console("/audit/verify")).person(&self.maker).send().ok()
    }

    /// Waits until no delivery is under way.
    #[track_caller]
    pub fn await_nothing_processing(&self, most: Duration) {
        let deadline = Instant::now() + most;
        while self.position()["processing"] != "0.00" {
            assert!(Instant::now() < deadline, "still on its way: {}", self.position());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
