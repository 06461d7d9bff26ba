//! A delivery interrupted at any of its steps completes once, by itself.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::money::assert_conserved;
use universal_wallet_tests::request::Request;

/// The acts that a test interrupts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    CashIn,
    ToMerchant,
    Approve,
    Ask,
    PayOut,
    Cancel,
}

/// Each act, and the messages that carry it: their recipients and their content.
const STEPS: [(Act, &str, &str); 13] = [
    (Act::CashIn, "DISTRIBUTOR", "\"operationType\""),
    (Act::CashIn, "WALLET", "credit "),
    (Act::ToMerchant, "ISSUER", "\"Merchant\""),
    (Act::ToMerchant, "WALLET", "credit "),
    (Act::Approve, "DISTRIBUTOR", "\"digest\""),
    (Act::Approve, "WALLET", "credit "),
    (Act::Ask, "WALLET", "\"Request\""),
    (Act::Ask, "DISTRIBUTOR", "OpenRequest"),
    (Act::PayOut, "DISTRIBUTOR", "\"cashOutFulfillmentType\""),
    (Act::PayOut, "WALLET", "capture "),
    (Act::Cancel, "WALLET", "RequestOf"),
    (Act::Cancel, "DISTRIBUTOR", "CancelRequest"),
    (Act::Cancel, "WALLET", "release "),
];

/// The scope of the interruption: everything, or one object.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cut {
    Power,
    Distributor,
    Wallet,
}

/// One act on a wallet of its own that holds 100.00, started and unfinished.
struct Case<'a> {
    act: Act,
    distributor: &'a Distributor<'a>,
    till: &'a Key,
    phone: String,
    short_code: String,
    subject: String,
}

impl<'a> Case<'a> {
    fn new(act: Act, distributor: &'a Distributor<'a>, keys: (&'a Key, &Key), number: usize) -> Self {
        let (till, asking) = keys;
        let phone = format!("+2348030000{number:03}");
        let short_code = format!("{}", 100_000 + number);
        distributor.cash_in(till, &phone, "100.00").ok();
        let subject = match act {
            Act::Approve => {
                let asked = distributor.cash_in(asking, &phone, "5.00").ok();
                distributor.approval_of(asked["operationID"].as_str().unwrap())
            }
            Act::PayOut | Act::Cancel => distributor.request_cash_out(&phone, "30.00"),
            _ => String::new(),
        };
        if act == Act::ToMerchant {
            distributor.edge.merchant(&short_code);
        }
        Self { act, distributor, till, phone, short_code, subject }
    }

    /// The call of the act, the same on every retry.
    fn call(&self) -> Request<'a> {
        let Self { distributor: d, phone, subject, .. } = self;
        let cash_in = |to: &str, whom: &str| {
            let body = json!({ "operationType": "cash-in", "amount": "5.00", to: whom });
            d.operation(self.till, body)
        };
        let request = match self.act {
            Act::CashIn => cash_in("phoneTo", phone),
            Act::ToMerchant => cash_in("merchantToShortCode", &self.short_code),
            Act::Approve => {
                let path = d.console(&format!("/approvals/{subject}"));
                let read = d.edge.get(&path).person(&d.checker).send().ok();
                let body = json!({ "digest": read["digest"] });
                d.edge.post(&format!("{path}/approve")).person(&d.checker).json(body)
            }
            Act::Ask => {
                let body = json!({ "distributorID": d.id, "amount": "30.00" });
                d.edge.post(&format!("/issuer/v1/wallets/{phone}/cashouts")).issuer().json(body)
            }
            Act::PayOut => {
                let body = json!({ "cashOutFulfillmentType": "cash" });
                d.edge.put(&d.api(&format!("/cashouts/{subject}"))).key(self.till).json(body)
            }
            Act::Cancel => d.edge.delete(&format!("/issuer/v1/wallets/{phone}/cashouts/{subject}")).issuer(),
        };
        request.once(phone)
    }

    /// Retries the call until it succeeds.
    fn finish(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match self.call().try_send() {
                Some(answer) if answer.status < 300 => return,
                Some(answer) => assert!(answer.status >= 500, "{:?}: {answer}", self.act),
                None => {}
            }
            assert!(Instant::now() < deadline, "{:?} was not carried out", self.act);
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the wallets know, which no caller waits for.
    fn await_wallets(&self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        self.distributor.await_nothing_processing(Duration::from_secs(30));
        while self.act == Act::Cancel && self.wallet()["held"] != "0.00" {
            assert!(Instant::now() < deadline, "the hold was not given back");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn wallet(&self) -> Value {
        self.distributor.edge.wallet(&format!("wallets/{}", self.phone))
    }

    fn check(&self) {
        let wallet = self.wallet();
        let expected = match self.act {
            Act::CashIn | Act::Approve => ("105.00", "105.00"),
            Act::ToMerchant | Act::Cancel => ("100.00", "100.00"),
            Act::Ask => ("100.00", "70.00"),
            Act::PayOut => ("70.00", "70.00"),
        };
        assert_eq!(
            (&wallet["balance"], &wallet["available"]),
            (&expected.0.into(), &expected.1.into()),
            "{:?}",
            self.act
        );
        if self.act == Act::ToMerchant {
            let merchant = self.distributor.edge.wallet(&format!("merchants/{}", self.short_code));
            assert_eq!(merchant["balance"], "5.00");
        }
    }
}

fn cut_off_at_every_step(cut: Cut) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (till, asking) = (distributor.till(), distributor.asking_key());
    distributor.checker.cookie(&edge);
    let mut cases = Vec::new();
    for (act, object, message) in STEPS {
        for when in ["silent", "stuck"] {
            let case = Case::new(act, &distributor, (&till, &asking), cases.len());
            let call = case.call();
            edge.lose(object, when, message, 1);
            std::thread::scope(|scope| {
                let under_way = scope.spawn(|| call.try_send());
                edge.await_silence();
                match cut {
                    Cut::Power => {
                        edge.kill();
                        let answer = under_way.join().unwrap();
                        assert!(answer.is_none(), "{act:?} {object} {when}: {}", answer.unwrap());
                        edge.revive();
                    }
                    Cut::Distributor => edge.evict("DISTRIBUTOR", &distributor.id),
                    Cut::Wallet => edge.evict("WALLET", &format!("phone:{}", case.phone)),
                }
                edge.heal();
            });
            case.finish();
            case.await_wallets();
            case.check();
            cases.push(case);
        }
    }
    let open = edge.get(&distributor.api("/cashouts")).key(&till).send().ok();
    let asked = cases.iter().filter(|case| case.act == Act::Ask).count();
    assert_eq!(open["items"].as_array().unwrap().len(), asked, "each request is known once: {open}");
    let mut wallets = Vec::new();
    for case in &cases {
        wallets.push(format!("wallets/{}", case.phone));
        if case.act == Act::ToMerchant {
            wallets.push(format!("merchants/{}", case.short_code));
        }
    }
    assert_conserved(&distributor, &wallets);
    assert_eq!(distributor.verify()["valid"], Value::Bool(true));
    println!("{} faults: {cut:?}", cases.len());
}

#[test]
fn a_power_cut_at_any_step_loses_and_doubles_nothing() {
    cut_off_at_every_step(Cut::Power);
}

#[test]
fn an_eviction_of_the_distributor_at_any_step_loses_and_doubles_nothing() {
    cut_off_at_every_step(Cut::Distributor);
}

#[test]
fn an_eviction_of_the_wallet_at_any_step_loses_and_doubles_nothing() {
    cut_off_at_every_step(Cut::Wallet);
}
