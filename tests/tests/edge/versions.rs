//! A running object keeps its code for minutes after a deployment: messages between code of different versions are
//! understood, or answered with 503 and not acted on.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::key::Key;
use universal_wallet_tests::money::assert_conserved;

const PHONE: &str = "+2348031234567";
const OBJECTS: [&str; 6] = ["DISTRIBUTOR", "WALLET", "USER", "ISSUER", "SIGN_INS", "WEBHOOK"];

/// Everything that the acts below are about, made while all code is of one version.
struct House<'a> {
    distributor: Distributor<'a>,
    till: Key,
    /// A key that waits for its checker: its ID, its approval and the digest.
    asked: [String; 3],
    /// A key that waits for its claim.
    approved: String,
    /// A key to be revoked.
    doomed: Key,
}

impl<'a> House<'a> {
    fn new(edge: &'a Edge) -> Self {
        let distributor = edge.distributor();
        let (till, doomed) = (distributor.till(), distributor.till());
        let ask = || distributor.ask_for_key(&distributor.maker, json!({ "label": "Till", "permissions": ALL })).ok();
        let text = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
        let approved = ask();
        distributor.approve(&distributor.checker, &text(&approved, "approvalID")).ok();
        let asked = ask();
        let path = distributor.console(&format!("/approvals/{}", text(&asked, "approvalID")));
        let digest = text(&edge.get(&path).person(&distributor.checker).send().ok(), "digest");
        let asked = [text(&asked, "keyID"), text(&asked, "approvalID"), digest];
        Self { asked, approved: text(&approved, "keyID"), till, doomed, distributor }
    }

    /// The acts that matter, each by its name.
    fn acts(&self) -> Vec<(&'static str, Answer)> {
        let Self { distributor, till, asked: [_, approval, digest], approved, doomed } = self;
        let edge = distributor.edge;
        let post = |path: &str| edge.post(&distributor.console(path));
        let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": PHONE });
        vec![
            ("sign-in", distributor.maker.sign_in(edge)),
            ("cash-in", distributor.operation(till, body).once("one").send()),
            (
                "approve",
                post(&format!("/approvals/{approval}/approve"))
                    .person(&distributor.checker)
                    .json(json!({ "digest": digest }))
                    .send(),
            ),
            ("claim", post(&format!("/api-keys/{approved}/claim")).person(&distributor.maker).send()),
            (
                "revoke",
                post(&format!("/api-keys/{}/revoke", doomed.id))
                    .person(&distributor.checker)
                    .json(json!({ "reason": "lost" }))
                    .send(),
            ),
        ]
    }

    /// The stored state that the acts would change.
    fn state(&self) -> Vec<Value> {
        let sql = |sql: &str| self.distributor.edge.sql("DISTRIBUTOR", &self.distributor.id, sql, json!([]));
        [sql("SELECT * FROM entries"), sql("SELECT * FROM operations"), sql("SELECT * FROM keys")].concat()
    }

    /// After the acts were carried out once.
    fn check_done(&self) {
        let distributor = &self.distributor;
        assert_eq!(distributor.edge.wallet_balance(PHONE), "5.00");
        distributor.read_balance(&self.doomed).refused(401, "revoked_api_key");
        let status = |id: &str| {
            let path = distributor.console(&format!("/api-keys/{id}"));
            distributor.edge.get(&path).person(&distributor.maker).send().ok()["status"].clone()
        };
        assert_eq!((status(&self.asked[0]), status(&self.approved)), (json!("approved"), json!("active")));
        assert_eq!(distributor.verify()["valid"], true);
        assert_conserved(distributor, &[format!("wallets/{PHONE}")]);
    }
}

#[test]
fn objects_of_the_next_version_take_messages_of_this_one() {
    let edge = Setup::new().with_faults().start();
    edge.let_alarms_come(false);
    let house = House::new(&edge);
    edge.play_next_version(&OBJECTS);
    for (name, answer) in house.acts() {
        assert_eq!(answer.status, 200, "{name}: {answer}");
    }
    house.check_done();
}

