//! Addresses, methods, queries, bodies, and faults of the service itself.

use serde_json::json;
use universal_wallet_tests::edge::{Edge, Setup};

use super::Sheet;
use crate::world::{PHONE, World};

pub(super) fn refusals(sheet: &mut Sheet) {
    let edge = Edge::start();
    let world = World::new(&edge);
    addresses(sheet, &world);
    queries(sheet, &world);
    bodies(sheet, &world);
    faults(sheet);
}

fn addresses(sheet: &mut Sheet, world: &World<'_>) {
    sheet.title("Addresses and methods");
    let d = &world.distributor;
    sheet.add(&d.edge.get("/api/v2").send());
    sheet.add(&d.edge.get(&d.api("/operations/op_x")).key(&world.key).send());
    sheet.add(&d.edge.get(&d.console("/api-keys/key_x")).person(&d.maker).send());
    sheet.add(&d.edge.get("/issuer/v1/merchants/999999").issuer().send());
    sheet.add(&d.edge.put("/healthz").send());
    sheet.add(&d.edge.delete(&d.api("/balance")).key(&world.key).send());
    sheet.add(&d.edge.request("PROPFIND", &d.console("/api-keys")).person(&d.maker).send());
    sheet.add(&d.edge.get(&d.console("/events")).person(&d.maker).send());
    let cross_site = d.edge.post(&d.console("/api-keys")).person(&d.maker).header("Origin", "https://evil.example");
    sheet.add(&cross_site.json(json!({})).send());
}

fn queries(sheet: &mut Sheet, world: &World<'_>) {
    sheet.title("Queries");
    let d = &world.distributor;
    for query in [
        "limit=0",
        "limit=ten",
        "limit=1&limit=2",
        "limit=%zz",
        "offset=1000000000",
        "cursor=x",
        "offset=1&cursor=x",
        "status=done",
        "operationType=cash",
    ] {
        sheet.add(&d.edge.get(&d.api(&format!("/operations?{query}"))).key(&world.key).send());
    }
    for path in [
        "/operations/export",
        "/operations/export?format=xml",
        "/operations/export?format=csv&from=yesterday",
        "/operations/export?format=csv&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "/cashouts?cursor=x",
    ] {
        sheet.add(&d.edge.get(&d.api(path)).key(&world.key).send());
    }
    let usage = format!("/api-keys/{}/usage?days=0", world.key.id);
    for path in ["/audit?cursor=x", "/audit/verify?from=0", "/approvals?kind=x", "/approvals?status=x", &usage] {
        sheet.add(&d.edge.get(&d.console(path)).person(&d.maker).send());
    }
    sheet.add(&d.edge.get("/issuer/v1/distributors?cursor=x").issuer().send());
    sheet.add(&d.edge.get(&d.api("/api-key?verbose=1")).key(&world.key).send());
    sheet.add(&d.edge.get(&d.console("/api-keys?state=active")).person(&d.maker).send());
    let many = ["a", "b", "c"]
        .map(|letter| (0..11).map(|number| format!("{letter}{number}")).collect::<Vec<_>>())
        .concat()
        .join("&");
    sheet.add(&d.edge.get(&d.api(&format!("/balance?{many}"))).key(&world.key).send());
}

fn bodies(sheet: &mut Sheet, world: &World<'_>) {
    sheet.title("Bodies and headers");
    let d = &world.distributor;
    let path = d.api("/operations");
    let post = || d.edge.post(&path).key(&world.key);
    let json = || post().header("Content-Type", "application/json");
    sheet.add(&post().header("Content-Type", "text/plain").body("amount=1").send());
    sheet.add(&json().body("x".repeat(65 * 1024)).send());
    for body in [&b""[..], b"{", b"[]", b"{\"amount\":}", b"{} {}", b"\xff", b"{\"amount\":\"1\",\"amount\":\"2\"}"] {
        sheet.add(&json().body(body).send());
    }
    sheet.add(&json().body("[".repeat(1000)).send());
    sheet.add(&json().body("{}").send());
    let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": PHONE });
    sheet.add(&post().json(body.clone()).once("a b").send());
    post().json(body).once("one").send().ok();
    let other = json!({ "operationType": "cash-in", "amount": "2.00", "phoneTo": PHONE });
    sheet.add(&post().json(other).once("one").send());
    let many: serde_json::Map<_, _> = (0..3).map(|number| (format!("unknown{number}"), json!(number))).collect();
    sheet.add(&post().json(many.into()).send());
}

fn faults(sheet: &mut Sheet) {
    sheet.title("Faults of the service");
    let edge = Setup::new().with_faults().start();
    sheet.add(&edge.get("/healthz?panic=worker").send());
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.play_next_version(&["WORKER"]);
    sheet.add(&distributor.read_balance(&till));
    let secrets: [(&str, Option<&str>); 3] =
        [("KEY_PEPPER", None), ("ISSUER_TOKEN", Some("short")), ("SESSION_SECRET", Some("short"))];
    for (name, value) in secrets {
        sheet.add(&Setup::new().secret(name, value).start().get("/healthz").send());
    }
    for (name, value) in [("CURRENCY", "naira"), ("RATE_LIMIT_PER_KEY", "many")] {
        sheet.add(&Setup::new().var(name, value).start().get("/healthz").send());
    }
}
