//! The issuer: distributors, merchants, the float, wallets.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::{Edge, Setup};

use super::Sheet;

pub(super) fn refusals(sheet: &mut Sheet) {
    let edge = Edge::start();
    distributors(sheet, &edge);
    float_and_wallets(sheet, &edge);
    sheet.title("Outside of a demo");
    let edge = Setup::new().var("DEMO", "").start();
    let user = json!({ "login": "a@bank.test", "name": "A", "roles": ["maker"], "password": "correct horse battery" });
    sheet.add(&create(&edge, json!({ "name": "A", "users": [user] })));
}

fn create(edge: &Edge, body: Value) -> Answer {
    edge.post("/issuer/v1/distributors").issuer().json(body).send()
}

fn distributors(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Distributors and their people");
    sheet.add(&edge.get("/issuer/v1/distributors").send());
    sheet.add(&edge.get("/issuer/v1/distributors").bearer("somebody else's").send());
    let user = |login: &str, role: &str| json!({ "login": login, "name": "N", "roles": [role] });
    let pair = json!([user("a@bank.test", "maker"), user("b@bank.test", "checker")]);
    for body in [
        json!({}),
        json!({ "name": "A", "users": "all" }),
        json!({ "name": "A", "users": ["a"] }),
        json!({ "name": "A", "users": [user("a@bank.test", "maker")] }),
        json!({ "name": "A", "users": [user("a@bank.test", "maker"), user("A@bank.test", "checker")] }),
        json!({ "name": "A", "users": [{ "login": "a", "name": "", "roles": [], "password": "short" }] }),
        json!({ "name": "A", "users": pair, "currency": "USD" }),
        json!({ "name": "A", "users": pair, "distributorID": "first" }),
    ] {
        sheet.add(&create(edge, body));
    }
    let distributor = edge.distributor();
    sheet.add(&create(edge, json!({ "name": "Another", "users": pair, "distributorID": distributor.id })));
    let again = json!({ "login": distributor.maker.login, "name": "Again", "roles": ["viewer"] });
    sheet.add(&edge.post(&distributor.issued("/users")).issuer().json(again).send());
    sheet.add(&edge.post(&distributor.issued("/users")).issuer().json(json!({})).send());
    sheet.add(&edge.get("/issuer/v1/distributors/00000000-0000-4000-8000-000000000000").issuer().send());
    let path = distributor.issued(&format!("/api-keys/{}/revoke", distributor.till().id));
    sheet.add(&edge.post(&path).issuer().json(json!({ "reason": 5 })).send());
}

fn float_and_wallets(sheet: &mut Sheet, edge: &Edge) {
    sheet.title("Float, merchants and wallets");
    let distributor = edge.distributor();
    let top_up = |body: Value| edge.post(&distributor.issued("/topups")).issuer().json(body);
    let good = json!({ "amount": "1.00", "reference": "transfer" });
    sheet.add(&top_up(good.clone()).send());
    sheet.add(&top_up(json!({})).once("one").send());
    sheet.add(&top_up(json!({ "amount": "-1.00", "reference": "x".repeat(300) })).once("two").send());
    top_up(good).once("three").send().ok();
    sheet.add(&top_up(json!({ "amount": "2.00", "reference": "transfer" })).once("three").send());
    let merchant = |body: Value| edge.post("/issuer/v1/merchants").issuer().json(body).send();
    sheet.add(&merchant(json!({})));
    sheet.add(&merchant(json!({ "shortCode": "012345", "name": "x".repeat(65) })));
    edge.merchant("100000");
    sheet.add(&merchant(json!({ "shortCode": "100000", "name": "Another Store" })));
    sheet.add(&edge.get("/issuer/v1/wallets/08031234567").issuer().send());
}