#[test]
fn objects_of_this_version_do_nothing_for_messages_of_the_next_one_until_they_are_renewed() {
    let edge = Setup::new().with_faults().start();
    edge.let_alarms_come(false);
    let house = House::new(&edge);
    let before = house.state();
    edge.play_next_version(&["WORKER"]);
    for (name, answer) in house.acts() {
        answer.refused(503, "unavailable");
        assert!(answer.header("Retry-After").is_some(), "{name}: {answer}");
        let log = edge.log();
        let line = log.lines().find(|line| line.contains(answer.header("X-Request-ID").unwrap()));
        let line = line.unwrap_or_else(|| panic!("{name} left no line in\n{log}"));
        assert!(line.contains("a message of version 2; this code reads 1 and the one before"), "{line}");
    }
    assert_eq!(house.state(), before, "nothing was done");

    edge.play_next_version(&["WORKER", "DISTRIBUTOR", "WALLET", "USER", "ISSUER", "SIGN_INS"]);
    for (name, answer) in house.acts() {
        assert_eq!(answer.status, 200, "{name}: {answer}");
    }
    edge.play_next_version(&[]);
    house.check_done();
}

#[test]
fn a_wallet_of_this_version_is_told_again_by_a_distributor_of_the_next_one() {
    let edge = Setup::new().with_faults().start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    let till = distributor.till();
    edge.play_next_version(&["DISTRIBUTOR"]);
    let made = distributor.cash_in(&till, PHONE, "5.00").ok();
    assert_eq!(made["status"], "processing", "it is on its way: {made}");
    edge.play_next_version(&["DISTRIBUTOR", "WALLET"]);
    edge.shift_clock(60_000);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    edge.play_next_version(&[]);
    let operation = distributor.read_operation(&till, made["operationID"].as_str().unwrap());
    assert_eq!(operation["status"], "completed");
    assert_eq!(edge.wallet_balance(PHONE), "5.00");
    assert_conserved(&distributor, &[format!("wallets/{PHONE}")]);
}

#[test]
fn a_message_that_cannot_be_read_is_refused_logged_and_not_acted_on() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let distributor = edge.distributor();
    distributor.cash_in(&distributor.till(), PHONE, "5.00").ok();
    let wallet = format!("phone:{PHONE}");
    let credit = "credit op_36e48800-22ce-4ea0-b37a-198f7978cd53 1000.00";
    let call = format!("I\n{}\n\n\n\n\n+{{}}", distributor.id);
    let before = distributor.position();
    for (kind, name, message) in [
        ("WALLET", &wallet, format!("wallet.movement 2 req-1 createOperation {credit}")),
        ("WALLET", &wallet, format!("wallet.movement 1 req-2 createOperation {}", &credit[..20])),
        ("WALLET", &wallet, format!("distributor 1 req-3 createOperation {credit}")),
        ("WALLET", &wallet, "wallet 1 req-4 getWallet {\"Empty\":{\"secret\":1}}".to_owned()),
        ("WALLET", &wallet, "wallet 1 req-5".to_owned()),
        ("WALLET", &wallet, String::new()),
        ("DISTRIBUTOR", &distributor.id, format!("distributor.call 2 req-6 suspendDistributor {call}")),
        ("DISTRIBUTOR", &distributor.id, format!("distributor.call 1 req-7 aRouteOfALaterVersion {call}")),
        ("DISTRIBUTOR", &distributor.id, format!("distributor.call 1 req-8 suspendDistributor {}", &call[..20])),
        ("DISTRIBUTOR", &distributor.id, "wallet 1 req-9 suspendDistributor \"Funds\"".to_owned()),
        ("USER", &distributor.maker.login, "user 7 req-10 signOut \"End\"".to_owned()),
        ("ISSUER", &"issuer".to_owned(), "sign-ins 1 req-11 signIn {}".to_owned()),
    ] {
        assert_eq!(edge.tell(kind, name, &message), "E503", "{message}");
        let request = message.split(' ').nth(2).unwrap_or_default();
        let log = edge.log();
        let line = log.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok()).unwrap();
        assert_eq!((&line["requestID"], &line["level"]), (&json!(request), &json!("error")), "{line}");
        assert!(!line["fault"].as_str().unwrap().contains("secret"), "{line}");
    }
    assert_eq!(distributor.position(), before);
    assert_eq!(edge.wallet_balance(PHONE), "5.00");
    assert_eq!(distributor.verify()["valid"], true);
    distributor.maker.cookie(&edge);
}
